import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayWrite, measureDisk, readHostFile, readHostTimeZones } from '../../src/lan/host-facts.ts';
import { askClockStatus, askProgram, type Said } from '../../src/lan/host-programs.ts';
import { parseIgmpTable } from '../../src/lan/parse-igmp-table.ts';
import { buildTimeQuestion, readTimeOffset } from '../../src/lan/parse-sntp.ts';
import { findTcpHolders } from '../../src/lan/port-holder.ts';
import { tryGroupPort, tryTcpPort } from '../../src/lan/port-try.ts';
import { readChronyc, readTimedatectl } from '../../src/lan/read-clock-status.ts';
import { askTime } from '../../src/lan/sntp-client.ts';

const IDLE = new AbortController().signal;
const GROUP = '224.0.1.75';

test('the groups of each interface are read, in either byte order', () => {
  const text = [
    'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter',
    '1\tlo        :     1      V3',
    '\t\t\t\t010000E0     1 0:00000000\t\t0',
    '4\teth0.10   :     2      V3',
    '\t\t\t\t4B0100E0     1 0:00000000\t\t0',
    '\t\t\t\t010000E0     1 0:00000000\t\t0',
    '',
  ].join('\n');
  expect(parseIgmpTable(text, 'LE')).toEqual(
    new Map([
      ['lo', ['224.0.0.1']],
      ['eth0.10', ['224.0.1.75', '224.0.0.1']],
    ]),
  );
  expect(parseIgmpTable(text.replace('4B0100E0', 'E000014B'), 'BE').get('eth0.10')?.[0]).toBe('224.0.1.75');
  fc.assert(fc.property(fc.string(), (garbage) => void parseIgmpTable(garbage, endianness())));
});

test('a membership of this host shows in the kernel’s own table', async (context) => {
  const text = await readHostFile('/proc/net/igmp');
  if (text === undefined) return context.skip('no /proc/net/igmp here');
  const socket = await open();
  socket.addMembership('239.77.66.55', '127.0.0.1');
  const [joined, after] = [await readHostFile('/proc/net/igmp'), 'lo'];
  expect(parseIgmpTable(joined ?? '', endianness()).get(after)).toContain('239.77.66.55');
  socket.close();
});

async function open(port = 0, address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}

test('a TCP port is held or free, and who holds it is known', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  expect(await tryTcpPort(port, '127.0.0.1')).toBe('held');
  expect(await tryTcpPort(port)).toBe('held');
  expect((await findTcpHolders(port)).map(({ pid }) => pid)).toEqual([process.pid]);
  server.close();
  await once(server, 'close');
  expect(await tryTcpPort(port)).toBe('free');
  expect(await findTcpHolders(port)).toEqual([]);
});

test('a port of the group is shared with who shares it, and held by who does not', async () => {
  const shared = createSocket({ type: 'udp4', reuseAddr: true });
  shared.bind(0, GROUP);
  await once(shared, 'listening');
  expect(await tryGroupPort(GROUP, shared.address().port)).toBe('free');
  shared.close();
  const alone = await open(0, '0.0.0.0');
  expect(await tryGroupPort(GROUP, alone.address().port)).toBe('held');
  alone.close();
});

test('an address that is not ours is refused, with the system’s word', async () => {
  expect(await tryTcpPort(0, '192.0.2.77')).toEqual({ refused: 'EADDRNOTAVAIL' });
});

test('the disk is measured, and whether a folder may be written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-'));
  expect((await measureDisk(folder))?.freeBytes).toBeGreaterThan(0);
  expect(await measureDisk(join(folder, 'none'))).toBeUndefined();
  expect(await mayWrite(folder)).toBe('yes');
  expect(await mayWrite(join(folder, 'none'))).toBe('ENOENT');
  chmodSync(folder, 0o500);
  // Root may do it all the same.
  expect(await mayWrite(folder)).toBe(process.getuid?.() === 0 ? 'yes' : 'EACCES');
  rmSync(folder, { recursive: true });
});

test('the newer of the host’s and Node’s time zones counts', async () => {
  expect(await readHostTimeZones(async () => '# version 2999z\nR…')).toBe('2999z');
  expect(await readHostTimeZones(async () => '# version 1999a')).toBe(process.versions.tz);
  expect(await readHostTimeZones(async () => undefined)).toBe(process.versions.tz);
});

