import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { note } from '../../../src/core/note.ts';
import { createBackupCheck } from '../../../src/flows/doctor/check-backup.ts';
import { createDatabaseCheck } from '../../../src/flows/doctor/check-database.ts';
import { createDiskCheck } from '../../../src/flows/doctor/check-disk.ts';
import { createGroupCheck } from '../../../src/flows/doctor/check-groups.ts';
import { createNeighbourCheck } from '../../../src/flows/doctor/check-neighbours.ts';
import { createPortCheck, type PortDoors, type WantedPort } from '../../../src/flows/doctor/check-ports.ts';
import { createReceiveBufferCheck } from '../../../src/flows/doctor/check-receive-buffer.ts';
import { createTemplateCheck } from '../../../src/flows/doctor/check-templates.ts';
import { createTimeZoneCheck } from '../../../src/flows/doctor/check-time-zones.ts';
import { mayWrite, measureDisk } from '../../../src/lan/host-facts.ts';
import { findPortHolders, findTcpHolders } from '../../../src/lan/port-holder.ts';
import { tryGroupPort, tryTcpPort } from '../../../src/lan/port-try.ts';
import { linesOf, statesOf } from './doctor-lines.ts';

const GROUP = '224.0.1.75';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function portDoors(port: WantedPort, isOurs: boolean, more: Partial<PortDoors> = {}): PortDoors {
  return {
    ports: [port],
    tryPort: ({ id, port: number }) => (id === 'pnp' ? tryGroupPort(GROUP, number) : tryTcpPort(number)),
    findHolders: ({ id, port: number }) => (id === 'pnp' ? findPortHolders(GROUP, number) : findTcpHolders(number)),
    isOurs: async () => isOurs,
    ...more,
  };
}

test('a TCP port is free, ours, or another’s, who is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const wanted: WantedPort = { id: 'web', protocol: 'TCP', port, flag: '--web-port' };
  const [other] = await linesOf(createPortCheck(portDoors(wanted, false)));
  expect(other).toMatch(
    new RegExp(`^red ports.web: TCP port ${port} is held by .*process ${process.pid}.* \\| .*--web-port`),
  );
  expect(await linesOf(createPortCheck(portDoors(wanted, true)))).toEqual([
    `green ports.web: Plugtone has TCP port ${port}.`,
  ]);
  server.close();
  await once(server, 'close');
  expect(await linesOf(createPortCheck(portDoors(wanted, true)))).toEqual([
    `green ports.web: TCP port ${port} can be had.`,
  ]);
});

test('the group’s port may be shared, and may not be kept by another', async () => {
  const shared = createSocket({ type: 'udp4', reuseAddr: true });
  shared.bind(0, GROUP);
  await once(shared, 'listening');
  const wanted: WantedPort = { id: 'pnp', protocol: 'UDP', port: shared.address().port, flag: '--sip-port' };
  expect(await statesOf(createPortCheck(portDoors(wanted, false)))).toEqual(['green ports.pnp']);
  expect((await linesOf(createPortCheck(portDoors(wanted, true))))[0]).toContain('Plugtone has UDP port');
  shared.close();
  const alone = createSocket('udp4');
  alone.bind(0, '0.0.0.0');
  await once(alone, 'listening');
  const [line] = await linesOf(createPortCheck(portDoors({ ...wanted, port: alone.address().port }, false)));
  expect(line).toMatch(/^red ports.pnp: .* \| Bind that program to its own address/);
  alone.close();
});

test('a port that the system refuses is told with its word', async () => {
  const doors = portDoors({ id: 'phones', protocol: 'TCP', port: 80, flag: '--phone-port' }, false, {
    tryPort: async () => ({ refused: 'EACCES' }),
  });
  expect((await linesOf(createPortCheck(doors)))[0]).toMatch(
    /^red ports.phones: .*\(EACCES\)\. \| .*CAP_NET_BIND_SERVICE/,
  );
});

const LAN = { name: 'eth0', address: '192.168.10.2', prefixLength: 24 };

function groups(joined: readonly string[] | undefined, isRunning = true, served = [LAN]) {
  return createGroupCheck({
    interfaces: () => served,
    group: GROUP,
    readGroups: async () => joined && new Map([['eth0', joined]]),
    isRunning: async () => isRunning,
  });
}

test('the group is joined on each LAN, or should be', async () => {
  expect(await statesOf(groups(['224.0.0.1', GROUP]))).toEqual(['green groups.eth0']);
  expect(await statesOf(groups(['224.0.0.1']))).toEqual(['red groups.eth0']);
  expect(await statesOf(groups(['224.0.0.1'], false))).toEqual(['yellow groups.eth0']);
  expect(await statesOf(groups([GROUP], true, [{ ...LAN, name: 'eth0:1' }]))).toEqual(['green groups.eth0:1']);
  expect(await statesOf(groups(undefined))).toEqual(['yellow groups']);
  expect(await statesOf(groups([], true, []))).toEqual(['red groups']);
});

test('the receive buffer is granted, or the line for sysctl is told', async () => {
  const check = (granted: number) => createReceiveBufferCheck({ ask: async () => ({ asked: 4_194_304, granted }) });
  expect(await statesOf(check(4_194_304))).toEqual(['green receive-buffer']);
  expect((await linesOf(check(212_992)))[0]).toMatch(/^yellow .* \| Put net.core.rmem_max=4194304 into/);
});

