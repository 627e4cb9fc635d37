import { expect, test } from 'vitest';
import { guardSockets } from '../../src/commands/open-gate.ts';
import type { LanMessage, LanSockets } from '../../src/sip/lan-sockets.ts';

function setUp() {
  const sent: string[] = [];
  const listeners: ((message: LanMessage) => void)[] = [];
  const sockets: LanSockets = {
    send: (_from, _data, { address }) => void sent.push(address),
    portOf: () => 40_000,
    onMessage(listener) {
      listeners.push(listener);
      return () => undefined;
    },
    state: () => ({ open: [], sent: 0, failed: 0, lastError: undefined }),
  };
  const isOnLink = (address: string) => address.startsWith('192.168.10.');
  return { sent, listeners, guarded: guardSockets(sockets, { hears: isOnLink, maySend: isOnLink }) };
}

test('what the gate does not let through is not sent, and whoever sends is told', () => {
  const { sent, guarded } = setUp();
  const refused: string[] = [];
  for (const address of ['192.168.10.31', '198.51.100.7']) {
    guarded.send('192.168.10.2', Buffer.from('x'), { address, port: 5060 }, (reason) => refused.push(reason));
    guarded.send('192.168.10.2', Buffer.from('x'), { address, port: 5060 });
  }
  expect(sent).toEqual(['192.168.10.31', '192.168.10.31']);
  expect(refused).toEqual([expect.stringContaining('rules of trust')]);
});

test('what comes from behind the gate is not read, on the unicast sockets either', () => {
  const { listeners, guarded } = setUp();
  const heard: string[] = [];
  guarded.onMessage(({ address }) => heard.push(address));
  for (const address of ['198.51.100.7', '192.168.10.31']) {
    listeners[0]?.({ data: Buffer.from('x'), address, port: 5060, localAddress: '192.168.10.2' });
  }
  expect(heard).toEqual(['192.168.10.31']);
  expect(guarded.portOf('192.168.10.2')).toBe(40_000);
});
