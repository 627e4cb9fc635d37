import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { commandLineOrigin } from '../../src/commands/open-office.ts';
import { openStore } from '../../src/store/store.ts';
import { useCommandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'plugtone-audit-'));
const commandLine = useCommandLine();
const { said } = commandLine;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plugtone(dataDir: string, ...words: string[]): Promise<number> {
  return commandLine.plugtone(...words, '--data-dir', dataDir);
}

async function tamper(dataDir: string, text: string): Promise<void> {
  const store = await openStore({ dataDir });
  await sql.raw(text).execute(store.database.read);
  await store.close();
}

async function makeRecord(name: string): Promise<string> {
  const dataDir = join(folder, name);
  for (const number of ['101', '102', '103']) {
    expect(await plugtone(dataDir, 'approve', `00:15:65:00:00:${number.slice(1)}`, number, '--vendor', 'yealink')).toBe(
      0,
    );
  }
  return dataDir;
}

test('a record that nobody touched is in order: 0, with a head to note', async () => {
  const dataDir = await makeRecord('sound');
  expect(await plugtone(dataDir, 'audit', 'verify')).toBe(0);
  expect(said.out).toMatch(/^the chain began on \d{4}-.*\n3 decisions fit\nhead 3:[0-9a-f]{64}\n$/);
  expect(await plugtone(dataDir, 'audit', 'verify', '--json')).toBe(0);
  const { head, ...facts } = JSON.parse(said.out);
  expect(facts).toMatchObject({ sound: true, problem: null, fault: null, rows: 3, oldRows: 0, pruned: 0 });
  await plugtone(dataDir, 'approve', '00:15:65:00:00:09', '109', '--vendor', 'yealink');
  expect(await plugtone(dataDir, 'audit', 'verify', '--head', head)).toBe(0);
});

test('one that was tampered with is 1, and says which row', async () => {
  const dataDir = await makeRecord('changed');
  await tamper(dataDir, `update audit set actor = 'nobody' where id = 2`);
  expect(await plugtone(dataDir, 'audit', 'verify')).toBe(1);
  expect(said.errors).toContain('row 2 does not fit');
  expect(await plugtone(dataDir, 'audit', 'verify', '--json')).toBe(1);
  expect(JSON.parse(said.out)).toMatchObject({ sound: false, fault: { kind: 'row-changed', row: 2 }, rows: 1 });
});

test('a file that was put back as it was earlier does not hold the head that was noted', async () => {
  const dataDir = await makeRecord('earlier');
  await plugtone(dataDir, 'audit', 'verify', '--json');
  const { head } = JSON.parse(said.out);
  await tamper(dataDir, 'delete from audit');
  await tamper(dataDir, `delete from meta where name = 'audit_chain'`);
  expect(await plugtone(dataDir, 'audit', 'verify')).toBe(0);
  expect(await plugtone(dataDir, 'audit', 'verify', '--head', head)).toBe(1);
  expect(said.errors).toContain('an older one was put back');
  for (let again = 0; again < 4; again++)
    await plugtone(dataDir, 'token', 'create', '--name', `t${again}`, '--role', 'viewer');
  expect(await plugtone(dataDir, 'audit', 'verify', '--head', head)).toBe(1);
  expect(said.errors).toContain('is not in the record');
  expect(await plugtone(dataDir, 'audit', 'verify', '--head', '3:abc')).toBe(2);
});

test('the record is listed, narrowed, and says who ran the command', async () => {
  const dataDir = await makeRecord('listed');
  expect(await plugtone(dataDir, 'audit', 'list', '--limit', '2')).toBe(0);
  expect(said.out.trimEnd().split('\n')).toHaveLength(2);
  expect(said.out).toContain(`command line  ${commandLineOrigin()}  device.approved  001565000003  extensions=103`);
  await plugtone(dataDir, 'audit', 'list', '--json', '--subject', '00-15-65-00-00-01', '--limit', '0');
  const from = expect.stringContaining(userInfo().username);
  expect(JSON.parse(said.out)).toMatchObject({ id: 1, actor: 'command line', from, subject: '001565000001' });
  await plugtone(dataDir, 'audit', 'list', '--actor', 'anna');
  expect(said.out).toBe('');
  expect(await plugtone(dataDir, 'audit', 'list', '--limit', 'all')).toBe(2);
});

test('names do not steer the terminal of who reads them', async () => {
  const dataDir = join(folder, 'odd');
  await plugtone(dataDir, 'token', 'create', '--name', 'a\u001b[2Jb', '--role', 'viewer');
  await plugtone(dataDir, 'audit', 'list');
  expect(said.out).toContain('a\ufffd[2Jb');
});

test('behind the user stands who called sudo, and a name that is none stands nowhere', () => {
  expect(commandLineOrigin({ SUDO_USER: 'anna' })).toContain(', sudo by anna)');
  expect(commandLineOrigin({ SUDO_USER: 'anna)\n' })).not.toContain('sudo');
  expect(commandLineOrigin({})).toBe(`command line (${userInfo().username})`);
});
