import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMacAddress, parseMacAddress } from '../../../src/core/mac-address.ts';
import { Secret } from '../../../src/core/secret.ts';
import { chooseRenewal } from '../../../src/http/tls/choose-renewal.ts';
import { chooseServerNames, keepAddresses } from '../../../src/http/tls/choose-server-names.ts';
import { checkPair, readBundle, readCertificate } from '../../../src/http/tls/read-certificate.ts';
import { findMacInName, readClientMac } from '../../../src/http/tls/read-client-mac.ts';

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

test('a host is known by its served addresses first, then its names, and loopback', () => {
  expect(chooseServerNames(['192.168.10.2', '10.0.0.2'], 'Box.office.example')).toEqual({
    addresses: ['192.168.10.2', '10.0.0.2', '127.0.0.1'],
    hosts: ['box', 'box.office.example', 'box.local', 'localhost'],
  });
});

test('a host name that no certificate may hold is left out', () => {
  expect(chooseServerNames([], 'my_box 1').hosts).toEqual(['localhost']);
});

test('an address that is gone stays in the next certificate, within reason', () => {
  const wanted = chooseServerNames(['10.0.0.2'], 'box');
  expect(keepAddresses(wanted, ['10.0.0.9', '127.0.0.1', 'old-name']).addresses).toEqual([
    '10.0.0.2',
    '127.0.0.1',
    '10.0.0.9',
  ]);
  const many = Array.from({ length: 60 }, (_, n) => `10.0.1.${n}`);
  expect(keepAddresses(wanted, many).addresses).toHaveLength(32);
});

test('certificates are renewed when they end, when names are missing, and else kept', () => {
  const wanted = chooseServerNames(['10.0.0.2'], 'box');
  const facts = (days: number, names: readonly string[] = []) => ({
    subject: 's',
    issuer: 'i',
    names,
    from: NOW - DAY,
    until: NOW + days * DAY,
    fingerprint: '',
  });
  const names = [...wanted.addresses, ...wanted.hosts];
  const choose = (authorityDays: number, serverDays: number, more = names, from = NOW - DAY) =>
    chooseRenewal({ authority: facts(authorityDays), server: { ...facts(serverDays, more), from } }, wanted, NOW);
  expect(chooseRenewal(undefined, wanted, NOW)).toBe('both');
  expect(choose(3_000, 300)).toBe('keep');
  expect(choose(3_000, 300, [...names, '10.9.9.9'])).toBe('keep');
  expect(choose(3_000, 300, names.slice(1))).toBe('server');
  expect(choose(3_000, 29)).toBe('server');
  expect(choose(3_000, 300, names, NOW + 1)).toBe('server');
  expect(choose(59, 300)).toBe('both');
});

test.each([
  ['001565AABBCC', '001565aabbcc'],
  ['00:15:65:AA:BB:CC', '001565aabbcc'],
  ['Phone 00-15-65-aa-bb-cc Maker', '001565aabbcc'],
  ['SIP-T46U/001565aabbcc/2026', '001565aabbcc'],
])('the name %s is the phone %s', (name, mac) => {
  expect(findMacInName(name)).toBe(mac);
});

test.each([
  '',
  'phone',
  '001565AABBCCDD',
  'x001565aabbcc',
  '001565aabbcc 001565aabbcd',
  '01:00:5e:00:00:01',
  undefined,
  {},
])('the name %s is no phone', (name) => {
  expect(findMacInName(name)).toBeNull();
});

test('the same phone named twice is one phone', () => {
  expect(findMacInName(['001565aabbcc', '00:15:65:AA:BB:CC'])).toBe('001565aabbcc');
});

test('whatever a name holds, it is a MAC address or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0aF:-. g') }), (text) => {
      const found = findMacInName(text);
      expect(found === null || parseMacAddress(formatMacAddress(found)) === found).toBe(true);
    }),
  );
});

test('a connection proves a phone only where a certificate was shown and verified', () => {
  const socket = (authorized: boolean, certificate: unknown) =>
    readClientMac({ authorized, getPeerCertificate: () => certificate } as never);
  const certificate = { raw: Buffer.alloc(1), subject: { CN: '001565aabbcc' } };
  expect(socket(true, certificate)).toBe('001565aabbcc');
  expect(socket(false, certificate)).toBeNull();
  expect(socket(true, {})).toBeNull();
  expect(socket(true, undefined)).toBeNull();
});

test('a certificate whose dates are none is refused, though OpenSSL takes it', () => {
  const text = readFileSync(new URL('../../fuzz/corpus/certificate/pair.txt', import.meta.url), 'latin1');
  const judge = (pair: string) => checkPair({ certificate: pair, privateKey: new Secret(pair) }, Date.UTC(2027, 0));
  expect(judge(text)).toMatchObject({ ok: true, value: { subject: 'SIP-T46U 00:15:65:AA:BB:CC' } });
  const damaged = text.replace(/(CERTIFICATE-----)([^-]+)/, (_all, line: string, body: string) => {
    const der = Buffer.from(body, 'base64');
    // Two UTCTimes of 13 characters (X.690 8.1.2, RFC 5280 4.1.2.5.1): the month of the second one.
    der.write('99', der.lastIndexOf(Buffer.from([0x17, 13])) + 4, 'latin1');
    return `${line}\n${der.toString('base64')}\n`;
  });
  expect(damaged).not.toBe(text);
  const problem = expect.stringMatching(/SIP-T46U.* is no date/);
  expect(judge(damaged)).toEqual({ ok: false, problem });
  expect(readCertificate(damaged)).toEqual({ ok: false, problem });
  expect(readBundle(damaged)).toEqual({ ok: false, problem: expect.stringContaining('certificate 1 of it') });
});
