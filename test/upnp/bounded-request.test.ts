import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { sendBounded } from '../../src/upnp/bounded-request.ts';

interface RawServer {
  readonly url: URL;
  /** Connections that were opened. */
  readonly sockets: Socket[];
  /** Where they came from. */
  readonly peers: (string | undefined)[];
  /** All that came, as text. */
  heard(): string;
}

const servers: { readonly server: Server; readonly sockets: readonly Socket[] }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
});

/** A TCP server that does with each connection what it is told, once a request has begun. */
async function serve(onRequest: (socket: Socket) => void): Promise<RawServer> {
  const sockets: Socket[] = [];
  const peers: (string | undefined)[] = [];
  let heard = '';
  const server = createServer((socket) => {
    sockets.push(socket);
    peers.push(socket.remoteAddress);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard += data.toString('latin1');
    });
    socket.once('data', () => onRequest(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ server, sockets });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/a?b=c`), sockets, peers, heard: () => heard };
}

async function ask(url: URL, options: Partial<Parameters<typeof sendBounded>[0]> = {}) {
  return await sendBounded({ url, localAddress: '127.0.0.1', ...options });
}

async function answerTo(text: string | Buffer): Promise<Awaited<ReturnType<typeof sendBounded>>> {
  const { url } = await serve((socket) => socket.end(text));
  return await ask(url);
}

const OK = 'HTTP/1.1 200 OK\r\n';

test('a request leaves from our address, closes its connection and wants no content coding', async () => {
  const server = await serve((socket) => socket.end(`${OK}Content-Length: 2\r\n\r\nhi`));
  expect(await ask(server.url, { localAddress: '127.0.0.9' })).toEqual({
    ok: true,
    value: { status: 200, body: Buffer.from('hi') },
  });
  expect(server.heard().toLowerCase()).toBe(
    `get /a?b=c http/1.1\r\naccept-encoding: identity\r\nconnection: close\r\nhost: 127.0.0.1:${server.url.port}\r\n\r\n`,
  );
  expect(server.peers).toEqual(['127.0.0.9']);
});

test('a body is posted with its headers', async () => {
  const server = await serve((socket) => socket.end(`${OK}\r\n`));
  const post = { headers: { SOAPAction: '"x"', 'Content-Length': '4' }, body: Buffer.from('body') };
  expect((await ask(server.url, { post })).ok).toBe(true);
  expect(server.heard()).toMatch(/^POST \/a\?b=c HTTP\/1\.1\r\n/);
  expect(server.heard()).toContain('\r\nSOAPAction: "x"\r\n');
  expect(server.heard()).toMatch(/\r\n\r\nbody$/);
});

test.each([
  ['until the connection ends', `${OK}\r\nhi`],
  ['in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n`],
  ['with bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi'],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhi'],
  ['after 100 Continue', `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`],
  ['with more after its end', `${OK}Content-Length: 2\r\nConnection: close\r\n\r\nhi${OK}\r\n`],
])('an answer %s is read', async (_, text) => {
  const answer = await answerTo(text);
  expect(answer.ok && answer.value.body.toString()).toBe('hi');
});

test('any status but a redirect is an answer', async () => {
  const answer = await answerTo('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno');
  expect(answer.ok && answer.value.status).toBe(500);
});

test.each([
  ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n', 'redirected', /HTTP 302/],
  ['304', 'HTTP/1.1 304 Not Modified\r\n\r\n', 'redirected', /HTTP 304/],
  ['gzip', Buffer.concat([Buffer.from(`${OK}Content-Encoding: gzip\r\n\r\n`), gzipSync('x')]), 'malformed', /"gzip"/],
  ['an announced length', `${OK}Content-Length: 65537\r\n\r\nx`, 'too-large', /65536 bytes/],
  ['64 KiB and one byte', `${OK}\r\n${'x'.repeat(65_537)}`, 'too-large', /65536 bytes/],
  ['large headers', `${OK}X: ${'x'.repeat(9_000)}\r\n\r\n`, 'too-large', /8192 bytes of headers/],
  ['many headers', `${OK}${'X: xxxxx\r\n'.repeat(3_000)}\r\n`, 'too-large', /8192 bytes of headers/],
  ['no HTTP', 'SSH-2.0-dropbear\r\n', 'malformed', /no HTTP/],
  ['a body that is cut off', `${OK}Content-Length: 10\r\n\r\nhi`, 'malformed', /cut off/],
  ['nothing', '', 'unreachable', /ECONNRESET/],
  ['headers without an end', OK, 'unreachable', /ECONNRESET/],
  ['a change of protocol', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'unreachable', /./],
])('%s is an error', async (_, text, kind, want) => {
  const answer = await answerTo(text);
  expect(answer).toEqual({ ok: false, problem: { kind, text: expect.stringMatching(want) } });
});

test('64 KiB are read', async () => {
  const answer = await answerTo(`${OK}\r\n${'x'.repeat(65_536)}`);
  expect(answer.ok && answer.value.body.length).toBe(65_536);
});

test('nobody there is refused, another net is unreachable', async () => {
  const server = await serve(() => {});
  const [{ server: listening } = {}] = servers.splice(0);
  listening?.close();
  expect(await ask(server.url)).toEqual({ ok: false, problem: { kind: 'refused', text: 'ECONNREFUSED' } });
  expect(await ask(new URL('http://198.51.100.1/'))).toEqual({
    ok: false,
    problem: { kind: 'unreachable', text: expect.stringMatching(/^E[A-Z]+$/) },
  });
  expect(await ask(server.url, { localAddress: '192.0.2.1' })).toEqual({
    ok: false,
    problem: { kind: 'unreachable', text: 'EADDRNOTAVAIL' },
  });
});

test.each(['https://127.0.0.1/', 'http://localhost/', 'http://[::1]/', 'file:///etc/passwd'])(
  '%s is not asked',
  async (url) => {
    const answer = await ask(new URL(url));
    expect(answer.ok || answer.problem.kind).toBe('malformed');
  },
);

test('whatever comes slowly ends with the limit of time, and its connection too', async () => {
  const drip = (head: string, piece: string) => (socket: Socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(piece), 200);
    socket.on('close', () => clearInterval(timer));
  };
  const ways = [() => {}, drip(OK, 'X: y\r\n'), drip(`${OK}\r\n`, 'x'), drip('', 'HTTP/1.1 100 Continue\r\n\r\n')];
  const kinds = ways.map(async (onRequest) => {
    const server = await serve(onRequest);
    const answer = await ask(server.url);
    const [socket] = server.sockets;
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
    return answer.ok || answer.problem.kind;
  });
  // Of interim answers eight are enough, however slow.
  expect(await Promise.all(kinds)).toEqual(['timeout', 'timeout', 'timeout', 'too-large']);
});

test('can be stopped', async () => {
  const stop = new AbortController();
  const server = await serve(() => stop.abort());
  expect(await ask(server.url, { signal: stop.signal })).toEqual({
    ok: false,
    problem: { kind: 'timeout', text: 'stopped before an answer came' },
  });
});
