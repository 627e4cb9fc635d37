import { expect, test } from 'vitest';
import type { Device } from '../../src/core/device.ts';
import type { Failure, QuarantineEntry } from '../../src/core/quarantine.ts';
import type { Site } from '../../src/core/site.ts';
import { DEFAULT_TRUST } from '../../src/core/trust.ts';
import { createQuarantine } from '../../src/flows/quarantine.ts';
import { createSourceRules } from '../../src/flows/source-rules.ts';
import { device, mac, openDoors } from '../peers/office-doors.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STRANGER = '192.168.10.66';
const STRANGER_MAC = mac('020000000066');
const PHONE = '001565f4f9e1';
const PHONE_ADDRESS = '192.168.10.31';

function setUp(contents: { devices?: Device[]; site?: Partial<Site>; kept?: readonly QuarantineEntry[] } = {}) {
  const opened = openDoors(contents);
  const { office, doors, settings, neighbours } = opened;
  const stored: QuarantineEntry[] = [];
  const logged: string[] = [];
  const tell = (facts: { event?: string }) => void logged.push(facts.event ?? '');
  const quarantine = createQuarantine(
    {
      office,
      lan: doors.lan,
      rules: createSourceRules(office, doors.lan),
      store: { put: async (entry) => void stored.push(entry) },
      log: { debug: tell, info: tell, warn: tell, error: tell },
      clock: () => settings.now,
    },
    contents.kept,
  );
  neighbours.set(STRANGER, STRANGER_MAC);
  /** So many different failures of a kind, at once. */
  function fail(count: number, failure: Partial<Failure> = {}): void {
    for (let index = 0; index < count; index++) {
      quarantine.fail({ kind: 'bad-token', address: STRANGER, what: `${settings.now} ${index}`, ...failure });
    }
  }
  return { ...opened, quarantine, stored, logged, fail };
}

test('whoever guesses tokens is kept out of the phones’ doors, for a minute the first time', () => {
  const { quarantine, fail, stored, logged, settings } = setUp();
  fail(10);
  expect(quarantine.list()).toEqual([]);
  fail(1, { what: 'one more' });
  const wanted = { address: STRANGER, mac: STRANGER_MAC, reason: 'bad-token', times: 1 };
  expect(quarantine.list()).toEqual([{ ...wanted, since: settings.now, until: settings.now + MINUTE }]);
  expect(stored).toEqual(quarantine.list());
  expect(logged).toEqual(['quarantine.entered']);
  expect(quarantine.find(STRANGER, 'http')).toMatchObject(wanted);
  expect(quarantine.find(STRANGER, 'sip')).toMatchObject(wanted);
  expect(quarantine.find(STRANGER, 'people')).toBeUndefined();
  expect(quarantine.find('192.168.10.67', 'http')).toBeUndefined();
  settings.now += MINUTE;
  expect(quarantine.find(STRANGER, 'http')).toBeUndefined();
  expect(quarantine.list()).toEqual([]);
});

test('a phone that boots with an old URL every minute for a week repeats its one mistake, and is no offender', () => {
  const { quarantine, settings } = setUp();
  for (let boot = 0; boot < 7 * 24 * 60; boot++) {
    for (let file = 0; file < 6; file++)
      quarantine.fail({ kind: 'bad-token', address: STRANGER, what: 'a'.repeat(32) });
    quarantine.fail({ kind: 'contradiction', address: STRANGER, what: PHONE });
    settings.now += MINUTE;
  }
  expect(quarantine.list()).toEqual([]);
});

test('a phone that speaks TLS to the HTTP port tries again every few seconds, and is no offender', () => {
  const { quarantine, settings } = setUp();
  for (let attempt = 0; attempt < 10_000; attempt++) {
    quarantine.fail({ kind: 'malformed-http', address: STRANGER });
    settings.now += 2_000;
  }
  expect(quarantine.list()).toEqual([]);
});

test('a flood of what is no TLS is an offence, and a bench of phones that do not trust our certificate yet is none', () => {
  const { quarantine, settings, fail, neighbours } = setUp();
  for (let attempt = 0; attempt < 10_000; attempt++) {
    fail(1, { kind: 'broken-handshake' });
    // 64 phones, each every ten seconds.
    settings.now += 10_000 / 64;
  }
  expect(quarantine.list()).toEqual([]);
  for (let attempt = 0; attempt < 2_000; attempt++) {
    fail(1, { kind: 'broken-handshake' });
    settings.now += 10;
  }
  expect(quarantine.find(STRANGER, 'http')).toMatchObject({ reason: 'broken-handshake' });
  neighbours.set('192.168.10.67', mac('020000000067'));
  fail(100, { kind: 'malformed-tls', address: '192.168.10.67' });
  expect(quarantine.list()).toHaveLength(1);
  fail(1, { kind: 'malformed-tls', address: '192.168.10.67' });
  expect(quarantine.find('192.168.10.67', 'http')).toMatchObject({ reason: 'malformed-tls' });
  expect(quarantine.find('192.168.10.67', 'people')).toBeUndefined();
});

