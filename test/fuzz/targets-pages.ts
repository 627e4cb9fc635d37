import { SECRETS } from '../http/web-world.ts';
import { createPageWorld, findMarkupFaults } from '../web/page-world.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

/** Inputs before the office is a new one: what was changed must not pile up. */
const FRESH_AFTER = 500;

/** What stands for the revision that a form must have been filled in from. */
const NOW = 'revision=now';

/** `path` in the first line, `fragment` behind it where a script asks, the form as a browser sends it below: through the real server, as administrator. */
export const PAGE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'forms',
    words: [
      NOW,
      '&',
      '=',
      '+',
      '%00',
      '%0d%0a',
      '%ff',
      '%3Cscript%3E',
      '%22%3E',
      '&filter.0.network=192.0.2.0%2F24',
      '&filter.999.action=drop',
      '&filter.1.note=',
      '&move=up.1',
      '&quarantine=yes',
      '&phoneScheme=https',
      '&rule.0.firstExtension=100',
      '&own.language=yes',
      '&mapping.0.externalPort=5060',
      '&portMappings=yes',
      '__proto__=1',
      'constructor=1',
    ],
    // Beyond the largest form that is taken.
    largest: 1_200_000,
    // Some of it renders all files of all phones, and what is typed comes back in a whole page.
    patienceMs: 1_500,
    growth: 64,
    run: send,
  },
];

let served: { readonly world: Awaited<ReturnType<typeof createPageWorld>>; left: number } | undefined;

async function send(data: Buffer): Promise<unknown> {
  if (served === undefined || served.left === 0) {
    await served?.world.app.close();
    served = { world: await createPageWorld(), left: FRESH_AFTER };
  }
  const { world } = served;
  served.left -= 1;
  const end = data.indexOf('\n');
  const [path = '', how = ''] = data
    .subarray(0, end < 0 ? data.length : end)
    .toString('latin1')
    .split(' ');
  const body = end < 0 ? '' : data.subarray(end + 1).toString('latin1');
  const response = await world.app.inject({
    method: 'POST',
    // No other page is wanted by the way.
    url: `/${/^(?:site|internet|https)\b/.test(path) ? '' : 'site/'}${path.replace(/[^\x21-\x7e]|\.\./g, (sign) => encodeURIComponent(sign))}`,
    headers: {
      authorization: `Bearer ${world.tokens.admin}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...(how.startsWith('fragment') && { 'hx-request': 'true' }),
    },
    payload: body.replaceAll(NOW, `revision=${world.office.site().revision}`),
  });
  const faults = world.lines.filter((line) => JSON.stringify(line).includes('"error"'));
  world.lines.length = 0;
  demand(response.statusCode !== 500, `answered ${response.statusCode}: ${response.body} ${JSON.stringify(faults)}`);
  for (const secret of SECRETS) demand(!response.body.includes(secret), 'no secret leaves a page');
  if (String(response.headers['content-type']).startsWith('text/html') && how === '') {
    const wrong = findMarkupFaults(response.body);
    demand(wrong.length === 0, `whatever was typed, the page is sound: ${wrong.join()}`);
  }
  return [response.statusCode, response.body];
}
