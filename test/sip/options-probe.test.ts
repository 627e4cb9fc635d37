import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createSipProber, describeProbe } from '../../src/flows/probe-sip-server.ts';
import { buildResponse } from '../../src/sip/build-subscribe.ts';
import { firstHeader, type SipRequest } from '../../src/sip/message.ts';
import { probeByOptions } from '../../src/sip/options-probe.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';

const { signal } = new AbortController();
const SERVER = [{ name: 'Server', value: 'Asterisk PBX 20.1' }];

function readRequest(data: Buffer): SipRequest {
  const parsed = parseMessage(data);
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('not a request');
  return parsed.value;
}

/** A SIP server on loopback; `answer` gives what it sends back for the n-th request. */
async function listenUdp(answer: (request: SipRequest, count: number) => readonly Buffer[]) {
  const socket = createSocket('udp4');
  const requests: SipRequest[] = [];
  socket.on('message', (data, from) => {
    const request = readRequest(data);
    requests.push(request);
    for (const reply of answer(request, requests.length)) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return { port: socket.address().port, requests };
}

async function listenTcp(answer: (data: Buffer) => readonly (Buffer | string)[]) {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', async (data) => {
      for (const piece of answer(data)) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a server that answers is told with what it says of itself', async () => {
  const { port, requests } = await listenUdp((request) => [
    buildResponse(request, 100, 'Trying'),
    buildResponse(request, 200, 'OK', SERVER),
  ]);
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal });
  expect(outcome).toMatchObject({ kind: 'answered', status: 200, reason: 'OK', server: 'Asterisk PBX 20.1' });
  expect(requests[0]).toMatchObject({ method: 'OPTIONS', uri: `sip:127.0.0.1:${port}` });
  expect(firstHeader(requests[0] as SipRequest, 'via')).toMatch(
    /^SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;branch=z9hG4bK.*;rport$/,
  );
});

test('a lost datagram is sent again, the very same', async () => {
  const { port, requests } = await listenUdp((request, count) =>
    count < 2 ? [] : [buildResponse(request, 404, 'Not Found')],
  );
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal });
  expect(outcome).toMatchObject({ kind: 'answered', status: 404, server: null });
  expect(requests[1]).toEqual(requests[0]);
});

test('silence, nobody there and no such name are told apart', async () => {
  const { port } = await listenUdp(() => []);
  const silent = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal, waitMs: 50 });
  expect(silent).toMatchObject({ kind: 'no-answer' });
  for (const transport of ['udp', 'tcp', 'tls'] as const) {
    // Port 1 (tcpmux) is nobody's.
    const refused = await probeByOptions({ host: '127.0.0.1', port: 1, transport }, { signal });
    expect(refused).toEqual({ kind: 'refused', code: 'ECONNREFUSED' });
  }
});

test("somebody else's answer is not taken for ours", async () => {
  const { port } = await listenUdp((request) => {
    const text = buildResponse(request, 200, 'OK').toString('latin1');
    return [Buffer.from(text.replace(/branch=[^;]+/, 'branch=z9hG4bKother')), Buffer.from('hello')];
  });
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal, waitMs: 50 });
  expect(outcome.kind).toBe('no-answer');
});

/** The answer of a server that follows RFC 3581: it says where it saw us. */
function seenFrom(request: SipRequest, received: string): Buffer {
  const text = buildResponse(request, 200, 'OK').toString('latin1');
  return Buffer.from(text.replace(/;rport/, `;received=${received};rport=1024`), 'latin1');
}

test('where the server saw us is read from our Via', async () => {
  const { port } = await listenUdp((request) => [seenFrom(request, '128.66.0.5')]);
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal });
  expect(outcome).toMatchObject({ kind: 'answered', received: '128.66.0.5' });
});

test.each(['office.example', '2001:db8::1', '1.2.3.4.5', '"<script>"', ''])('%j is nowhere', async (received) => {
  const { port } = await listenUdp((request) => [seenFrom(request, received)]);
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal });
  expect(outcome).toMatchObject({ kind: 'answered', received: null });
});

test('an address may be asked in the name of a host', async () => {
  const { port, requests } = await listenUdp((request) => [buildResponse(request, 200, 'OK')]);
  const outcome = await probeByOptions(
    { host: 'pbx.invalid', address: '127.0.0.1', port, transport: 'udp' },
    { signal },
  );
  expect(outcome).toMatchObject({ kind: 'answered', received: null });
  expect(requests[0]?.uri).toBe(`sip:pbx.invalid:${port}`);
});

test('over TCP the answer may come in pieces', async () => {
  const port = await listenTcp((data) => {
    const answer = buildResponse(readRequest(data), 200, 'OK', SERVER);
    return [answer.subarray(0, 10), answer.subarray(10, 80), answer.subarray(80)];
  });
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'tcp' }, { signal });
  expect(outcome).toMatchObject({ kind: 'answered', status: 200, server: 'Asterisk PBX 20.1' });
});

test('what is no SIP is told so, however much of it comes', async () => {
  for (const answer of ['HTTP/1.1 400 Bad Request\r\n\r\n', 'x'.repeat(200_000)]) {
    const port = await listenTcp(() => [answer]);
    const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'tcp' }, { signal });
    expect(outcome).toEqual({ kind: 'not-sip' });
  }
});

test('what a server says of itself cannot be more than a line of plain text', async () => {
  const { port } = await listenUdp((request) => [
    buildResponse(request, 200, 'OK', [{ name: 'User-Agent', value: `<b>\xff\x07${'x'.repeat(500)}` }]),
  ]);
  const outcome = await probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal });
  const server = outcome.kind === 'answered' ? outcome.server : null;
  expect(server).toMatch(/^<b>\?\?x+$/);
  expect(server).toHaveLength(100);
});

test('a stop ends the wait', async () => {
  const { port } = await listenUdp(() => []);
  const stop = new AbortController();
  const outcome = probeByOptions({ host: '127.0.0.1', port, transport: 'udp' }, { signal: stop.signal });
  stop.abort();
  expect((await outcome).kind).toBe('no-answer');
});

test('only some probes run at once, each on the port that the transport means', async () => {
  const asked: number[] = [];
  const release: (() => void)[] = [];
  const probe = createSipProber(async ({ port }) => {
    asked.push(port);
    await new Promise<void>((resolve) => release.push(resolve));
    return { kind: 'no-answer', waitedMs: 3_000 };
  });
  const wanted = [
    ['udp', 0],
    ['tcp', 0],
    ['tls', 0],
    ['udp', 5070],
    ['udp', 0],
  ] as const;
  const all = wanted.map(([transport, port]) => probe({ host: 'pbx', port, transport }));
  expect(await all[4]).toEqual({ ok: false, problem: { kind: 'too-many-probes' } });
  for (const go of release) go();
  expect(await all[0]).toMatchObject({ ok: true });
  expect(asked).toEqual([5060, 5060, 5061, 5070]);
  expect(describeProbe({ kind: 'no-answer', waitedMs: 3_000 })).toContain('within 3 s');
});

test.each(['udp', 'tcp'] as const)(
  'a name that nobody has and an address that cannot be asked are told, by %s',
  async (transport) => {
    // Not by the network: the system refuses the name before it asks for it, and broadcasts to who did not ask for that.
    const unknown = await probeByOptions({ host: 'no such name', port: 5060, transport }, { signal });
    expect(unknown).toEqual({ kind: 'name-unknown' });
    const refused = await probeByOptions({ host: '255.255.255.255', port: 5060, transport }, { signal });
    expect(refused).toEqual({ kind: 'refused', code: expect.stringMatching(/^E[A-Z]+$/) });
  },
);