test('what keeps the clock is read from whoever knows', async () => {
  expect(readTimedatectl('NTPSynchronized=yes\n')).toEqual({ source: 'timedatectl', isSynchronized: true });
  expect(readTimedatectl('Failed to connect to bus')).toBeNull();
  const chrony = 'C0A80A01,192.168.10.1,3,1700000000.1,0.0001,0.0002,0.0003,1.2,0.1,0.2,0.003,0.004,64.0,';
  expect(readChronyc(`${chrony}Normal\n`)).toEqual({ source: 'chronyc', isSynchronized: true });
  expect(readChronyc(`${chrony}Not synchronised\n`)?.isSynchronized).toBe(false);
  expect(readChronyc('506 Cannot talk to daemon\n')).toBeNull();
  const programs = (said: Readonly<Record<string, Said>>) => async (name: string) =>
    said[name] ?? ({ kind: 'absent' } as const);
  const no = { timedatectl: { kind: 'said', text: 'NTPSynchronized=no' } } as const;
  expect((await askClockStatus(IDLE, programs(no)))?.isSynchronized).toBe(false);
  const failed = {
    timedatectl: { kind: 'failed', reason: 'no bus' },
    chronyc: { kind: 'said', text: `${chrony}Normal` },
  } as const;
  expect((await askClockStatus(IDLE, programs(failed)))?.source).toBe('chronyc');
  expect(await askClockStatus(IDLE, programs({}))).toBeNull();
});

test('a program of the host says something, fails, or is not there', async () => {
  expect(await askProgram(process.execPath, ['-p', '6*7'], IDLE)).toEqual({ kind: 'said', text: '42\n' });
  expect(await askProgram(process.execPath, ['-e', 'console.error("no right\\nx");process.exit(1)'], IDLE)).toEqual({
    kind: 'failed',
    reason: 'no right',
  });
  expect(await askProgram('plugtone-no-such-program', [], IDLE)).toEqual({ kind: 'absent' });
});

/** RFC 5905 7.3: an answer of a server whose clock is `aheadMs` before ours. */
function answer(question: Buffer, aheadMs: number, { leap = 0, stratum = 2, mode = 4 } = {}): Buffer {
  const data = Buffer.alloc(48);
  data[0] = (leap << 6) | (4 << 3) | mode;
  data[1] = stratum;
  question.copy(data, 24, 40, 48);
  const now = Date.now() + aheadMs + 2_208_988_800_000;
  for (const at of [32, 40]) {
    data.writeUInt32BE(Math.floor(now / 1_000) % 2 ** 32, at);
    data.writeUInt32BE(Math.floor(((now % 1_000) / 1_000) * 2 ** 32), at + 4);
  }
  return data;
}

async function timeServer(reply: (question: Buffer) => Buffer[]) {
  const socket = await open();
  socket.on('message', (question, from) => {
    for (const data of reply(question)) socket.send(data, from.port, from.address);
  });
  return { port: socket.address().port, close: () => socket.close() };
}

const ask = (port: number, waitMs = 2_000) => askTime({ address: '127.0.0.1', port, signal: IDLE, waitMs });

test.each([0, 90_000, -3_600_000])('a time server that is %i ms ahead is read so', async (aheadMs) => {
  const server = await timeServer((question) => [answer(question, aheadMs)]);
  const result = await ask(server.port);
  server.close();
  expect(result.ok && Math.abs(result.value - aheadMs) < 1_000).toBe(true);
});

test('an address that the system will not ask is told with its word, and at once', async () => {
  // A broadcast address, to who did not ask for broadcasts (EACCES); without a network no route (ENETUNREACH).
  const result = await askTime({ address: '255.255.255.255', signal: IDLE, waitMs: 2_000 });
  expect(result).toEqual({ ok: false, problem: expect.stringMatching(/^E[A-Z]+$/) });
});

test('a guessed answer is passed over, the true one taken', async () => {
  const server = await timeServer((question) => [answer(Buffer.alloc(48), 1e9), answer(question, 0)]);
  const result = await ask(server.port);
  server.close();
  expect(result.ok && Math.abs(result.value) < 1_000).toBe(true);
});

test.each([
  ['not synchronised', (question: Buffer) => answer(question, 0, { leap: 3 }), 'server-unsynchronised'],
  ['a kiss of death', (question: Buffer) => answer(question, 0, { stratum: 0 }), 'server-unsynchronised'],
  ['no server', (question: Buffer) => answer(question, 0, { mode: 3 }), 'not-an-answer'],
  ['cut', () => Buffer.alloc(20), 'too-short'],
])('an answer that is %s is none', async (_name, reply, problem) => {
  const server = await timeServer((question) => [reply(question)]);
  expect(await ask(server.port)).toEqual({ ok: false, problem });
  server.close();
});

test('silence ends after the wait, a closed port at once', async () => {
  const server = await timeServer(() => []);
  expect(await ask(server.port, 50)).toEqual({ ok: false, problem: 'no-answer' });
  server.close();
  expect(await ask(server.port)).toMatchObject({ ok: false });
});

test('times after 2036 are read as such, and no bytes make the reader throw', () => {
  const cookie = Buffer.from('12345678');
  const question = buildTimeQuestion(cookie);
  const then = Date.UTC(2040, 0, 1);
  const data = answer(question, then - Date.now());
  const read = readTimeOffset(data, { cookie, sentAt: then, now: then });
  expect(read.ok && Math.abs(read.value) < 2_000).toBe(true);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      readTimeOffset(Buffer.from(bytes), { cookie, sentAt: 0, now: 0 });
    }),
  );
});
