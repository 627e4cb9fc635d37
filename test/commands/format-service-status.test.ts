import { expect, test } from 'vitest';
import { formatServiceStatus } from '../../src/commands/format-service-status.ts';

const WELL = {
  interfaces: [
    { name: 'eth0', address: '192.168.10.2' },
    { name: 'eth1', address: '10.0.0.2' },
  ],
  webPort: 8080,
  phonePort: 8060,
  sipPort: 5060,
  isStoreFailing: false,
};

test('the status line names what is served, and where', () => {
  expect(formatServiceStatus(WELL)).toBe(
    'serving 192.168.10.2 (eth0), 10.0.0.2 (eth1); SIP multicast on port 5060; phones on 8060; people on 8080',
  );
});

test('the status line says what is wrong', () => {
  const line = formatServiceStatus({ ...WELL, interfaces: [], sipPort: undefined, isStoreFailing: true });
  expect(line).toBe(
    'no interface to serve yet; SIP multicast is not heard; phones on 8060; people on 8080; THE DATABASE CANNOT BE READ',
  );
});
