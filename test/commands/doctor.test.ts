import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatFindings, formatFindingsJson } from '../../src/commands/format-findings.ts';
import { note } from '../../src/core/note.ts';
import { green, red } from '../../src/flows/doctor/finding.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { useCommandLine } from './command-line.ts';

const FINDINGS = [
  green('ports.web', note('test.good', 'Good.')),
  red('disk', note('test.bad', 'Full of\n\x1b[31m{what}', { what: 'things' }), note('test.do', 'Free some.')),
];

test('people get one line each, aligned, and nothing that steers their terminal', () => {
  expect(formatFindings(FINDINGS, { inColour: false })).toBe(
    'green   ports.web  Good.\nred     disk       Full of ?[31mthings Free some.\n',
  );
  expect(formatFindings(FINDINGS, { inColour: true })).toContain('\x1b[31mred   \x1b[0m');
});

test('programs get JSON with the worst state on top', () => {
  const report = JSON.parse(formatFindingsJson(FINDINGS, { version: '1.2.3', at: 0 }));
  expect(report).toMatchObject({ version: '1.2.3', at: '1970-01-01T00:00:00.000Z', state: 'red' });
  expect(report.findings[0]).toEqual({ id: 'ports.web', state: 'green', sentence: 'Good.', advice: null });
});

const { said, plugtone } = useCommandLine();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugtone-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** On loopback only, so that nobody else is spoken to. */
async function doctor(
  ports: { readonly web: number; readonly phones: number; readonly sip: number },
  dataDir = folder,
  more: readonly string[] = [],
) {
  const flags = ['--data-dir', dataDir, '--site-dir', join(folder, 'site'), '--lan-address', '127.0.0.1'];
  const numbers = ['--web-port', `${ports.web}`, '--phone-port', `${ports.phones}`, '--sip-port', `${ports.sip}`];
  const code = await plugtone('doctor', '--json', ...flags, ...numbers, ...more);
  const report = JSON.parse(said.out);
  const lines: { id: string; state: string; sentence: string }[] = report.findings;
  return { code, state: report.state, lines, of: (id: string) => lines.find((line) => line.id === id) };
}

test('without a running appliance and without data it tells what is missing, and nothing of it is red', async () => {
  const { code, of, lines } = await doctor({ web: 0, phones: 0, sip: 0 });
  expect(of('database')).toMatchObject({ state: 'yellow', sentence: 'There is no database yet.' });
  // Somebody else of this host may be in the group.
  expect(of('groups.lo')?.state).toMatch(/green|yellow/);
  expect(of('hearing.lo')?.state).toBe('green');
  expect(of('gateway')?.sentence).toContain('Only loopback is served');
  expect(lines.filter(({ state }) => state === 'red')).toEqual([]);
  expect(code).toBe(0);
});

test('a broken override and a port of another program are red, and the exit code says so', async () => {
  const overrides = join(folder, 'site', 'overrides', 'snom');
  mkdirSync(overrides, { recursive: true });
  writeFileSync(join(overrides, 'overrides.json'), '{ broken');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const web = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const { code, state, of } = await doctor({ web, phones: 0, sip: 0 }, folder, ['--web-tls-port', `${web}`]);
  other.close();
  expect(of('ports.web')?.sentence).toContain(`process ${process.pid}`);
  expect(of('ports.web-tls')?.state).toBe('red');
  expect(of('ports.phones-tls')).toBeUndefined();
  expect(of('templates')?.sentence).toMatch(/^Broken: .*overrides\.json/);
  expect([code, state]).toEqual([1, 'red']);
});

test('beside a running appliance its ports are known as ours, and its database is read', async () => {
  const running = await runAppliance();
  const { appliance, dataDir } = running;
  const { webPort, phonePort, listener } = appliance;
  const { of } = await doctor({ web: webPort, phones: phonePort, sip: listener.state().port }, dataDir);
  for (const id of ['ports.web', 'ports.phones', 'ports.pnp']) expect(of(id)?.sentence).toMatch(/^Plugtone has /);
  expect(of('groups.lo')?.state).toBe('green');
  expect(of('database')).toMatchObject({ state: 'green', sentence: 'The database is whole (phones: 0).' });
  expect(of('other-servers')?.state).toBe('green');
  await running.createToken('technician');
  const within = await running.api('POST', 'system/doctor');
  expect(within.status).toBe(200);
  const own = (id: string) => within.body.findings.find((line: { readonly id: string }) => line.id === id);
  expect(own('ports.pnp').sentence).toMatch(/^Plugtone has UDP port/);
  expect(own('hearing.lo').state).toBe('green');
  expect(own('database').state).toBe('green');
  expect((await running.api('GET', 'devices')).body.items).toEqual([]);
  await running.remove();
});
