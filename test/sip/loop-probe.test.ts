import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { deriveProbeMac } from '../../src/core/derive-probe-mac.ts';
import { probeLoop } from '../../src/sip/loop-probe.ts';
import { PNP_GROUP } from '../peers/fake-pnp-server.ts';

const IDLE = new AbortController().signal;
const SHAPE = {
  user: `MAC%3a${deriveProbeMac('a site')}`,
  host: '224.0.1.75',
  userAgent: null,
  event: { vendor: 'Maker', model: 'M1', version: '1' },
  viaBranch: true,
  viaRport: true,
};

function probe(more: { readonly address?: string; readonly port?: number; readonly group?: string } = {}) {
  const { address = '127.0.0.1', port = 0, group = PNP_GROUP } = more;
  return probeLoop({
    localAddress: address,
    target: { address: group, port },
    shape: SHAPE,
    signal: IDLE,
    waitMs: 300,
  });
}

test('what is said on an interface is heard there', async () => {
  expect(await probe()).toBe('heard');
});

test('it is heard beside a program that shares the port, as the appliance does', async () => {
  const other = createSocket({ type: 'udp4', reuseAddr: true });
  other.bind(0, PNP_GROUP);
  await once(other, 'listening');
  expect(await probe({ port: other.address().port })).toBe('heard');
  other.close();
});

test('a port that another program keeps for itself is told', async () => {
  const other = createSocket('udp4');
  other.bind(0, '0.0.0.0');
  await once(other, 'listening');
  expect(await probe({ port: other.address().port })).toBe('EADDRINUSE');
  other.close();
});

test('an interface that is not there is told', async () => {
  expect(await probe({ address: '192.0.2.77' })).toMatch(/^E(NODEV|ADDRNOTAVAIL)$/);
});
