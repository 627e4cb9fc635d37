import { execFile } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { isKeptInFiles } from '../../src/commands/choose-log-lines.ts';
import { buildLogFileName, chooseOldLogFiles } from '../../src/commands/choose-old-log-files.ts';
import { type LogFilesOptions, openLogFiles } from '../../src/commands/log-files.ts';
import { openLog } from '../../src/commands/open-log.ts';
import { readConfig } from '../../src/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { compileSources } from '../peers/compile-sources.ts';

const DAY_MS = 86_400_000;

afterEach(() => void vi.useRealTimers());

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(dir: string, more: Partial<LogFilesOptions> = {}) {
  const told: string[] = [];
  const files = openLogFiles({
    dir,
    every: 'daily',
    keepDays: 3,
    onTrouble: (cause) => told.push(`trouble: ${cause}`),
    onRecovery: (lost) => told.push(`recovery: ${lost} lost`),
    retryMs: 20,
    ...more,
  });
  onTestFinished(() => files.close());
  return { ...files, told };
}

const read = (dir: string) => readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]);

/** The clock of the program alone; timers go on as they are. */
function setClock(time: string): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
}

test('lines are in a file of the day when it is closed, and the next start goes on in it', async () => {
  setClock('2026-01-05T14:30:00Z');
  const dir = join(makeFolder(), 'made', 'by', 'us');
  for (const line of ['one\n', 'two\n']) {
    const files = open(dir);
    files.write(line);
    await files.close();
  }
  expect(read(dir)).toEqual([['plugtone-2026-01-05.log', 'one\ntwo\n']]);
  expect(statSync(join(dir, 'plugtone-2026-01-05.log')).mode & 0o137).toBe(0);
});

test('a new hour begins a new file', async () => {
  setClock('2026-01-05T14:59:59.950Z');
  const dir = makeFolder();
  const files = open(dir, { every: 'hourly' });
  files.write('before\n');
  await expect.poll(() => read(dir)).toEqual([['plugtone-2026-01-05T14.log', 'before\n']]);
  setClock('2026-01-05T15:00:00.010Z');
  await expect.poll(() => readdirSync(dir)).toContain('plugtone-2026-01-05T15.log');
  files.write('after\n');
  await files.close();
  expect(read(dir)).toEqual([
    ['plugtone-2026-01-05T14.log', 'before\n'],
    ['plugtone-2026-01-05T15.log', 'after\n'],
  ]);
});

test('what is older than is kept goes, what is not ours stays', async () => {
  setClock('2026-01-05T14:30:00Z');
  const dir = makeFolder();
  const names = ['plugtone-2026-01-01.log', 'plugtone-2026-01-02.log', 'plugtone-2025-12-31T23.2.log', 'notes.log'];
  for (const name of names) writeFileSync(join(dir, name), 'x');
  // Not by the time in the file system: copying changes it.
  utimesSync(join(dir, 'plugtone-2026-01-01.log'), new Date(), new Date());
  open(dir);
  const kept = ['notes.log', 'plugtone-2026-01-02.log', 'plugtone-2026-01-05.log'];
  await expect.poll(() => readdirSync(dir)).toEqual(kept);
});

test('files are chosen by their day and by what they hold together, the newest never', () => {
  const hour = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-02-01'), noInvalidDate: true });
  const file = fc.record({ at: hour, part: fc.integer({ min: 1, max: 3 }), bytes: fc.nat(100) });
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ({ at, part }) => buildLogFileName(at, 'hourly', part) }), (made) => {
      const now = Date.UTC(2026, 1, 1);
      const files = made.map(({ at, part, bytes }) => ({ at, bytes, name: buildLogFileName(at, 'hourly', part) }));
      const old = chooseOldLogFiles(files, now, { keepDays: 10, mostBytes: 300 });
      const kept = files.filter(({ name }) => !old.includes(name));
      expect(kept.length > 0 || files.length === 0).toBe(true);
      if (kept.length < 2) return;
      expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(300);
      for (const { at } of kept.slice(1)) expect(at.getTime()).toBeGreaterThanOrEqual(now - 32 * DAY_MS);
      expect(kept.filter(({ at }) => at.getTime() < now - 10 * DAY_MS).length).toBeLessThanOrEqual(1);
    }),
  );
});

