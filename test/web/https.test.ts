import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { CertificateFacts, TlsFacts } from '../../src/core/certificate.ts';
import { readCertificate } from '../../src/http/tls/read-certificate.ts';
import { makeLoopbackPair } from '../peers/certificates.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

let pem: string;
let authority: CertificateFacts;
let certificate: CertificateFacts;

beforeAll(async () => {
  const made = await makeLoopbackPair('Plugtone <CA>, box');
  pem = made.authority.certificate;
  const read = [made.authority, made.server].map((pair) => readCertificate(pair.certificate));
  for (const facts of read) if (!facts.ok) throw new Error(facts.problem);
  [authority, certificate] = read.map((facts) => (facts.ok ? facts.value : undefined)) as [
    CertificateFacts,
    CertificateFacts,
  ];
});

const on = (more: Partial<TlsFacts> = {}): TlsFacts => ({
  phonePort: 8061,
  webPort: 8443,
  webOnly: false,
  phoneLegacy: false,
  asksPhones: false,
  origin: 'own',
  certificate,
  authority,
  problem: null,
  ...more,
});

test('everybody may have the certificate of the authority, in both forms and with its fingerprint', async () => {
  const world = await createPageWorld();
  world.tls.authority = { pem, facts: authority };
  for (const language of ['en', 'de']) {
    const { status, html } = await world.get('/ca', { token: '', 'accept-language': language });
    expect(status).toBe(200);
    expect(html).toContain(authority.fingerprint);
    expect(html).toContain('Plugtone &lt;CA&gt;, box');
    expect(findMarkupFaults(html)).toEqual([]);
  }
  const der = await world.app.inject('/ca/plugtone-ca.crt');
  expect(der.headers).toMatchObject({
    'content-type': 'application/x-x509-ca-cert',
    'content-disposition': 'attachment; filename="plugtone-ca.crt"',
  });
  expect(new X509Certificate(der.rawPayload).fingerprint256).toBe(authority.fingerprint);
  const text = await world.app.inject('/ca/plugtone-ca.pem');
  expect(text.headers['content-type']).toBe('application/x-pem-file');
  expect(text.body).toBe(pem);
});

test('without an own authority there is nothing to have', async () => {
  const world = await createPageWorld();
  const { status, html } = await world.get('/ca', { token: '' });
  expect(status).toBe(404);
  expect(html).toContain('nothing to install');
  expect(findMarkupFaults(html)).toEqual([]);
  for (const path of ['/ca/plugtone-ca.crt', '/ca/plugtone-ca.pem']) {
    expect((await world.app.inject(path)).statusCode).toBe(404);
  }
});

test('the System page says how connections are encrypted, and what is wrong with that', async () => {
  const world = await createPageWorld();
  expect((await world.get('/system')).html).toContain('--web-tls-port');
  world.tls.facts = on();
  const { html } = await world.get('/system');
  for (const part of ['8061', '8443', 'renewed by itself', authority.fingerprint, 'href="/ca"']) {
    expect(html).toContain(part);
  }
  expect(html).not.toContain('--phone-tls-legacy');
  expect(findMarkupFaults(html)).toEqual([]);
  world.tls.facts = on({
    phoneLegacy: true,
    origin: 'files',
    authority: null,
    problem: '/etc/x.pem: there is no such file',
  });
  const given = (await world.get('/system')).html;
  for (const part of ['--phone-tls-legacy', 'issued by Plugtone', '/etc/x.pem: there is no such file']) {
    expect(given).toContain(part);
  }
  world.tls.facts = on({ certificate: { ...certificate, until: world.doors.clock() + 86_400_000 } });
  expect((await world.get('/system')).html).toContain('The certificate ends on');
});

test('an administrator chooses how phones are told to fetch; a technician cannot; nothing else is taken', async () => {
  const world = await createPageWorld();
  const fragment = { 'hx-request': 'true' };
  const admin = { ...fragment, token: world.tokens.admin };
  const scheme = () => world.office.site().trust.phoneScheme;
  expect((await world.post('/https/settings', { phoneScheme: 'https' }, fragment)).status).toBe(403);
  expect(scheme()).toBe('http');
  expect((await world.get('/system', { token: world.tokens.admin })).html).toContain(
    'a phone that refuses it gets no file',
  );
  const changed = await world.post('/https/settings', { phoneScheme: 'https' }, admin);
  expect(scheme()).toBe('https');
  expect(changed.html).toContain('no port for it is open');
  world.tls.facts = on();
  expect((await world.get('/system')).html).not.toContain('no port for it is open');
  expect((await world.post('/https/settings', { phoneScheme: 'ftp' }, admin)).status).toBe(422);
  expect(scheme()).toBe('https');
  const plain = await world.post('/https/settings', { phoneScheme: 'http' }, { token: world.tokens.admin });
  expect([plain.status, plain.headers.location, scheme()]).toEqual([303, '/system#https', 'http']);
});
