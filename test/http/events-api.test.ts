import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createEventHub } from '../../src/http/event-hub.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { addressAt, keeperAt } from '../peers/internet-memory.ts';
import { mac } from '../peers/office-doors.ts';
import { createClient, expectProblem } from './api-client.ts';
import { APPROVED, createWorld, device, NOW, PENDING, SECRETS, type World } from './web-world.ts';

let world: World;
let app: ApiApp;
let port = 0;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  return () => app.close();
});

interface Stream {
  readonly response: IncomingMessage;
  text(): string;
  /** Resolves with all that came once it contains the text. */
  until(text: string): Promise<string>;
  readonly ended: Promise<void>;
}

function listen(url: string, token: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      let received = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        received += chunk;
      });
      resolve({
        response,
        text: () => received,
        async until(text) {
          while (!received.includes(text)) await once(response, 'data');
          return received;
        },
        ended: new Promise((done) => response.on('close', done)),
      });
      response.on('error', () => undefined);
    });
    request.on('error', reject);
  });
}

const events = () => `http://127.0.0.1:${port}/api/v1/events`;

test('what is new of the way to the Internet is told once for many changes', async () => {
  const stream = await listen(events(), world.tokens.viewer);
  world.internet.show({ keeper: keeperAt(NOW) });
  world.internet.show({ address: addressAt(NOW) });
  world.internet.announce();
  const text = await stream.until('event: internet');
  world.record(APPROVED, 'seen');
  await stream.until('event: journey');
  expect(stream.text().match(/event: internet/g)).toHaveLength(1);
  expect(JSON.parse(/event: internet\ndata: (.*)\n/.exec(text)?.[1] ?? '')).toEqual({
    search: 'found',
    gateway: '192.168.10.1',
    mappings: { wanted: 0, mapped: 3, conflict: 1, refused: 1, failing: 0, 'no-gateway': 0 },
    externalAddress: '128.66.0.5',
    disputed: false,
  });
});

test('nobody listens to the way to the Internet while no stream is open', async () => {
  expect(world.internet.listenerCount()).toBe(0);
  const stream = await listen(events(), world.tokens.viewer);
  expect(world.internet.listenerCount()).toBe(1);
  stream.response.destroy();
  await stream.ended;
  while (world.internet.listenerCount() > 0) await sleep(5);
});

test('what happens to phones is told as it happens, without secrets', async () => {
  const stream = await listen(events(), world.tokens.viewer);
  expect(stream.response.statusCode).toBe(200);
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  world.office.see(device('001565000abc', { address: '192.168.10.77', lastSeenAt: NOW }));
  world.record(APPROVED, 'refused', { status: 404 }, 'the "phone"\nis another');
  await stream.until('event: journey');
  const blocks = stream.text().trim().split('\n\n');
  expect(blocks[0]).toMatch(/^retry: \d+$/);
  const told = blocks.slice(1).map((block) => {
    const [event = '', data = ''] = block.split('\n');
    return { event: event.slice(7), data: JSON.parse(data.slice(6)) };
  });
  expect(told).toEqual([
    {
      event: 'device',
      data: {
        mac: '001565000abc',
        state: 'pending',
        vendor: 'yealink',
        model: 'T46S',
        address: '192.168.10.77',
        extension: null,
        lastSeenAt: '2026-01-07T08:00:00.000Z',
      },
    },
    {
      event: 'journey',
      data: {
        mac: APPROVED,
        at: expect.stringMatching(/Z$/),
        step: 'refused',
        reason: 'the "phone"\nis another',
        detail: { status: 404 },
      },
    },
  ]);
});

test('a phone that changes often is told once, as it is, and a forgotten one as gone', async () => {
  const stream = await listen(events(), world.tokens.viewer);
  for (let time = 1; time <= 50; time += 1) world.office.see(device('001565000abc', { lastSeenAt: NOW + time }));
  world.office.adopt({ removedDevices: [PENDING] });
  world.office.see(device(APPROVED, { token: 'urlt0kenurlt0ken', state: 'approved', extensions: ['101'] }));
  const text = await stream.until('"extension":"101"');
  expect(text.match(/001565000abc/g)).toHaveLength(1);
  expect(text).toContain('2026-01-07T08:00:00.050Z');
  expect(text).toContain(`data: {"mac":"${PENDING}","forgotten":true}`);
  for (const secret of SECRETS) expect(text).not.toContain(secret);
});

