import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { parseUdpTable } from '../../src/lan/parse-udp-table.ts';
import { describePortHolder, findPortHolders } from '../../src/lan/port-holder.ts';

const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';

test('the table of UDP sockets is read, in either byte order', () => {
  const row = (local: string) =>
    `  1: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000   112        0 48211 2 0 0\n`;
  const text = `${HEAD}${row('0200A80A:13C4')}${row('00000000:13C4')}nonsense\n\n`;
  expect(parseUdpTable(text, 'LE')).toEqual([
    { address: '10.168.0.2', port: 5060, uid: 112, inode: '48211' },
    { address: '0.0.0.0', port: 5060, uid: 112, inode: '48211' },
  ]);
  expect(parseUdpTable(HEAD + row('0AA80002:13C4'), 'BE')[0]?.address).toBe('10.168.0.2');
  const six = `${HEAD}${row(`${'0'.repeat(32)}:13C4`)}${row(`${'0'.repeat(31)}1:13C4`)}`;
  expect(parseUdpTable(six, 'LE').map(({ address }) => address)).toEqual(['::', 'ipv6']);
});

const onLinux = test.skipIf(process.platform !== 'linux');

onLinux.each([
  ['0.0.0.0', 'udp4' as const],
  ['::', 'udp6' as const],
])('who holds a port on %s is named', async (address, type) => {
  const socket = createSocket({ type, ipv6Only: false });
  socket.bind(0, address);
  await once(socket, 'listening');
  const { port } = socket.address();
  const holders = await findPortHolders('224.0.1.75', port);
  socket.close();
  expect(holders).toEqual([
    expect.objectContaining({ address, port, pid: process.pid, command: basename(process.argv0) }),
  ]);
  expect(holders.map(describePortHolder)[0]).toContain(`(process ${process.pid}) on ${address}:${port}`);
});

onLinux('a socket on another address holds nothing up', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const holders = await findPortHolders('224.0.1.75', socket.address().port);
  socket.close();
  expect(holders).toEqual([]);
});

test('a holder whose process we may not see is told by its user', () => {
  const holder = { address: '0.0.0.0', port: 5060, uid: 112, pid: undefined, command: undefined };
  expect(describePortHolder(holder)).toBe('a process of user id 112 on 0.0.0.0:5060');
});