const TABLE = [
  'IP address       HW type     Flags       HW address            Mask     Device',
  '192.168.10.41    0x1         0x2         00:15:65:00:00:01     *        eth0',
].join('\n');

function neighbours(text: string | undefined, limit: number | undefined, phones: number) {
  return createNeighbourCheck({
    readTable: async () => text,
    readLimit: async () => limit,
    countPhones: async () => phones,
  });
}

test('the neighbour table is readable and has room for all phones', async () => {
  expect(await linesOf(neighbours(TABLE, 1_024, 50))).toEqual([
    'green neighbours: The neighbour table can be read; 1 are known now.',
  ]);
  expect(await statesOf(neighbours(TABLE, undefined, 50_000))).toEqual(['green neighbours']);
  expect((await linesOf(neighbours(TABLE, 1_024, 2_000)))[0]).toMatch(
    /^yellow .*gc_thresh2=2100 and .*gc_thresh3=4200/,
  );
  expect(await statesOf(neighbours(undefined, 1_024, 0))).toEqual(['red neighbours']);
});

function disk(mayBeWritten: string, freeBytes: number, freeInodes: number | null = 10_000) {
  return createDiskCheck({
    dataDir: '/data',
    measure: async () => ({ freeBytes, freeInodes }),
    mayWrite: async () => mayBeWritten,
  });
}

test('the data directory can be written, and has room', async () => {
  const real = createDiskCheck({ dataDir: tmpdir(), measure: measureDisk, mayWrite });
  expect((await linesOf(real))[0]).toMatch(/^(green|yellow) disk: .* MB are free/);
  expect(await statesOf(disk('yes', 10e9))).toEqual(['green disk']);
  expect(await statesOf(disk('yes', 10e9, null))).toEqual(['green disk']);
  expect(await statesOf(disk('yes', 100e6))).toEqual(['yellow disk']);
  expect(await statesOf(disk('yes', 10e6))).toEqual(['red disk']);
  expect(await statesOf(disk('yes', 10e9, 3))).toEqual(['red disk']);
  expect((await linesOf(disk('EROFS', 10e9)))[0]).toMatch(/^red disk: .*\(EROFS\)/);
  expect(await statesOf(disk('ENOENT', 10e9))).toEqual(['yellow disk']);
  expect(
    await statesOf(createDiskCheck({ dataDir: '/x', measure: async () => undefined, mayWrite: async () => 'yes' })),
  ).toEqual(['yellow disk']);
});

test('the database is whole, damaged, too large, unreadable or not there', async () => {
  const check = (state: Awaited<ReturnType<Parameters<typeof createDatabaseCheck>[0]['look']>>) =>
    linesOf(createDatabaseCheck({ look: async () => state }));
  expect(await check({ kind: 'read', faults: [], devices: 7 })).toEqual([
    'green database: The database is whole (phones: 7).',
  ]);
  expect((await check({ kind: 'read', faults: ['row 3 missing'], devices: 7 }))[0]).toMatch(/^red .*row 3 missing/);
  expect((await check({ kind: 'unreadable', reason: 'x'.repeat(900) }))[0]?.length).toBeLessThan(400);
  expect((await check({ kind: 'unreadable', reason: 'not a database' }))[0]).toMatch(/^red/);
  expect((await check({ kind: 'large', bytes: 100e6 }))[0]).toMatch(/^yellow .*100 MB/);
  expect((await check({ kind: 'absent' }))[0]).toMatch(/^yellow/);
});

test('a backup is as old as nights are long, or something is wrong', async () => {
  const check = (kept: number, newest: number | null) =>
    statesOf(createBackupCheck({ nightlyKept: async () => kept, newestAt: async () => newest, clock: () => 10 * DAY }));
  expect(await check(14, 10 * DAY - 6 * HOUR)).toEqual(['green backup']);
  expect(await check(14, 7 * DAY)).toEqual(['red backup']);
  expect(await check(14, null)).toEqual(['yellow backup']);
  expect(await check(0, null)).toEqual(['yellow backup']);
});

test('broken templates are red, files without effect yellow, and the list has an end', async () => {
  const check = (problems: number, notes: number) => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => note('test.x', `file ${at}`));
    return createTemplateCheck({ read: async () => ({ problems: many(problems), notes: many(notes) }) });
  };
  expect(await statesOf(check(0, 0))).toEqual(['green templates']);
  expect(await statesOf(check(1, 1))).toEqual(['red templates', 'yellow templates']);
  expect((await linesOf(check(1, 0)))[0]).toContain('Broken: file 0.');
  expect(await statesOf(check(50, 50))).toHaveLength(10);
});

test('time-zone data is as new as the host’s, and not old', async () => {
  const check = (host: string | null, days: number) =>
    statesOf(
      createTimeZoneCheck({ ours: '2026f', readHost: async () => host, releasedAt: 0, clock: () => days * DAY }),
    );
  expect(await check('2026f', 10)).toEqual(['green time-zones']);
  expect(await check('2025b', 10)).toEqual(['green time-zones']);
  expect(await check(null, 10)).toEqual(['green time-zones']);
  expect(await check('2026g', 10)).toEqual(['yellow time-zones']);
  expect(await check('2026f', 500)).toEqual(['yellow time-zones']);
});