test('a folder that cannot be used is told once; it is tried again, and what is lost is counted', async () => {
  const folder = makeFolder();
  const dir = join(folder, 'log');
  writeFileSync(dir, 'a file in the way');
  const files = open(dir);
  for (let line = 0; line < 3; line += 1) files.write('lost\n');
  await new Promise((done) => setTimeout(done, 70));
  expect(files.told).toEqual([expect.stringContaining('trouble: Error: EEXIST')]);
  unlinkSync(dir);
  await expect.poll(() => readdirSync(folder, { recursive: true })).toHaveLength(2);
  files.write('kept\n');
  await expect.poll(() => files.told.slice(1)).toEqual(['recovery: 3 lost']);
  await files.close();
  expect(read(dir).map(([, text]) => text)).toEqual(['kept\n']);
});

test('what a disk that stood still without an error has cost is told once it has caught up', async () => {
  const dir = makeFolder();
  const files = open(dir);
  // The disk has no turn between them.
  for (let line = 0; line < 1_100; line += 1) files.write(`${'x'.repeat(1_023)}\n`);
  await expect.poll(() => files.told).toHaveLength(1);
  await files.close();
  const kept = read(dir).reduce((sum, [, text = '']) => sum + text.length / 1_024, 0);
  expect(kept).toBeLessThan(1_100);
  expect(files.told).toEqual([`recovery: ${1_100 - kept} lost`]);
});

/** Writes lines for half a second where a file may have 16 KiB, as on a disk that is full from then on. */
const FULL = `
import { openLogFiles } from './dist/commands/log-files.js';
const told = [];
const files = openLogFiles({ dir: process.argv[2], every: 'daily', keepDays: 1, retryMs: 50,
  onTrouble: (cause) => told.push(cause.code), onRecovery: () => told.push('recovery') });
const timer = setInterval(() => { for (let i = 0; i < 50; i++) files.write('x'.repeat(99) + '\\n'); }, 5);
setTimeout(async () => { clearInterval(timer); await files.close(); process.stdout.write(told.join() + ' ' + process.memoryUsage().rss); }, 500);
`;

test('a full disk ends nothing: not the program, not its memory', async () => {
  const folder = makeFolder();
  await compileSources(folder, ['commands/log-files.ts']);
  writeFileSync(join(folder, 'full.js'), FULL);
  const script = `trap '' XFSZ; ulimit -f 16; exec "$0" "$1" "$2"`;
  const log = join(folder, 'log');
  const { stdout } = await promisify(execFile)('bash', ['-c', script, process.execPath, join(folder, 'full.js'), log]);
  const [cause, memory] = stdout.split(' ');
  expect(cause).toBe('EFBIG');
  expect(Number(memory)).toBeLessThan(200 * 1024 ** 2);
  for (const name of readdirSync(log)) expect(statSync(join(log, name)).size).toBeLessThanOrEqual(16 * 1024);
});

test.each([
  ['sessions', 'info', 'config.served', true],
  ['sessions', 'info', 'device.appeared', true],
  ['sessions', 'info', 'group.joined', false],
  ['sessions', 'warn', 'group.refused', true],
  ['sessions', 'info', 'configured', false],
  ['sessions', 'info', undefined, false],
  ['errors', 'info', 'config.served', false],
  ['errors', 'warn', 'device.unlisted', true],
  ['errors', 'error', 'config.failed', true],
  ['errors', 'warn', 'setup.code-printed', false],
] as const)('%s: a line of level %s about %s is kept: %s', (detail, level, event, isKept) => {
  expect(isKeptInFiles(detail, level, event)).toBe(isKept);
});

test('files and stdout choose on their own, and neither tells a secret', async () => {
  const dir = makeFolder();
  const read = readConfig({ logDir: dir, logLevel: 'warn' }, {});
  if (!read.ok) throw new Error('a whole configuration was wanted');
  const out: string[] = [];
  const { log, close } = openLog(read.value, { write: (line) => void out.push(line) });
  log.info({ event: 'config.served', password: new Secret('hunter2') }, 'served');
  log.info({ event: 'group.joined' }, 'joined');
  log.debug({ event: 'datagram.ignored' }, 'ignored');
  log.error({ event: 'config.failed', cause: 'x' }, 'failed');
  await close();
  const events = (text: string) => [...text.matchAll(/"event":"([^"]+)"/g)].map(([, event]) => event);
  const [name = ''] = readdirSync(dir);
  const kept = readFileSync(join(dir, name), 'utf8');
  expect(events(kept)).toEqual(['config.served', 'config.failed']);
  expect(events(out.join(''))).toEqual(['config.failed']);
  expect(kept).not.toContain('hunter2');
  const [line = ''] = kept.split('\n');
  expect(JSON.parse(line)).toMatchObject({ level: 30, time: expect.stringMatching(/Z$/), msg: 'served' });
});
