import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectPlain, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { CertificatePair } from '../../src/core/certificate.ts';
import type { ConfigRequest } from '../../src/flows/serve-config.ts';
import { createPhoneTlsServer, type PhoneSources } from '../../src/http/phone-server.ts';
import { listenServer } from '../../src/http/server-listener.ts';
import { buildTlsOptions, type TlsWishes } from '../../src/http/tls/build-tls-options.ts';
import { makeClientCertificate, makeLoopbackPair } from '../peers/certificates.ts';
import { openDoors } from '../peers/office-doors.ts';
import { createLogMemory } from './log-memory.ts';
import { readResponse } from './raw.ts';

let own: Awaited<ReturnType<typeof makeLoopbackPair>>;
let maker: Awaited<ReturnType<typeof makeLoopbackPair>>;
let phone: CertificatePair;
const running: { stop: AbortController; closed: Promise<void> }[] = [];

beforeAll(async () => {
  [own, maker] = await Promise.all([makeLoopbackPair(), makeLoopbackPair('Maker of phones')]);
  phone = await makeClientCertificate(maker.authority, 'SIP-T46U 00:15:65:AA:BB:CC');
});

afterEach(async () => {
  for (const { stop } of running) stop.abort();
  await Promise.all(running.splice(0).map(({ closed }) => closed));
});

async function start(wishes: TlsWishes = {}, sources?: PhoneSources, handshakeMs?: number) {
  const asked: ConfigRequest[] = [];
  const { log, lines } = createLogMemory();
  const { server, handshakes } = createPhoneTlsServer(
    {
      serveConfig: async (request) => {
        asked.push(request);
        const bytes = Buffer.from('account.1.enable = 1\n');
        return { kind: 'file', bytes, contentType: 'text/plain', etag: '"e"', isKnown: false };
      },
      siteFilesDir: '/nonexistent',
      isServed: () => true,
      ...(sources && { sources }),
      log,
    },
    buildTlsOptions(own.server, wishes),
    handshakeMs,
  );
  const stop = new AbortController();
  const { port, closed } = await listenServer(server, {
    host: '127.0.0.1',
    port: 0,
    signal: stop.signal,
    closeAll: handshakes.closeAll,
  });
  running.push({ stop, closed });
  return { server, port, asked, lines, stop, closed };
}

/** Asks for a file over TLS; what came back, or the code of what went wrong. */
async function ask(port: number, options: ConnectionOptions = {}) {
  const socket = connect({ port, host: '127.0.0.1', ca: own.authority.certificate, ...options });
  let text = '';
  let problem = '';
  socket.on('error', (error: NodeJS.ErrnoException) => {
    problem = error.code ?? String(error);
  });
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('secureConnect', () => socket.write('GET /p/t/mine.cfg HTTP/1.1\r\nConnection: close\r\n\r\n'));
  const version = new Promise<string | null>((resolve) =>
    socket.on('secureConnect', () => resolve(socket.getProtocol())),
  );
  await new Promise((resolve) => socket.once('close', resolve));
  return { problem, ...(text === '' ? { status: 0 } : { ...readResponse(text), version: await version }) };
}

test('a phone that trusts the authority gets its file, and the flow knows that nobody read it', async () => {
  const { port, asked } = await start();
  const answer = await ask(port);
  expect(answer).toMatchObject({ status: 200, body: 'account.1.enable = 1\n', version: 'TLSv1.3' });
  expect(asked).toMatchObject([
    { source: '127.0.0.1', localAddress: '127.0.0.1', token: 't', path: 'mine.cfg', isSecure: true, clientMac: null },
  ]);
});

test('nobody is served who does not trust the certificate', async () => {
  const { port, asked } = await start();
  expect(await ask(port, { ca: maker.authority.certificate })).toMatchObject({ status: 0 });
  expect(await ask(port, { ca: maker.authority.certificate, maxVersion: 'TLSv1.2' })).toMatchObject({ status: 0 });
  expect(asked).toEqual([]);
});

/** Node hangs up without a word where it does not trust; OpenSSL says why, as phones do. */
function askByOpenssl(port: number, authorityFile: string, version: string): boolean {
  const options = ['-connect', `127.0.0.1:${port}`, '-CAfile', authorityFile, '-verify_return_error', version];
  const run = spawn('openssl', ['s_client', ...options], { stdio: ['pipe', 'ignore', 'ignore'] });
  run.stdin.end();
  return run.pid !== undefined;
}

