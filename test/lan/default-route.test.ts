import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDefaultRoute } from '../../src/lan/default-route.ts';
import { parseRouteTable } from '../../src/lan/parse-route-table.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
function row(
  device: string,
  gateway: string,
  { to = '00000000', mask = '00000000', flags = '0003', metric = 0 } = {},
): string {
  return `${device}\t${to}\t${gateway}\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`;
}

test('the default route that Linux prints is read', () => {
  const text =
    HEAD + row('eth0', '0102A8C0') + row('eth0', '00000000', { to: '0002A8C0', mask: '00FFFFFF', flags: '0001' });
  expect(parseRouteTable(text)).toEqual({ router: '192.168.2.1', device: 'eth0' });
  expect(parseRouteTable(HEAD + row('eth0', 'C0A80201'), 'BE')).toEqual({ router: '192.168.2.1', device: 'eth0' });
});

test('of several default routes the one with the lowest metric counts', () => {
  const text =
    HEAD +
    row('wlan0', '0101A8C0', { metric: 600 }) +
    row('eth0', '0102A8C0', { metric: 100 }) +
    row('usb0', '0103A8C0', { metric: 700 });
  expect(parseRouteTable(text)?.device).toBe('eth0');
});

test('a tunnel without a router, a route that is down, one that rejects and half of the Internet are no default route', () => {
  const text =
    HEAD +
    row('tun0', '00000000', { flags: '0001' }) +
    row('eth1', '0102A8C0', { flags: '0002' }) +
    row('lo', '0102A8C0', { flags: '0203' }) +
    row('wg0', '0102A8C0', { to: '00000000', mask: '00000080' }) +
    'eth0\t00000000\n\n';
  expect(parseRouteTable(text)).toBeNull();
});

test('a host that has no such table has no default route, calmly', async () => {
  expect(await readDefaultRoute(() => Promise.reject(new Error('ENOENT')))).toBeNull();
});

test('no text throws, and what is found has four octets', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('0', '3', 'F', '\t', '\n', 'x', ' ') }), (text) => {
      const found = parseRouteTable(HEAD + text);
      expect(found === null || /^(\d{1,3}\.){3}\d{1,3}$/.test(found.router)).toBe(true);
    }),
  );
});