test('each time is for longer, up to a day; a week without is forgiven', () => {
  const { quarantine, fail, settings } = setUp();
  const terms: number[] = [];
  for (let time = 0; time < 7; time++) {
    fail(11);
    const [entry] = quarantine.list();
    terms.push((entry?.until ?? 0) - settings.now);
    settings.now = (entry?.until ?? 0) + 1;
  }
  expect(terms).toEqual([MINUTE, 5 * MINUTE, 30 * MINUTE, 6 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR]);
  settings.now += 8 * 24 * HOUR;
  fail(11);
  expect(quarantine.list()).toMatchObject([{ times: 1, until: settings.now + MINUTE }]);
});

test('what somebody did long ago does not count', () => {
  const { quarantine, fail, settings } = setUp();
  for (let round = 0; round < 50; round++) {
    fail(9);
    settings.now += 9 * MINUTE;
  }
  expect(quarantine.list()).toEqual([]);
});

test('behind a router many phones share an address: it takes more from there', () => {
  const { quarantine, fail } = setUp();
  fail(100, { address: '10.9.0.1' });
  expect(quarantine.list()).toEqual([]);
  for (let index = 0; index < 100; index++) fail(1, { address: '10.9.0.1', what: `more ${index}` });
  expect(quarantine.list()).toMatchObject([{ address: '10.9.0.1', mac: null }]);
});

test('the host is meant, not the address: who gets the address next is heard, and the host is known at another one', () => {
  const { quarantine, fail, neighbours } = setUp();
  fail(11);
  neighbours.set(STRANGER, mac(PHONE));
  neighbours.set('192.168.10.90', STRANGER_MAC);
  expect(quarantine.find(STRANGER, 'http')).toBeUndefined();
  expect(quarantine.find('192.168.10.90', 'http')).toMatchObject({ address: STRANGER });
});

test('whoever took a phone’s address for his guesses leaves the phone nothing of it', () => {
  const { quarantine, fail, neighbours } = setUp({
    devices: [device(PHONE, { state: 'approved', address: PHONE_ADDRESS })],
  });
  neighbours.set(PHONE_ADDRESS, STRANGER_MAC);
  fail(11, { address: PHONE_ADDRESS, mac: STRANGER_MAC });
  neighbours.set(PHONE_ADDRESS, mac(PHONE));
  expect(quarantine.list()).toHaveLength(1);
  expect(quarantine.find(PHONE_ADDRESS, 'http')).toBeUndefined();
  expect(quarantine.findPhone({ mac: mac(PHONE), address: PHONE_ADDRESS })).toBeUndefined();
});

test.each(['malformed-sip', 'false-name'] as const)(
  'forged datagrams (%s) never keep an approved phone out of anything, nor anybody out of HTTP',
  (kind) => {
    const { quarantine, fail, neighbours } = setUp({
      devices: [device(PHONE, { state: 'approved', address: PHONE_ADDRESS })],
    });
    neighbours.set(PHONE_ADDRESS, mac(PHONE));
    fail(5_000, { kind, address: PHONE_ADDRESS });
    // Nobody answers there: whose name it is cannot be known, and a phone may get the address later.
    fail(5_000, { kind, address: '192.168.10.200' });
    expect(quarantine.list()).toEqual([]);
    fail(5_000, { kind });
    expect(quarantine.find(STRANGER, 'sip')).toMatchObject({ reason: kind });
    expect(quarantine.find(STRANGER, 'http')).toBeUndefined();
    expect(quarantine.find(STRANGER, 'people')).toBeUndefined();
  },
);

test('a phone that was shut out by datagrams is heard as soon as it is approved', async () => {
  const { quarantine, fail, neighbours, office } = setUp({ devices: [device(PHONE, { address: PHONE_ADDRESS })] });
  neighbours.set(PHONE_ADDRESS, mac(PHONE));
  fail(300, { kind: 'malformed-sip', address: PHONE_ADDRESS });
  expect(quarantine.find(PHONE_ADDRESS, 'sip')).toBeDefined();
  await office.commit({ devices: [device(PHONE, { state: 'approved', address: PHONE_ADDRESS })] });
  expect(quarantine.find(PHONE_ADDRESS, 'sip')).toBeUndefined();
});

