import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as askSecurely } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { startAppliance } from '../../src/commands/appliance.ts';
import type { TlsConfig } from '../../src/config.ts';
import { snom } from '../../src/vendors/snom.ts';
import { exchange, readResponse } from '../http/raw.ts';
import { makeLoopbackPair } from '../peers/certificates.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';

const TLS: TlsConfig = { phonePort: 0, webPort: 0, phoneLegacy: false, phoneAuthorities: [], webOnly: false };

async function run(tls: Partial<TlsConfig> = {}) {
  const world = await runAppliance(undefined, { tls: { ...TLS, ...tls } });
  onTestFinished(world.remove);
  const { webPort, webTlsPort = 0, phoneTlsPort = 0 } = world.appliance;
  return { ...world, webPort, webTlsPort, phoneTlsPort, plain: `http://127.0.0.1:${webPort}` };
}

function get(port: number, path: string, ca: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const asked = askSecurely({ port, host: '127.0.0.1', path, ca, headers, agent: false }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function fetchAuthority(plain: string): Promise<string> {
  const answer = await fetch(`${plain}/ca/plugtone-ca.pem`);
  expect(answer.headers.get('content-type')).toBe('application/x-pem-file');
  return answer.text();
}

test('who installs the downloaded certificate of the authority reaches people and phones by HTTPS', async () => {
  const world = await run();
  const ca = await fetchAuthority(world.plain);
  expect(await get(world.webTlsPort, '/healthz', ca)).toMatchObject({ status: 200 });
  expect(await get(world.phoneTlsPort, '/p/nobody/x.cfg', ca)).toMatchObject({ status: 404 });
  await expect(get(world.webTlsPort, '/healthz', (await makeLoopbackPair()).authority.certificate)).rejects.toThrow();
  expect(world.logged.join('\n')).toContain('tls.authority-made');
  await world.createToken('viewer');
  expect((await world.api('GET', 'system')).body.tls).toMatchObject({
    phonePort: world.phoneTlsPort,
    webPort: world.webTlsPort,
    origin: 'own',
    authority: { subject: expect.stringContaining('Plugtone CA') },
    problem: null,
  });
});

test('a phone is told https where the site wants it, fetches so, and its file says so too', async () => {
  const world = await run();
  await world.createToken('admin');
  const ca = await fetchAuthority(world.plain);
  await world.api('PUT', 'site', { trust: { phoneScheme: 'https' } });
  const phone = mac('000413aabbcc');
  await world.api('POST', 'extensions', { number: '101', displayName: 'One', password: 'a-pass-word-101' });
  const seen = await world.phone(snom, phone);
  await expect.poll(async () => (await world.api('GET', `devices/${phone}`)).status, { timeout: 10_000 }).toBe(200);
  expect((await world.api('POST', `devices/${phone}/approve`, { extension: '101' })).status).toBe(200);
  const base = `https://127.0.0.1:${world.phoneTlsPort}/p/`;
  await expect.poll(() => JSON.stringify(seen.steps), { timeout: 10_000 }).toContain(base);
  const url = new RegExp(`${base}[0-9a-f]+/[^"]*`).exec(JSON.stringify(seen.steps))?.[0] ?? '';
  const file = await get(world.phoneTlsPort, new URL(url).pathname, ca);
  expect(file.status).toBe(200);
  expect(file.text).toContain(base);
  // Whom to trust is to be had without TLS: by the URL in the file, and beside the phone's files.
  const plainPhones = `http://127.0.0.1:${world.appliance.phonePort}`;
  expect(file.text).toContain(`<certificate url="${plainPhones}/ca/plugtone-ca.crt"/>`);
  const der = await fetch(`${plainPhones}/ca/plugtone-ca.crt`);
  expect([der.status, der.headers.get('content-type')]).toEqual([200, 'application/x-x509-ca-cert']);
  expect(new X509Certificate(Buffer.from(await der.arrayBuffer())).toString()).toBe(new X509Certificate(ca).toString());
  const etag = der.headers.get('etag') ?? '';
  const again = await fetch(`${plainPhones}/ca/plugtone-ca.crt`, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  const { pathname } = new URL('plugtone-ca.pem', url);
  for (const path of ['/ca/plugtone-ca.pem', pathname]) {
    expect(await (await fetch(plainPhones + path)).text()).toBe(ca);
    expect((await get(world.phoneTlsPort, path, ca)).text).toBe(ca);
  }
  expect((await fetch(`${plainPhones}/plugtone-ca.pem`)).status).toBe(404);
});

test('people who come in the clear are sent to HTTPS where somebody wants that, but for what they need first', async () => {
  const world = await run({ webOnly: true });
  const ask = (path: string, init: RequestInit = {}) => fetch(world.plain + path, { redirect: 'manual', ...init });
  for (const path of ['/', '/api/v1/devices?state=pending', '/nothing/here', '/caa']) {
    const answer = await ask(path);
    expect([path, answer.status]).toEqual([path, 308]);
    expect(answer.headers.get('location')).toBe(`https://127.0.0.1:${world.webTlsPort}${path}`);
  }
  expect((await ask('/api/v1/session', { method: 'POST', body: '{}' })).status).toBe(308);
  for (const path of ['/ca', '/ca/plugtone-ca.crt', '/healthz']) expect((await ask(path)).status).toBe(200);
  const style = /\/assets\/[\w./-]+\.css/.exec(await (await ask('/ca')).text())?.[0] ?? '';
  expect((await ask(style)).status).toBe(200);
  const odd = readResponse(
    await exchange(world.webPort, 'GET / HTTP/1.1\r\nHost: evil.example/x?\r\nConnection: close\r\n\r\n'),
  );
  expect(odd.headers.get('location') ?? '').not.toContain('evil.example/x');
  const old = readResponse(await exchange(world.webPort, 'GET /x HTTP/1.0\r\n\r\n'));
  expect(old.headers.get('location')).toBe(`https://127.0.0.1:${world.webTlsPort}/x`);
  const ca = await fetchAuthority(world.plain);
  expect(await get(world.webTlsPort, '/login', ca, { accept: 'text/html' })).not.toMatchObject({ status: 308 });
});

test('given files are served, and new ones without a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-given-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const [first, second] = await Promise.all([makeLoopbackPair('First'), makeLoopbackPair('Second')]);
  const put = ({ server }: typeof first) => {
    writeFileSync(files.certificate, server.certificate);
    writeFileSync(files.key, server.privateKey.reveal());
  };
  put(first);
  const world = await run({ files });
  expect((await get(world.webTlsPort, '/healthz', first.authority.certificate)).status).toBe(200);
  expect((await fetch(`${world.plain}/ca/plugtone-ca.pem`)).status).toBe(404);
  put(second);
  const both = first.authority.certificate + second.authority.certificate;
  const issuer = async (port: number) => {
    const socket = connect({ port, host: '127.0.0.1', ca: both });
    await once(socket, 'secureConnect');
    const { issuer: name } = socket.getPeerCertificate();
    socket.destroy();
    return name.CN;
  };
  for (const port of [world.webTlsPort, world.phoneTlsPort]) {
    await expect.poll(() => issuer(port), { timeout: 20_000, interval: 250 }).toBe('Second');
  }
});

test('files that are none end the start with a message for people', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const quiet = () => undefined;
  const files = { certificate: join(dataDir, 'none.pem'), key: join(dataDir, 'none.key') };
  const config = {
    dataDir,
    siteDir: join(dataDir, 'site'),
    webPort: 0,
    phonePort: 0,
    sipPort: 0,
    lanAddresses: ['127.0.0.1'],
    logLevel: 'info',
    tls: { ...TLS, files },
  } as const;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const started = startAppliance(config, { signal: new AbortController().signal, log });
  await expect(started).rejects.toThrow(`TLS: ${files.certificate}: there is no such file`);
});