/** Of one phone alone, not so much is recorded. */
function oneOfFifty(count: number) {
  return mac(`0015650010${(count % 50).toString(16).padStart(2, '0')}`);
}

test('more than a screen can show is counted instead', async () => {
  const stream = await listen(events(), world.tokens.viewer);
  for (let count = 0; count < 1_250; count += 1) world.record(oneOfFifty(count), 'seen');
  const text = await stream.until('event: missed');
  expect(text.match(/event: journey/g)).toHaveLength(1_000);
  expect(text).toContain('data: {"events":250}');
});

test('the server closes within a second although streams and requests hang on', async () => {
  const streams = await Promise.all([1, 2, 3].map(() => listen(events(), world.tokens.viewer)));
  const idle = connect(port, '127.0.0.1');
  idle.on('error', () => undefined);
  await once(idle, 'connect');
  idle.write('GET /healthz HTTP/1.1\r\n');
  await Promise.race([app.close(), sleep(1_000).then(() => Promise.reject(new Error('still open')))]);
  await Promise.all(streams.map((stream) => stream.ended));
});

test('a stream too many is refused, and one that ends makes room', async () => {
  const streams = await Promise.all(Array.from({ length: 64 }, () => listen(events(), world.tokens.viewer)));
  const call = createClient(app, world.tokens.viewer);
  const refused = await call('GET', '/api/v1/events');
  expectProblem(refused, 503, 'too-many-listeners');
  expect(refused.headers['retry-after']).toBe('30');
  streams[0]?.response.destroy();
  for (;;) {
    const stream = await listen(events(), world.tokens.viewer);
    if (stream.response.statusCode === 200) break;
    await sleep(5);
  }
});

test('there is no HEAD of a stream', async () => {
  const answer = await createClient(app, world.tokens.viewer)('HEAD', '/api/v1/events');
  expect([answer.status, answer.headers.allow]).toEqual([405, 'GET']);
});

/** A hub on a server of its own, with a quick heart. */
async function startHub(isStillAllowed: () => Promise<boolean>) {
  const hub = createEventHub({
    office: world.office,
    internet: world.internet.doors,
    otherServers: world.otherServers.doors,
    heartbeatMs: 20,
  });
  const server = createServer((_request, response) => hub.add(response, isStillAllowed));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  return { hub, url, server };
}

test('a silent stream shows signs of life, and ends when its token is revoked', async () => {
  let allowed = true;
  const { hub, url, server } = await startHub(async () => allowed);
  const stream = await listen(url, 'x');
  await stream.until(': still here\n\n');
  allowed = false;
  await stream.ended;
  hub.stop();
  server.close();
});

test('a client that does not read is dropped, the others go on', async () => {
  const { hub, url, server } = await startHub(async () => true);
  const lazy = await listen(url, 'x');
  lazy.response.removeAllListeners('data').pause();
  const reader = await listen(url, 'x');
  let bytes = 0;
  let last = '';
  reader.response.removeAllListeners('data').on('data', (chunk: string) => {
    bytes += chunk.length;
    last = (last + chunk).slice(-100);
  });
  // More than the kernel's buffers of both sides take: the rest waits in the process.
  const reason = 'x'.repeat(20_000);
  for (let round = 0; round < 3; round += 1) {
    for (let count = 0; count < 1_000; count += 1) world.record(oneOfFifty(count), 'seen', { round, count }, reason);
    while (!last.includes(`"round":${round},"count":999`)) await once(reader.response, 'data');
  }
  expect(bytes).toBeGreaterThan(60_000_000);
  lazy.response.resume();
  await lazy.ended;
  expect(lazy.response.complete).toBe(false);
  hub.stop();
  await reader.ended;
  expect(reader.response.complete).toBe(true);
  server.close();
});
