import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { APPROVED, createWorld, PENDING, SECRETS, type World } from '../http/web-world.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

/** Inputs before the office is a new one: what was created must not pile up. */
const FRESH_AFTER = 500;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

interface Served {
  readonly world: World;
  readonly app: ApiApp;
  left: number;
}

/** `METHOD path content-type` in the first line, the body behind it: through the real server, as administrator. */
export const API_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'api',
    words: [
      '"extensions":["101"]',
      `/devices/${PENDING}/approve`,
      `/devices/${APPROVED}`,
      '?cursor=',
      '?limit=-1',
      '&before=9e9',
      'text/csv',
      'application/json',
      'application/x-www-form-urlencoded',
      '"settings":{',
      '"trust":{',
      '"internet":{',
      '"number":"101"',
      '"password":"',
      'null',
      '[[',
      '{"a":',
      'true',
      '-1',
      '"__proto__":{"a":1}',
      '%2e%2e%2f',
    ],
    // Beyond the largest body that is taken.
    largest: 300_000,
    // Some of it hashes passwords, on purpose slowly, or renders all files of all phones.
    patienceMs: 1_500,
    // The shortest question may be answered by the longest list.
    growth: 64,
    run: ask,
  },
];

let served: Served | undefined;

async function ask(data: Buffer): Promise<unknown> {
  if (served === undefined || served.left === 0) {
    await served?.app.close();
    const world = createWorld();
    served = { world, app: await createWebServer(world.doors), left: FRESH_AFTER };
  }
  const { world, app } = served;
  served.left -= 1;
  const end = data.indexOf('\n');
  const [method = '', path = '', contentType = ''] = data
    .subarray(0, end < 0 ? data.length : end)
    .toString('latin1')
    .split(' ');
  // A stream has no end.
  if (/^\W*events/i.test(path)) return undefined;
  const known = METHODS.find((name) => name === method) ?? 'POST';
  const body = end < 0 ? '' : data.subarray(end + 1);
  const response = await app.inject({
    method: known,
    url: `/api/v1/${path.replace(/[^\x21-\x7e]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`,
    headers: {
      authorization: `Bearer ${world.tokens.admin}`,
      ...(contentType !== '' && { 'content-type': contentType.replace(/[^\x20-\x7e]/g, '?') }),
    },
    ...(body.length > 0 && known !== 'GET' && known !== 'HEAD' && { payload: body }),
  });
  const faults = world.lines.filter((line) => JSON.stringify(line).includes('"error"'));
  world.lines.length = 0;
  demand(response.statusCode !== 500, `answered ${response.statusCode}: ${response.body} ${JSON.stringify(faults)}`);
  for (const secret of SECRETS) demand(!response.body.includes(secret), 'no secret leaves the API');
  if (response.statusCode >= 400 && response.body !== '') {
    demand(typeof JSON.parse(response.body).type === 'string', 'a refusal is a problem document (RFC 9457)');
  }
  return [response.statusCode, response.body];
}
