import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { CertificatePair } from '../../../src/core/certificate.ts';
import { Secret } from '../../../src/core/secret.ts';
import { makeAuthority, makeServerCertificate } from '../../../src/http/tls/certificate-maker.ts';
import { checkPair, readBundle, readCertificate, readDer } from '../../../src/http/tls/read-certificate.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const NAMES = { addresses: ['192.168.10.2', '127.0.0.1'], hosts: ['box', 'box.local'] };
let authority: CertificatePair;
let server: CertificatePair;

beforeAll(async () => {
  authority = await makeAuthority('Plugtone, Büro "München"', NOW);
  server = await makeServerCertificate(authority, NAMES, NOW);
});

test('an authority signs servers and nothing else, with what old phones understand', () => {
  const ca = new X509Certificate(authority.certificate);
  expect(ca.ca).toBe(true);
  expect(ca.checkIssued(ca)).toBe(true);
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect(ca.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  const facts = readCertificate(authority.certificate);
  expect(facts).toMatchObject({ ok: true, value: { subject: 'Plugtone, Büro "München"', from: NOW - 2 * DAY } });
  expect(facts.ok && facts.value.until).toBe(NOW + 3_650 * DAY);
});

test("a server's certificate is signed by it, for its names only, and is no authority itself", () => {
  const [ca, leaf] = [new X509Certificate(authority.certificate), new X509Certificate(server.certificate)];
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIP('192.168.10.2')).toBe('192.168.10.2');
  expect(leaf.checkIP('192.168.10.3')).toBeUndefined();
  expect(leaf.checkHost('box.local')).toBe('box.local');
  expect(leaf.checkHost('other.local')).toBeUndefined();
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(readCertificate(server.certificate)).toMatchObject({
    ok: true,
    value: { subject: '192.168.10.2', issuer: 'Plugtone, Büro "München"', names: [...NAMES.addresses, ...NAMES.hosts] },
  });
});

test('each certificate has its own serial number, and none outlives its authority', async () => {
  const late = NOW + 3_600 * DAY;
  const second = await makeServerCertificate(authority, NAMES, late);
  const serials = [server, second].map(({ certificate }) => new X509Certificate(certificate).serialNumber);
  expect(new Set(serials).size).toBe(2);
  expect(serials.every((serial) => serial.length === 32)).toBe(true);
  const [own, above] = [readCertificate(second.certificate), readCertificate(authority.certificate)];
  expect(own.ok && above.ok && own.value.until === above.value.until).toBe(true);
});

test('a pair is checked before it is used, and what is wrong is said without the key', () => {
  const bad = 'not a key at all';
  const problems = [
    checkPair({ ...server, certificate: 'hello' }, NOW),
    checkPair({ ...server, certificate: server.certificate.replace(/[A-Za-z]{60}/, 'x') }, NOW),
    checkPair({ ...server, privateKey: new Secret(bad) }, NOW),
    checkPair({ ...server, privateKey: authority.privateKey }, NOW),
    checkPair(server, NOW + 400 * DAY),
  ].map((checked) => (checked.ok ? 'fine' : checked.problem));
  expect(problems[0]).toContain('-----BEGIN CERTIFICATE-----');
  expect(problems[2]).toContain('PRIVATE KEY');
  expect(problems[3]).toBe('the key does not belong to the certificate of 192.168.10.2');
  expect(problems[4]).toBe('the certificate of 192.168.10.2 ended on 2027-07-03');
  expect(problems.join()).not.toContain(bad);
  expect(checkPair(server, NOW)).toMatchObject({ ok: true, value: { subject: '192.168.10.2' } });
});

test('a bundle is read whole or refused', () => {
  expect(readBundle(`# first\n${authority.certificate}\n${server.certificate}`)).toMatchObject({ ok: true });
  expect(readBundle('nothing')).toMatchObject({ ok: false });
  expect(readBundle(authority.certificate.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA'))).toMatchObject({
    ok: false,
    problem: expect.stringContaining('certificate 1'),
  });
});

test('DER is what the PEM holds', () => {
  const der = readDer(authority.certificate);
  expect(new X509Certificate(der).fingerprint256).toBe(new X509Certificate(authority.certificate).fingerprint256);
});

test('the key never prints itself', () => {
  expect(JSON.stringify([authority, server])).not.toContain('PRIVATE KEY');
});
