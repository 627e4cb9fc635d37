import { expect, test } from 'vitest';
import { findMappingConflicts } from '../../src/core/find-mapping-conflicts.ts';
import type { PortMapping } from '../../src/core/internet.ts';
import { chooseSearchStart } from '../../src/upnp/choose-search-start.ts';
import { expandMappings } from '../../src/upnp/expand-mappings.ts';
import { hostWith } from '../lan/fake-lan.ts';

const ROUTE = { router: '192.168.2.1', device: 'eth0' };

test('a router is looked for beside the default router', () => {
  const host = hostWith({ lo: '127.0.0.1/8', eth1: '10.0.0.5/24', eth0: '192.168.2.9/24' });
  expect(chooseSearchStart(host, ROUTE, null)).toEqual({ localAddress: '192.168.2.9', defaultRouter: '192.168.2.1' });
});

test('with two feet in one LAN the interface of the route is taken', () => {
  const host = hostWith({ wlan0: '192.168.2.8/24', eth0: '192.168.2.9/24' });
  expect(chooseSearchStart(host, ROUTE, null)?.localAddress).toBe('192.168.2.9');
});

test('a configured address is taken, and the default router only when it stands there', () => {
  const host = hostWith({ eth0: '192.168.2.9/24', eth1: '10.0.0.5/24' });
  expect(chooseSearchStart(host, ROUTE, '10.0.0.5')).toEqual({ localAddress: '10.0.0.5', defaultRouter: null });
  expect(chooseSearchStart(host, ROUTE, '192.168.2.9')?.defaultRouter).toBe('192.168.2.1');
  expect(chooseSearchStart(host, ROUTE, '192.168.2.10')).toBeNull();
});

test('without a default route the first private LAN is taken, and without a LAN nothing', () => {
  const host = hostWith({ lo: '127.0.0.1/8', ppp0: '203.0.113.4/32', eth0: '10.1.0.9/16' });
  expect(chooseSearchStart(host, null, null)).toEqual({ localAddress: '10.1.0.9', defaultRouter: null });
  expect(chooseSearchStart(hostWith({ lo: '127.0.0.1/8' }), null, null)).toBeNull();
});

const row = (patch: Partial<PortMapping>): PortMapping => ({
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: null,
  description: 'SIP',
  ...patch,
});

test('a row becomes one entry per port, each shifted by the same distance', () => {
  const rows = [row({}), row({ externalPort: 10000, internalPort: 20000, count: 3, description: 'RTP' })];
  expect(expandMappings(rows, '10.0.0.9')).toEqual([
    {
      protocol: 'UDP',
      externalPort: 5060,
      internalClient: '10.0.0.9',
      internalPort: 5060,
      description: 'Plugtone SIP',
    },
    ...[0, 1, 2].map((i) => ({
      protocol: 'UDP',
      externalPort: 10000 + i,
      internalClient: '10.0.0.9',
      internalPort: 20000 + i,
      description: `Plugtone RTP UDP ${10000 + i}`,
    })),
  ]);
});

test('another host keeps its name, and the first row keeps a disputed port', () => {
  const rows = [row({ internalClient: '10.0.0.7' }), row({}), row({ protocol: 'TCP' })];
  expect(expandMappings(rows, '10.0.0.9').map(({ protocol, internalClient }) => [protocol, internalClient])).toEqual([
    ['UDP', '10.0.0.7'],
    ['TCP', '10.0.0.9'],
  ]);
});

test('a description is short and plain, whatever the row says', () => {
  const rows = [
    row({ description: `${'Büro \u0000'.repeat(20)}`, count: 2 }),
    row({ protocol: 'TCP', description: '' }),
  ];
  const texts = expandMappings(rows, '10.0.0.9').map(({ description }) => description);
  expect(texts.every((text) => /^Plugtone [\x20-\x7e]+$/.test(text) && text.length <= 40)).toBe(true);
  expect(new Set(texts).size).toBe(3);
});

test('rows that share an external port of one protocol are in conflict', () => {
  const rows = [
    row({ externalPort: 10000, count: 16 }),
    row({ protocol: 'TCP', externalPort: 10003 }),
    row({ externalPort: 10015, count: 4 }),
    row({ externalPort: 10019 }),
  ];
  expect(findMappingConflicts(rows)).toEqual([{ first: 0, second: 2, protocol: 'UDP', externalPort: 10015 }]);
});
