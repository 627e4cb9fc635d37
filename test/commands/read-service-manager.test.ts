import { expect, test } from 'vitest';
import { readServiceManager } from '../../src/commands/read-service-manager.ts';

const PID = 4711;
const read = (environment: Record<string, string>) => readServiceManager(environment, PID);

test('without a socket nobody wants to hear anything', () => {
  for (const socket of ['', 'relative', '/', '@', 'vsock:2:1234'])
    expect(read({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000' })).toBeUndefined();
  expect(read({})).toBeUndefined();
});

test('a path and an abstract name are sockets', () => {
  for (const socket of ['/run/systemd/notify', '@/org/freedesktop/systemd1/notify'])
    expect(read({ NOTIFY_SOCKET: socket })).toEqual({ socket, watchdogMs: undefined });
});

test('the watch is for the process that it names, or for whoever has the variable', () => {
  const watched = { NOTIFY_SOCKET: '/n', WATCHDOG_USEC: '60000000' };
  expect(read(watched)?.watchdogMs).toBe(60_000);
  expect(read({ ...watched, WATCHDOG_PID: '4711' })?.watchdogMs).toBe(60_000);
  expect(read({ ...watched, WATCHDOG_PID: '1' })?.watchdogMs).toBeUndefined();
});

test('a time that is none is no watch', () => {
  for (const time of ['', '0', '-1', 'soon', '1.5', 'Infinity'])
    expect(read({ NOTIFY_SOCKET: '/n', WATCHDOG_USEC: time })?.watchdogMs).toBeUndefined();
});