test('the phone’s journey says why, and its card finds the entry', () => {
  const { quarantine, fail, journey, neighbours } = setUp({
    devices: [device(PHONE, { state: 'approved', address: PHONE_ADDRESS })],
  });
  neighbours.set(PHONE_ADDRESS, mac(PHONE));
  fail(11, { address: PHONE_ADDRESS });
  expect(journey).toMatchObject([
    {
      step: 'refused',
      reason: expect.stringMatching(/^for 1 minute nothing is taken from 192\.168\.10\.31, because of/),
    },
  ]);
  expect(quarantine.findPhone({ mac: mac(PHONE), address: PHONE_ADDRESS })).toMatchObject({ reason: 'bad-token' });
});

test('this host, and what a rule trusts, is never kept out; without the setting nobody is', async () => {
  const rule = { action: 'trust', network: '192.168.10.64/28', protocol: 'http', note: '' } as const;
  const { quarantine, fail, office } = setUp({ site: { trust: { ...DEFAULT_TRUST, rules: [rule] } } });
  fail(50);
  fail(50, { address: '192.168.10.2' });
  expect(quarantine.list()).toEqual([]);
  await office.commit({ site: { ...office.site(), trust: DEFAULT_TRUST } });
  fail(11, { what: undefined as never });
  fail(11);
  expect(quarantine.list()).toHaveLength(1);
  await office.commit({ site: { ...office.site(), trust: { ...DEFAULT_TRUST, quarantine: false } } });
  expect(quarantine.find(STRANGER, 'http')).toBeUndefined();
  fail(50, { address: '192.168.10.99' });
  expect(quarantine.list()).toHaveLength(1);
});

test('a release is durable first, in the audit, and forgives what was counted', async () => {
  const { quarantine, fail, commits, settings } = setUp();
  fail(11);
  settings.commitFails = true;
  await expect(quarantine.release([STRANGER], 'anna')).rejects.toThrow('disk full');
  expect(quarantine.list()).toHaveLength(1);
  settings.commitFails = false;
  expect(await quarantine.release(['192.168.10.1'], 'anna')).toEqual([]);
  expect(await quarantine.release([STRANGER], 'anna')).toMatchObject([{ address: STRANGER }]);
  expect(quarantine.list()).toEqual([]);
  expect(quarantine.find(STRANGER, 'http')).toBeUndefined();
  const detail = { reason: 'bad-token', times: 1, mac: STRANGER_MAC };
  expect(commits).toMatchObject([
    {
      releasedAddresses: [STRANGER],
      audit: [{ actor: 'anna', action: 'quarantine.released', subject: STRANGER, detail }],
    },
  ]);
  fail(10);
  expect(quarantine.list()).toEqual([]);
});

test('all are released at once; another process’s release is taken in', async () => {
  const { quarantine, fail } = setUp();
  fail(11);
  fail(200, { address: '10.9.0.1' });
  expect(await quarantine.release(undefined, 'anna')).toHaveLength(2);
  expect(quarantine.list()).toEqual([]);
  fail(11, { kind: 'contradiction' });
  quarantine.adopt({ releasedAddresses: [STRANGER, '192.168.10.250'] });
  expect(quarantine.list()).toEqual([]);
  quarantine.adopt({});
});

test('a restart forgives nothing, and a clock that was set back makes no minute a year', () => {
  const entry = { address: STRANGER, mac: STRANGER_MAC, reason: 'bad-token', since: 1_000_000, times: 2 } as const;
  const known = setUp({ kept: [{ ...entry, until: 1_000_000 + 5 * MINUTE }] });
  expect(known.quarantine.find(STRANGER, 'http')).toMatchObject({ times: 2 });
  known.settings.now += 6 * MINUTE;
  known.fail(11);
  expect(known.quarantine.list()).toMatchObject([{ times: 3, until: known.settings.now + 30 * MINUTE }]);
  const future = setUp({ kept: [{ ...entry, until: 1_000_000 + 400 * 24 * HOUR }] });
  expect(future.quarantine.list()).toEqual([]);
});

test('offenders without end fill no memory', () => {
  const { quarantine, neighbours, fail } = setUp();
  for (let index = 0; index < 4_200; index++) {
    const address = `192.168.10.${index}`;
    neighbours.set(address, mac((0x020000000000 + index).toString(16).padStart(12, '0')));
    fail(101, { kind: 'malformed-http', address });
  }
  expect(quarantine.list()).toHaveLength(4_096);
});
