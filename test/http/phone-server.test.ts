import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ConfigReply, ConfigRequest } from '../../src/flows/serve-config.ts';
import { createPhoneServer } from '../../src/http/phone-server.ts';
import { listenServer } from '../../src/http/server-listener.ts';
import { createLogMemory } from './log-memory.ts';
import { exchange, readResponse } from './raw.ts';

const FILE: ConfigReply & { kind: 'file' } = {
  kind: 'file',
  bytes: Buffer.from('#!version:1.0.0.1\naccount.1.enable = 1\n'),
  contentType: 'text/plain; charset=utf-8',
  etag: '"d1ge5t"',
  isKnown: false,
};
const { log, lines } = createLogMemory();
const stop = new AbortController();
const asked: ConfigRequest[] = [];
const told: number[] = [];
const directory = mkdtempSync(join(tmpdir(), 'plugtone-phone-server-'));
const siteFilesDir = join(directory, 'files');
const firmware = Buffer.alloc(300_000, 'firmware ');
let served = true;
let port = 0;
let closed: Promise<void> = Promise.resolve();

beforeAll(async () => {
  mkdirSync(join(siteFilesDir, 't46'), { recursive: true });
  writeFileSync(join(siteFilesDir, 'fw 1.rom'), firmware);
  writeFileSync(join(siteFilesDir, 't46', 'ring.wav'), 'RIFF');
  writeFileSync(join(siteFilesDir, '.hidden'), 'hidden');
  writeFileSync(join(siteFilesDir, 'empty.bin'), '');
  writeFileSync(join(directory, 'outside.txt'), 'outside');
  symlinkSync(join(directory, 'outside.txt'), join(siteFilesDir, 'link-out.txt'));
  symlinkSync(join(siteFilesDir, 't46', 'ring.wav'), join(siteFilesDir, 'link-in.wav'));
  execFileSync('mkfifo', [join(siteFilesDir, 'pipe')]);
  const server = createPhoneServer({
    serveConfig: async (request) => {
      asked.push(request);
      if (request.path === 'broken.cfg') return { kind: 'broken' };
      if (request.path === 'throws.cfg') throw new Error('a bug');
      if (request.path === 'login.cfg') return { kind: 'challenge', header: 'Basic realm="Plugtone"' };
      if (request.path === 'fw%201.rom')
        return { kind: 'site-file', path: request.path, tell: (status) => told.push(status) };
      const isKnown = request.hasAlready?.(FILE.etag) ?? false;
      return request.path === 'mine.cfg' ? { ...FILE, isKnown } : { kind: 'not-found' };
    },
    siteFilesDir,
    isServed: () => served,
    log,
  });
  ({ port, closed } = await listenServer(server, { host: '127.0.0.1', port: 0, signal: stop.signal }));
});

beforeEach(() => {
  served = true;
  asked.length = 0;
});

afterAll(async () => {
  stop.abort();
  await closed;
  rmSync(directory, { recursive: true });
});

async function ask(path: string, headers = '', method = 'GET') {
  return readResponse(
    await exchange(port, `${method} ${path} HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`),
  );
}

test('a phone that shall log in is told how, in as few words as one that gets nothing', async () => {
  const { status, headers, body } = await ask('/p/t0ken/login.cfg?a=b', 'Authorization: Basic eDp5\r\n');
  expect([status, body, headers.get('www-authenticate')]).toEqual([401, 'unauthorized\n', 'Basic realm="Plugtone"']);
  expect(asked).toMatchObject([{ authorization: 'Basic eDp5', target: '/p/t0ken/login.cfg?a=b' }]);
  const none = await ask('/p/t0ken/other.cfg');
  const names = (answer: typeof none) => [...answer.headers.keys()].filter((name) => name !== 'www-authenticate');
  expect(names(none)).toEqual(names({ status, headers, body }));
  expect(JSON.stringify(lines)).not.toContain('eDp5');
});

