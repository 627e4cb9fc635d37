import type { MacAddress } from '../../src/core/mac-address.ts';
import { createHeldApprovals } from '../../src/flows/held-approvals.ts';
import { createTroubleBoard } from '../../src/flows/troubles.ts';
import { readBearer } from '../../src/http/bearer-guard.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { addPages } from '../../src/web/add-pages.ts';
import type { PageDoors } from '../../src/web/page-doors.ts';
import { createWorld } from '../http/web-world.ts';

/** The pages of an office in memory. People are known by the API's tokens, which no browser sends by itself. */
export async function createPageWorld(more: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(more);
  const { doors, journeys } = world;
  const troubles = createTroubleBoard({
    office: doors.office,
    readJourney: async (mac, limit) => journeys.filter((event) => event.mac === mac).slice(0, limit),
  });
  const held = createHeldApprovals({ office: doors.office, log: doors.log, clock: doors.clock, holdMs: 60_000 });
  let affected: readonly MacAddress[] = [];
  const pageDoors: PageDoors = {
    ...doors,
    held,
    troubles,
    sessions: {
      identify: async (request) => doors.tokens.find(readBearer(request.headers.authorization) ?? ''),
      csrfOf: () => 'a-csrf-token',
      loginPath: null,
      isForged: () => false,
    },
    compareConfig: () => ({
      ok: true,
      value: { file: 'a.cfg', format: 'key-value', digest: 'd'.repeat(64), served: undefined },
    }),
    findAffectedPhones: async () => affected,
    revealConfig: async () => ({ ok: true, value: 'password = sip-secret\n' }),
  };
  const app = await createWebServer(doors, { addPages: (server) => addPages(server, pageDoors) });

  return {
    ...world,
    app,
    held,
    /** Phones whose files a new external address made other ones. */
    affect(...macs: readonly MacAddress[]) {
      affected = macs;
    },
    async get(url: string, { token = world.tokens.technician, ...headers }: Record<string, string> = {}) {
      const answer = await app.inject({
        method: 'GET',
        url,
        headers: { authorization: `Bearer ${token}`, accept: 'text/html', ...headers },
      });
      return { status: answer.statusCode, headers: answer.headers, html: answer.body };
    },
    async post(
      url: string,
      form: Record<string, string> = {},
      { token = world.tokens.technician, ...headers }: Record<string, string> = {},
    ) {
      const answer = await app.inject({
        method: 'POST',
        url,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams(form).toString(),
      });
      return { status: answer.statusCode, headers: answer.headers, html: answer.body };
    },
  };
}

const VOID = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

/** Tags that are not closed or close nothing, ids that are there twice, labels that label nothing. Empty: sound enough. */
export function findMarkupFaults(html: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const [, slash, name = '', rest = ''] of html.matchAll(
    /<(\/?)([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/gi,
  )) {
    if (VOID.has(name) || rest.endsWith('/')) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) faults.push(`</${name}> closes nothing`);
  }
  if (open.length > 0) faults.push(`left open: ${open.join(' ')}`);
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id ?? '');
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`id ${id} twice`);
  for (const [, id] of html.matchAll(/\sfor="([^"]*)"/g))
    if (!ids.includes(id ?? '')) faults.push(`label for ${id}, which is not there`);
  if (html.includes('⟦')) faults.push(`a text is missing: ${/⟦[^⟧]*⟧/.exec(html)?.[0]}`);
  if (/\sstyle=|<style|\son[a-z]+=|javascript:/i.test(html.replace(/"[^"]*"/g, '""')))
    faults.push('style or script within the page');
  return faults;
}
