import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { useCommandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'plugtone-commands-'));
const { said, plugtone } = useCommandLine();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function list(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const COMMANDS = [
  'serve',
  'approve',
  'audit',
  'quarantine',
  'import',
  'export',
  'token',
  'render',
  'time-zones',
  'simulate',
];

test.each(COMMANDS)('%s explains itself', async (command) => {
  expect(await plugtone(command, '--help')).toBe(0);
  expect(said.out).toContain(`Usage: plugtone ${command}`);
});

test.each([
  [['fly'], "unknown command 'fly'"],
  [['serve', '--colour'], "unknown option '--colour'"],
  [['render', '--vendor', 'snom'], 'required option'],
  [['simulate', '--vendor', 'snom', '--lan-address', 'here'], 'IPv4 address'],
  [['token', 'create', '--name', 'x', '--role', 'king'], 'Allowed choices'],
  [['approve', 'nonsense', '101'], 'wanted a MAC address'],
])('wrong usage is 2, on stderr: %s', async (words, message) => {
  expect(await plugtone(...words)).toBe(2);
  expect(said.errors).toContain(message);
  expect(said.out).toBe('');
});

const SAMPLE = ['render', '--vendor', 'snom', '--model', 'D785', '--time-zone', 'Etc/UTC'];
const WITH_MAC = [...SAMPLE, '--mac', '000413000001'];

test.each([
  [['serve', '--web-port', '99999'], '--web-port: saw "99999"'],
  [[...SAMPLE, '--mac', 'zz'], 'no MAC address'],
  [[...WITH_MAC, '--set', 'foo'], 'wanted key=value'],
  [[...WITH_MAC, '--set', 'foo=1'], 'there is no setting "foo"'],
  [[...WITH_MAC, '--file', 'x'], 'has no file "x"'],
  [[...WITH_MAC, '--extension', 'a b'], 'no extension'],
  [[...WITH_MAC, '--password', ''], '--password: saw nothing, wanted a password'],
  [[...WITH_MAC, '--vendor', 'x'], 'no vendor "x"'],
  [[...WITH_MAC, '--model', 'x'], 'no model "x"'],
  [['time-zones', '--vendor', 'x'], '--vendor: saw "x"'],
  [['simulate', '--vendor', 'x', '--lan-address', '127.0.0.1'], '--vendor: saw "x"'],
  [['approve', '00:15:65:00:00:01', 'a b', '--data-dir', join(folder, 'usage')], '"a b" is not an extension'],
  [['approve', '00:15:65:00:00:01', '101', '--vendor', 'x', '--data-dir', join(folder, 'usage')], 'Vendor "x"'],
])('a value that cannot be read or is not known is wrong usage: %s', async (words, message) => {
  expect(await plugtone(...words)).toBe(2);
  expect(said.errors).toContain(message);
  expect(said.out).toBe('');
});

test('what a phone cannot be told is no wrong usage', async () => {
  expect(await plugtone(...WITH_MAC, '--set', 'codecs=opus')).toBe(1);
  expect(said.errors).toContain('codecs of 000413000001 cannot be set');
});

test('the help of simulate says its target as it is typed', async () => {
  await plugtone('simulate', '--help');
  expect(said.out).toContain('(default: 224.0.1.75:5060)');
});

test('every fault of the configuration is told at once', async () => {
  expect(await plugtone('serve', '--web-port', '99999', '--log-level', 'loud')).toBe(2);
  expect(said.errors).toContain('--web-port: saw "99999"');
  expect(said.errors).toContain('--log-level: saw "loud"');
});

test('a token is shown once, listed without itself, and revoked', async () => {
  const data = ['--data-dir', join(folder, 'tokens')];
  expect(await plugtone('token', 'create', '--name', 'tour', '--role', 'admin', ...data)).toBe(0);
  const token = said.out.trim();
  expect(token).toMatch(/^plt_[\w-]{43}$/);
  expect(await plugtone('token', 'create', '--name', 'tour', '--role', 'viewer', ...data)).toBe(1);
  expect(said.errors).toContain('"tour" already');
  await plugtone('token', 'list', ...data);
  expect(said.out).toMatch(/tour {2}admin {2}created .* never used/);
  expect(said.out).not.toContain(token);
  expect(await plugtone('token', 'revoke', 'tour', ...data)).toBe(0);
  expect(await plugtone('token', 'revoke', 'tour', ...data)).toBe(1);
});

const GOOD =
  'mac,extension,display_name,password\n00:15:65:00:00:01,101,Empfang,"a,b#c"\n000413000002,102,Labor,zwei\n';

test('a list is imported, and imported again without effect', async () => {
  const data = ['--data-dir', join(folder, 'good')];
  const file = list('good.csv', GOOD);
  expect(await plugtone('import', file, '--dry-run', ...data)).toBe(0);
  expect(said.out).toContain('nothing was changed; it would be: 2 new');
  expect(await plugtone('import', file, ...data)).toBe(0);
  expect(said.out).toContain('line 2: 00:15:65:00:00:01 → 101: new');
  expect(said.out).toContain('2 new, 0 changed, 0 unchanged, 0 refused');
  expect(await plugtone('import', file, ...data)).toBe(0);
  expect(said.out).toContain('0 new, 0 changed, 2 unchanged');
});

test('nothing of a broken list is imported, and every fault has its line', async () => {
  const data = ['--data-dir', join(folder, 'broken')];
  const file = list('broken.csv', `${GOOD}1.2E+11,103,X,p\n00:15:65:00:00:04,,Y,p\n`);
  expect(await plugtone('import', file, ...data)).toBe(1);
  expect(said.errors).toMatch(/line 4, column mac: saw/);
  expect(said.errors).toMatch(/line 5, column extension: saw/);
  expect(said.errors).toContain('nothing was imported');
  expect(said.errors).not.toContain('not listed');
  await plugtone('export', ...data);
  expect(said.out.trim().split('\n')).toHaveLength(1);

  expect(await plugtone('import', file, '--partial', ...data)).toBe(1);
  expect(said.out).toContain('2 new');
  await plugtone('export', ...data);
  expect(said.out.trim().split('\n')).toHaveLength(3);
});

test('of a list with many faults the first are told, and how many more there are', async () => {
  const file = list('many.csv', `mac,extension\n${'x,y z\n'.repeat(200)}`);
  expect(await plugtone('import', file, '--data-dir', join(folder, 'many'))).toBe(1);
  expect(said.errors.match(/^line /gm)).toHaveLength(100);
  expect(said.errors).toContain('and 300 more fault(s) that are not listed');
  expect(said.errors).toContain('200 refused');
});

test('a list that contradicts a MAC address, or names a model that there is not, is refused with the right names', async () => {
  const text = 'mac,extension,vendor,model\n000413000001,101,yealink,\n000413000002,102,snom,D78X5\n';
  expect(await plugtone('import', list('kinds.csv', text), '--data-dir', join(folder, 'kinds'))).toBe(1);
  expect(said.errors).toContain('line 2, column vendor: saw "yealink", wanted snom');
  expect(said.errors).toMatch(/line 3, column model: saw "D78X5", wanted a model of Snom: .*D785/);
});

test('an export is a file for its owner alone, comes back the same, and never overwrites', async () => {
  const data = ['--data-dir', join(folder, 'export')];
  await plugtone('import', list('export.csv', GOOD), ...data);
  const file = join(folder, 'phones.csv');
  expect(await plugtone('export', '--output', file, ...data)).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toContain('"a,b#c"');
  expect(await plugtone('export', '--output', file, ...data)).toBe(1);
  expect(await plugtone('import', file, '--data-dir', join(folder, 'export-2'))).toBe(0);
  expect(said.out).toContain('2 new');
  await plugtone('export', '--without-passwords', ...data);
  expect(said.out).not.toContain('a,b#c');
});

test('a phone is approved by the command line, and a taken extension is refused with a sentence', async () => {
  const data = ['--data-dir', join(folder, 'approve')];
  expect(await plugtone('approve', '00:15:65:00:00:01', '101', ...data)).toBe(0);
  expect(said.out).toContain('extension 101 was made, with a drawn password');
  expect(await plugtone('approve', '00:15:65:00:00:02', '101', ...data)).toBe(1);
  expect(said.errors).toContain('Extension 101 is on phone 00:15:65:00:00:01 already');
  expect(await plugtone('approve', '00:15:65:00:00:02', '101', '--share', ...data)).toBe(0);
});