test('a phone gets its bytes with their length, not chunked and not compressed', async () => {
  const { status, headers, body } = await ask(
    '/p/t0ken/mine.cfg',
    'Accept-Encoding: gzip\r\nUser-Agent: Yealink x\r\n',
  );
  expect(status).toBe(200);
  expect(body).toBe(String(FILE.kind === 'file' && FILE.bytes));
  expect(headers.get('content-length')).toBe(String(body.length));
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(headers.has('transfer-encoding')).toBe(false);
  expect(headers.has('content-encoding')).toBe(false);
  expect(asked).toMatchObject([
    {
      method: 'GET',
      token: 't0ken',
      path: 'mine.cfg',
      source: '127.0.0.1',
      localAddress: '127.0.0.1',
      userAgent: 'Yealink x',
    },
  ]);
});

test('HEAD has the headers of GET and no body', async () => {
  const get = await ask('/p/t/mine.cfg');
  const head = await ask('/p/t/mine.cfg', '', 'HEAD');
  expect(head.status).toBe(200);
  expect(head.body).toBe('');
  get.headers.delete('date');
  head.headers.delete('date');
  expect(head.headers).toEqual(get.headers);
  expect(asked.map(({ method }) => method)).toEqual(['GET', 'HEAD']);
});

test('an HTTP/1.0 client without Host is served and its connection closed', async () => {
  const { status, headers, body } = readResponse(await exchange(port, 'GET /p/t/mine.cfg HTTP/1.0\r\n\r\n'));
  expect(status).toBe(200);
  expect(headers.get('connection')).toBe('close');
  expect(headers.get('content-length')).toBe(String(body.length));
});

