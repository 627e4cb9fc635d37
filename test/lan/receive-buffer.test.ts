import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { platform } from 'node:os';
import { expect, test } from 'vitest';
import { askReceiveBuffer, RECEIVE_BUFFER_BYTES } from '../../src/lan/receive-buffer.ts';
import { keepingLog } from './fake-lan.ts';

test('a real socket gets a bigger buffer than it came with, and the figure is the one that was asked for', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const before = socket.getRecvBufferSize();
  const { asked, granted } = askReceiveBuffer(socket, 'test', keepingLog());
  const doubled = platform() === 'linux' ? 2 : 1;
  expect(socket.getRecvBufferSize()).toBe(granted * doubled);
  expect(granted * doubled).toBeGreaterThanOrEqual(before);
  expect(asked).toBe(RECEIVE_BUFFER_BYTES);
  socket.close();
});

/** A system that cuts to its limit without a word, as Linux does, or refuses what is above it, as BSD does. */
function socketWith(limit: number, refuses: boolean): Socket {
  const isLinux = platform() === 'linux';
  let size = 100_000;
  const socket = {
    setRecvBufferSize(bytes: number) {
      if (refuses && bytes > limit) throw new Error('ENOBUFS');
      size = Math.min(bytes, limit);
    },
    getRecvBufferSize: () => (isLinux ? size * 2 : size),
  };
  return socket as unknown as Socket;
}

test('less than asked is told, with the remedy', () => {
  const log = keepingLog();
  expect(askReceiveBuffer(socketWith(212_992, false), 'pnp', log)).toEqual({ asked: 4_194_304, granted: 212_992 });
  expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  expect(log.lines[0]?.facts).toMatchObject({ granted: 212_992, remedy: 'sysctl -w net.core.rmem_max=4194304' });
});

test('what was granted is told', () => {
  const log = keepingLog();
  askReceiveBuffer(socketWith(4_194_304, false), 'pnp', log);
  expect(log.lines.map(({ level }) => level)).toEqual(['info']);
});

test('where too much is refused, half is asked, and half of that', () => {
  expect(askReceiveBuffer(socketWith(1_500_000, true), 'pnp', keepingLog()).granted).toBe(1_048_576);
  expect(askReceiveBuffer(socketWith(0, true), 'pnp', keepingLog()).granted).toBe(100_000);
});