test.each(['-tls1_2', '-tls1_3'])(
  'a phone that says over %s that it does not trust us is in the log',
  async (version) => {
    const { port, lines } = await start();
    const folder = mkdtempSync(join(tmpdir(), 'plugtone-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), maker.authority.certificate);
    expect(askByOpenssl(port, join(folder, 'ca.pem'), version)).toBe(true);
    await expect.poll(() => lines.join(), { timeout: 5_000 }).toMatch(/tls\.handshake-failed.*UNKNOWN_CA/);
    expect(lines.join()).toContain('"address":"127.0.0.1"');
  },
);

const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

test('TLS 1.1 is refused, and spoken where somebody wants it', async () => {
  expect(await ask((await start()).port, OLD)).toMatchObject({
    status: 0,
    problem: expect.stringMatching(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/),
  });
  const legacy = await start({ legacy: true });
  expect(await ask(legacy.port, OLD)).toMatchObject({ status: 200, version: 'TLSv1.1' });
  expect(await ask(legacy.port, { ...OLD, maxVersion: 'TLSv1' })).toMatchObject({ status: 200, version: 'TLSv1' });
  expect(await ask(legacy.port)).toMatchObject({ status: 200, version: 'TLSv1.3' });
});

test.each(['AES256-SHA', 'DHE-RSA-AES256-SHA', 'AES128-SHA'])(
  'the old cipher %s works with legacy TLS only',
  async (cipher) => {
    const only = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0` } as const;
    const tls10 = { ...OLD, maxVersion: 'TLSv1', ciphers: `${cipher}:@SECLEVEL=0` } as const;
    expect(await ask((await start({ legacy: true })).port, tls10)).toMatchObject({ status: 200 });
    expect(await ask((await start({ legacy: true })).port, only)).toMatchObject({ status: 200 });
    expect(await ask((await start()).port, tls10)).toMatchObject({ status: 0 });
  },
);

const showing = ({ certificate, privateKey }: CertificatePair): ConnectionOptions => ({
  cert: certificate,
  key: privateKey.reveal(),
});

test("a certificate of the phones' maker proves the MAC address in its name", async () => {
  const { port, asked } = await start({ clientAuthorities: [maker.authority.certificate] });
  expect(await ask(port, showing(phone))).toMatchObject({ status: 200 });
  expect(await ask(port, { ...showing(phone), maxVersion: 'TLSv1.2' })).toMatchObject({ status: 200 });
  expect(asked.map(({ clientMac }) => clientMac)).toEqual(['001565aabbcc', '001565aabbcc']);
});

test('a certificate that does not verify proves nothing, and refuses nothing', async () => {
  const { port, asked } = await start({ clientAuthorities: [maker.authority.certificate] });
  const self = await makeClientCertificate(own.authority, '001565aabbcc');
  const ended = await makeClientCertificate(maker.authority, '001565aabbcc', Date.now() - 86_400_000);
  const nameless = await makeClientCertificate(maker.authority, 'some phone');
  // A server's certificate of the right authority is not for clients.
  for (const shown of [self, ended, nameless, maker.server]) {
    expect(await ask(port, showing(shown))).toMatchObject({ status: 200 });
  }
  expect(await ask(port)).toMatchObject({ status: 200 });
  expect(asked.map(({ clientMac }) => clientMac)).toEqual([null, null, null, null, null]);
});

test('without authorities of phones nobody is asked for a certificate', async () => {
  const { port, asked } = await start();
  expect(await ask(port, showing(phone))).toMatchObject({ status: 200 });
  expect(asked[0]?.clientMac).toBeNull();
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a resumed session of %s proves what its first one proved',
  async (version) => {
    const { port, asked } = await start({ clientAuthorities: [maker.authority.certificate] });
    const self = await makeClientCertificate(own.authority, '001565aabbcc');
    for (const shown of [showing(self), {}, showing(phone)]) {
      const limits = { minVersion: version, maxVersion: version } as const;
      const first = connect({ port, host: '127.0.0.1', ca: own.authority.certificate, ...limits, ...shown });
      const session = new Promise<Buffer>((resolve) => first.once('session', resolve));
      first.write('GET /p/t/first.cfg HTTP/1.1\r\n\r\n');
      await once(first, 'data');
      const ticket = await session;
      first.destroy();
      const again = connect({ port, host: '127.0.0.1', ca: own.authority.certificate, ...limits, session: ticket });
      again.write('GET /p/t/again.cfg HTTP/1.1\r\n\r\n');
      await once(again, 'data');
      expect(again.isSessionReused()).toBe(true);
      again.destroy();
    }
    expect(asked.map(({ clientMac }) => clientMac)).toEqual([null, null, null, null, '001565aabbcc', '001565aabbcc']);
  },
);

test('nobody renegotiates', async () => {
  const { port, asked } = await start();
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca: own.authority.certificate, maxVersion: 'TLSv1.2' });
  await once(socket, 'secureConnect');
  const failed = new Promise<Error>((resolve) => {
    socket.once('error', resolve);
    socket.renegotiate({}, (error) => error && resolve(error));
  });
  expect(String(await failed)).toMatch(/renegotiation/i);
  socket.destroy();
  expect(asked).toEqual([]);
});

test('a new certificate is used by the next connection, and the one before stays open', async () => {
  const { server, port } = await start();
  const before = connect({ port, host: '127.0.0.1', ca: own.authority.certificate });
  await once(before, 'secureConnect');
  server.setSecureContext(buildTlsOptions(maker.server));
  expect(await ask(port)).toMatchObject({ status: 0 });
  expect(await ask(port, { ca: maker.authority.certificate })).toMatchObject({ status: 200 });
  before.write('GET /p/t/x.cfg HTTP/1.1\r\n\r\n');
  expect(String(await once(before, 'data'))).toContain('200 OK');
  before.destroy();
});

test('limits of requests hold over TLS too', async () => {
  const { port } = await start();
  const socket = connect({ port, host: '127.0.0.1', ca: own.authority.certificate });
  socket.write(`GET /p/t/mine.cfg HTTP/1.1\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`);
  expect(String(await once(socket, 'data'))).toContain('431');
  socket.destroy();
});

function dial(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connectPlain(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => undefined);
  });
}

test('a handshake that never ends is ended, however steadily its bytes come', async () => {
  const { port } = await start({}, undefined, 600);
  const socket = await dial(port);
  const closed = once(socket, 'close').then(() => 'closed');
  // A record of 16 kB that is announced, and then a byte at a time.
  socket.write(Buffer.from([0x16, 0x03, 0x01, 0x40, 0x00]));
  const drip = setInterval(() => socket.write(Buffer.alloc(1)), 50);
  expect(await Promise.race([closed, sleep(5_000, 'still open')])).toBe('closed');
  clearInterval(drip);
});

test('who may not come is closed before any handshake, and who left is counted out', async () => {
  let open = 0;
  let mayCome = true;
  const { port, asked } = await start(
    {},
    {
      connect() {
        if (!mayCome) return undefined;
        open += 1;
        return () => {
          open -= 1;
        };
      },
      takes: () => true,
      fail: () => undefined,
    },
  );
  expect(await ask(port)).toMatchObject({ status: 200 });
  const half = await dial(port);
  await expect.poll(() => open).toBe(1);
  half.destroy();
  await expect.poll(() => open).toBe(0);
  mayCome = false;
  expect(await ask(port)).toMatchObject({ status: 0 });
  expect(asked).toHaveLength(1);
});

test('HTTP in the clear on this port is no request', async () => {
  const { port, asked, lines } = await start();
  const socket = await dial(port);
  socket.write('GET /p/t/mine.cfg HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
  expect(asked).toEqual([]);
  await expect.poll(() => lines.at(-1)).toContain('ERR_SSL_HTTP_REQUEST');
  expect(lines.at(-1)).toMatch(/tls\.handshake-failed.*"address":"127\.0\.0\.1"/);
});

/** A door for everybody, which writes down who failed at what. */
function createTally(takes = () => true) {
  const failures: string[] = [];
  const sources: PhoneSources = {
    connect: () => (takes() ? () => undefined : undefined),
    takes,
    fail: (address, kind) => void failures.push(`${address} ${kind}`),
  };
  return { failures, sources };
}

/** Says it and waits until the server has ended it. */
async function say(port: number, data: Uint8Array | string): Promise<void> {
  const socket = await dial(port);
  socket.write(data);
  socket.resume();
  await once(socket, 'close');
}

test('what is no TLS, or none that is spoken here, counts against its source, once for each connection', async () => {
  const { failures, sources } = createTally();
  const { port, lines } = await start({}, sources);
  await say(port, 'GET / HTTP/1.1\r\n\r\n');
  await say(port, Buffer.alloc(600, 0xaa));
  // A ClientHello that ends in the middle of itself.
  await say(port, Buffer.from('16030100060100000203030000', 'hex'));
  expect(await ask(port, OLD)).toMatchObject({ status: 0 });
  expect(await ask(port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' })).toMatchObject({
    status: 0,
  });
  await expect.poll(() => failures).toEqual(Array(5).fill('127.0.0.1 malformed-tls'));
  expect(lines.length).toBeGreaterThan(2);
  expect(await ask(port)).toMatchObject({ status: 200 });
  expect(failures).toHaveLength(5);
});

test("a client's certificate that is damaged on its way counts, and one that merely does not verify does not", async () => {
  const { failures, sources } = createTally();
  const { port } = await start({ clientAuthorities: [maker.authority.certificate] }, sources);
  const damaging = createServer((client) => {
    const server = connectPlain(port, '127.0.0.1');
    for (const socket of [client, server]) socket.on('error', () => undefined);
    server.pipe(client);
    let flights = 0;
    client.on('data', (chunk: Buffer) => {
      // The hello as it is; of the flight with the certificate (RFC 5246 7.3) a byte within that.
      flights += 1;
      if (flights === 2) chunk.writeUInt8(chunk.readUInt8(60) ^ 0xff, 60);
      server.write(chunk);
    });
    server.once('close', () => client.destroy());
  });
  onTestFinished(() => void damaging.close());
  await once(damaging.listen(0, '127.0.0.1'), 'listening');
  const { port: between } = damaging.address() as AddressInfo;
  const damaged = await ask(between, { ...showing(phone), maxVersion: 'TLSv1.2' });
  expect(damaged.status).toBe(0);
  await expect.poll(() => failures).toEqual(['127.0.0.1 malformed-tls']);
  const self = await makeClientCertificate(own.authority, '001565aabbcc');
  expect(await ask(port, showing(self))).toMatchObject({ status: 200 });
  expect(failures).toHaveLength(1);
});

test('who does not trust us, or hangs up, is told apart from who sends rubbish', async () => {
  const { failures, sources } = createTally();
  const { port } = await start({}, sources, 300);
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ca.pem'), maker.authority.certificate);
  askByOpenssl(port, join(folder, 'ca.pem'), '-tls1_2');
  askByOpenssl(port, join(folder, 'ca.pem'), '-tls1_3');
  await expect.poll(() => failures, { timeout: 5_000 }).toHaveLength(2);
  await ask(port, { ca: maker.authority.certificate });
  await expect.poll(() => failures).toHaveLength(3);
  // Before its first byte, and never.
  (await dial(port)).destroy();
  await expect.poll(() => failures).toHaveLength(4);
  await say(port, '');
  await expect.poll(() => failures).toEqual(Array(5).fill('127.0.0.1 broken-handshake'));
});

test('who is kept out costs no handshake, and it counts no further against him', async () => {
  let isOut = true;
  const { failures, sources } = createTally(() => !isOut);
  const { port, asked, stop, closed } = await start({}, sources);
  await say(port, 'no TLS');
  expect(await ask(port)).toMatchObject({ status: 0 });
  isOut = false;
  expect(await ask(port)).toMatchObject({ status: 200 });
  expect(asked).toHaveLength(1);
  // Nor does it, where we are who hangs up.
  const socket = await dial(port);
  const served = await ask(port);
  expect(served).toMatchObject({ status: 200 });
  stop.abort();
  await closed;
  socket.destroy();
  expect(failures).toEqual([]);
});

test('a source of many failed handshakes is put in quarantine, closed before the next one, and served again once released', async () => {
  const { gate, quarantine, settings, doors } = openDoors();
  // This host is a phone like others.
  settings.own = ['192.168.10.2'];
  const { connect: enter, takes } = gate;
  const { port, asked } = await start(
    {},
    { connect: enter, takes, fail: (address, kind) => quarantine.fail({ kind, address }) },
  );
  await Promise.all(Array.from({ length: 100 }, () => say(port, 'no TLS at all')));
  expect(await ask(port)).toMatchObject({ status: 200 });
  expect(quarantine.list()).toEqual([]);
  await say(port, 'once more');
  expect(quarantine.list()).toMatchObject([{ address: '127.0.0.1', reason: 'malformed-tls', times: 1 }]);
  const before = doors.counters.read().requestsQuarantined;
  expect(await ask(port)).toMatchObject({ status: 0 });
  expect(doors.counters.read().requestsQuarantined).toBe(before + 1);
  await quarantine.release(undefined, 'anna');
  expect(await ask(port)).toMatchObject({ status: 200 });
  expect(asked).toHaveLength(2);
});

test('the server stops although somebody is in the middle of a handshake', async () => {
  const { port, stop, closed } = await start();
  const socket = await dial(port);
  await sleep(50);
  stop.abort();
  expect(await Promise.race([closed.then(() => 'closed'), sleep(4_000, 'still open')])).toBe('closed');
  socket.destroy();
});