test('an HTTP/1.0 client that asks for it keeps its connection', async () => {
  const request = 'GET /p/t/mine.cfg HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
  const once = await exchange(port, request, (text) => text.includes('enable = 1\n'));
  expect(readResponse(once).headers.get('connection')).toBe('keep-alive');
  const last = 'GET /p/t/mine.cfg HTTP/1.0\r\n\r\n';
  const both = await exchange(port, request + last);
  expect(both.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

test('an HTTP/1.1 request without Host is served', async () => {
  const text = await exchange(port, 'GET /p/t/mine.cfg HTTP/1.1\r\nConnection: close\r\n\r\n');
  expect(readResponse(text).status).toBe(200);
});

test('a Range is ignored: the whole file comes, and the answer says so', async () => {
  const { status, headers, body } = await ask('/p/t/mine.cfg', 'Range: bytes=0-3\r\n');
  expect(status).toBe(200);
  expect(headers.get('accept-ranges')).toBe('none');
  expect(body).toContain('account.1.enable');
});

test.each(['"d1ge5t"', 'W/"d1ge5t"', '"old", "d1ge5t"', '*'])('If-None-Match %s is answered with 304', async (tag) => {
  const { status, headers, body } = await ask('/p/t/mine.cfg', `If-None-Match: ${tag}\r\n`);
  expect(status).toBe(304);
  expect(headers.get('etag')).toBe('"d1ge5t"');
  expect(body).toBe('');
});

test('what was sent of a site file is told, and what the phone had already', async () => {
  const first = await ask('/p/t/fw%201.rom');
  const again = await ask('/p/t/fw%201.rom', `If-None-Match: ${first.headers.get('etag')}\r\n`);
  expect([first.status, again.status, again.body]).toEqual([200, 304, '']);
  expect(told).toEqual([200, 304]);
});

test('another tag gets the file', async () => {
  const { status, headers } = await ask('/p/t/mine.cfg', 'If-None-Match: "d1ge5"\r\n');
  expect(status).toBe(200);
  expect(headers.get('etag')).toBe('"d1ge5t"');
  expect(headers.get('cache-control')).toBe('private, no-cache');
});

test('the doorstep has no token, and the path is passed on as it was written', async () => {
  await ask('/cfg%30%30.xml?key=topsecret');
  expect(asked).toMatchObject([{ token: null, path: 'cfg%30%30.xml' }]);
});

test('unknown, refused and outside look alike', async () => {
  const answers = await Promise.all(
    ['/nothing', '/p/t/other.cfg', '/files/nothing', '/files/../../outside.txt', '/p/x/../../etc/passwd'].map((path) =>
      ask(path),
    ),
  );
  for (const answer of answers) {
    answer.headers.delete('date');
    expect(answer).toEqual(answers[0]);
  }
  expect(answers[0]?.status).toBe(404);
  expect(answers[0]?.body).toBe('not found\n');
  expect(answers[0]?.headers.get('content-type')).toMatch(/^text\/plain/);
});

test.each(['/p/t/broken.cfg', '/p/t/throws.cfg'])('%s is answered with a short 500', async (path) => {
  const { status, body } = await ask(path);
  expect(status).toBe(500);
  expect(body).toBe('internal server error\n');
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'SUBSCRIBE'])('%s is not allowed', async (method) => {
  const { status, headers } = await ask('/p/t/mine.cfg', '', method);
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('GET, HEAD');
});

test('a body is neither wanted nor waited for', async () => {
  const head = 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n';
  expect(readResponse(await exchange(port, `${head}\r\n`)).status).toBe(405);
  expect(readResponse(await exchange(port, `${head}Expect: 100-continue\r\n\r\n`)).status).toBe(405);
});

test.each([
  ['garbage', '\u0000\u0001\u0002\r\n\r\n', 400],
  ['a TLS hello', '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
  ['a NUL in the path', 'GET /p/x/\u0000 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a header without colon', 'GET / HTTP/1.1\r\nHost x\r\n\r\n', 400],
  ['two lengths', 'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ['huge headers', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['many headers', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(5_000)}\r\n`, 431],
])('%s is answered shortly and closed', async (_name, request, status) => {
  const text = await exchange(port, Buffer.from(request, 'latin1'));
  // The server may close while the client is still sending: then nothing comes back, and nothing more than this ever does.
  if (text !== '') expect(text.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
  expect(text.length).toBeLessThan(200);
  expect(text).not.toMatch(/Error|at .*\.[jt]s/);
});

test('a URL of more than 2 kB is too long', async () => {
  expect((await ask(`/${'x'.repeat(2_047)}`)).status).toBe(404);
  expect((await ask(`/${'x'.repeat(2_048)}`)).status).toBe(414);
});

test('pipelined requests are answered in their order', async () => {
  const paths = ['/p/t/mine.cfg', '/nothing', '/files/t46/ring.wav', '/p/t/mine.cfg'];
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const text = await exchange(port, `${requests.join('')}GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    '200',
    '404',
    '200',
    '200',
    '404',
  ]);
});

test('on an address that is not served the connection is closed without a word', async () => {
  served = false;
  expect(await exchange(port, 'GET /p/t/mine.cfg HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
  expect(asked).toEqual([]);
});

test('an address that leaves us is not served on a kept connection either', async () => {
  const request = 'GET /p/t/mine.cfg HTTP/1.1\r\nHost: x\r\n\r\n';
  const text = await new Promise<string>((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => {
      received += chunk;
      served = false;
      socket.write(request);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test('site files come with their length, with and without token', async () => {
  for (const path of ['/files/fw%201.rom', '/p/anything/files/fw%201.rom']) {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(body).toBe(firmware.toString('latin1'));
    expect(headers.get('content-length')).toBe('300000');
    expect(headers.get('content-type')).toBe('application/octet-stream');
  }
  expect(asked).toEqual([]);
});

test('site files: folders, links inside, empty files, HEAD and revalidation', async () => {
  const ring = await ask('/files/t46/ring.wav');
  expect(ring.body).toBe('RIFF');
  expect(ring.headers.get('content-type')).toBe('audio/wav');
  expect((await ask('/files/link-in.wav')).body).toBe('RIFF');
  const empty = await ask('/files/empty.bin');
  expect([empty.status, empty.headers.get('content-length'), empty.body]).toEqual([200, '0', '']);
  const head = await ask('/files/t46/ring.wav', '', 'HEAD');
  expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '4', '']);
  const again = await ask('/files/t46/ring.wav', `If-None-Match: ${ring.headers.get('etag')}\r\n`);
  expect([again.status, again.body]).toEqual([304, '']);
});

test.each([
  '/files/',
  '/files/t46',
  '/files/.hidden',
  '/files/link-out.txt',
  '/files/pipe',
  '/files/../outside.txt',
  '/files/%2e%2e/outside.txt',
  '/files/..%2foutside.txt',
  '/files/t46/../../outside.txt',
  '/files/t46%5c..%5c..%5coutside.txt',
  '/files/ring.wav%00.txt',
  '/files/%zz',
  '/files//etc/passwd',
  '/p/x/files/%2e%2e%2f%2e%2e%2fetc/passwd',
])('%s is no site file', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

test('a reader who goes away in the middle of a file does no harm', async () => {
  await exchange(port, 'GET /files/fw%201.rom HTTP/1.1\r\nHost: x\r\n\r\n', (text) => text.length > 1_000);
  expect((await ask('/files/t46/ring.wav')).status).toBe(200);
});

test('no token and no query is in the log', () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => /t0ken|topsecret|\/p\//.test(line))).toEqual([]);
});

test('the server stops although clients hang on', async () => {
  const controller = new AbortController();
  const server = createPhoneServer({
    serveConfig: () => new Promise(() => undefined),
    siteFilesDir,
    isServed: () => true,
    log,
  });
  const listening = await listenServer(server, { host: '127.0.0.1', port: 0, signal: controller.signal });
  const hanging = exchange(listening.port, 'GET /p/t/mine.cfg HTTP/1.1\r\nHost: x\r\n\r\n');
  const idle = exchange(listening.port, 'GET ');
  await new Promise((resolve) => server.once('request', resolve));
  controller.abort();
  await listening.closed;
  expect(await hanging).toBe('');
  await idle;
});

test('a port in use is a rejection', async () => {
  const server = createPhoneServer({ serveConfig: async () => FILE, siteFilesDir, isServed: () => true, log });
  const listening = listenServer(server, { host: '127.0.0.1', port, signal: stop.signal });
  await expect(listening).rejects.toThrow(/EADDRINUSE/);
});

test('an error of accept ends nothing', async () => {
  const server = createPhoneServer({ serveConfig: async () => FILE, siteFilesDir, isServed: () => true, log });
  const listening = await listenServer(server, { host: '127.0.0.1', port: 0, signal: stop.signal });
  server.emit('error', new Error('accept EMFILE'));
  const answer = await exchange(listening.port, 'GET /p/t/mine.cfg HTTP/1.0\r\n\r\n');
  expect(readResponse(answer).status).toBe(200);
  expect(lines.at(-1)).toContain('accept EMFILE');
});

test('who may not come is closed without an answer, when he connects and on a connection that is open', async () => {
  const seen: string[] = [];
  let isOut = false;
  let open = 0;
  const server = createPhoneServer({
    serveConfig: async () => FILE,
    siteFilesDir,
    isServed: () => true,
    sources: {
      connect(address) {
        seen.push(address);
        if (isOut) return undefined;
        open += 1;
        return () => {
          open -= 1;
        };
      },
      takes: () => !isOut,
      fail: (address, kind) => void seen.push(`${kind} ${address}`),
    },
    log,
  });
  const listening = await listenServer(server, { host: '127.0.0.1', port: 0, signal: stop.signal });
  const request = 'GET /p/token/a.cfg HTTP/1.1\r\nHost: a\r\n\r\n';
  const malformed = await exchange(listening.port, '\x16\x03\x01 no HTTP\r\n\r\n');
  expect(readResponse(malformed).status).toBe(400);
  expect(seen).toEqual(['127.0.0.1', 'malformed-http 127.0.0.1']);
  const socket = connect(listening.port, '127.0.0.1');
  const received: string[] = [];
  const closedByServer = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).on('data', (chunk) => received.push(chunk.toString('latin1')));
  socket.write(request);
  await vi.waitFor(() => expect(received.join('')).toContain('account.1.enable'));
  isOut = true;
  const answered = received.length;
  socket.write(request);
  await closedByServer;
  expect(received).toHaveLength(answered);
  expect(await exchange(listening.port, request)).toBe('');
  await vi.waitFor(() => expect(open).toBe(0));
});
