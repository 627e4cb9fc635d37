import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { deriveProbeMac } from '../../src/core/derive-probe-mac.ts';
import { buildProbe, buildProbeReply, isProbe, type ProbeShape } from '../../src/sip/build-probe.ts';
import { firstHeader } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import { readServerAnswer } from '../../src/sip/read-server-answer.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { probeServers } from '../../src/sip/server-probe.ts';
import { type FakePnpServer, openFakePnpServer, PNP_GROUP, type ServerManner } from '../peers/fake-pnp-server.ts';
import { datagram, requestIn, responseIn, subscribe } from './wire.ts';

const MAC = deriveProbeMac('a site');

const SHAPE: ProbeShape = {
  user: `MAC%3a${MAC}`,
  host: '224.0.1.75',
  userAgent: 'Maker M1 1.2.3',
  event: { vendor: 'Maker', model: 'M1', version: '1.2.3' },
  viaBranch: true,
  viaRport: false,
};
const OLD_SHAPE: ProbeShape = { ...SHAPE, userAgent: null, viaBranch: false, viaRport: true };

const servers: FakePnpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function open(...options: Parameters<typeof openFakePnpServer>): Promise<FakePnpServer> {
  const server = await openFakePnpServer(...options);
  servers.push(server);
  return server;
}

function ask(port: number, more: Partial<Parameters<typeof probeServers>[0]> = {}) {
  return probeServers({
    localAddress: '127.0.0.1',
    target: { address: PNP_GROUP, port },
    shapes: [SHAPE],
    mayAnswer: () => true,
    signal: new AbortController().signal,
    waitMs: 300,
    ...more,
  });
}

async function heard(port: number, more: Partial<Parameters<typeof probeServers>[0]> = {}) {
  const result = await ask(port, more);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}

test('the MAC address is locally administered, of one station, and the same for the same site', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const mac = deriveProbeMac(seed);
      expect(Number.parseInt(mac.slice(0, 2), 16) & 0x03).toBe(0x02);
      expect(deriveProbeMac(seed)).toBe(mac);
    }),
  );
  expect(deriveProbeMac('one')).not.toBe(deriveProbeMac('two'));
});

test.each([SHAPE, OLD_SHAPE])('the question reads as that of a phone with our MAC address', (shape) => {
  const { data, callId } = buildProbe(shape, { address: '192.0.2.7', port: 40_000 });
  const request = requestIn(data);
  const sighting = readSighting(request, { address: '192.0.2.7', port: 40_000 });
  expect(sighting.ok && sighting.value.mac).toBe(MAC);
  expect(sighting.ok && sighting.value.words.vendor).toBe('Maker');
  expect(firstHeader(request, 'call-id')).toBe(callId);
  expect(isProbe(request)).toBe(true);
});

test('no phone is taken for a question', () => {
  expect(isProbe(requestIn(subscribe()))).toBe(false);
});

test('one of us answers the question of another with its name, and offers nothing', () => {
  const { data, callId } = buildProbe(SHAPE, { address: '192.0.2.7', port: 40_000 });
  const reply = responseIn(
    buildProbeReply(requestIn(data), {
      source: { address: '192.0.2.7', port: 40_000 },
      local: { address: '192.0.2.2', port: 5_080 },
    }),
  );
  expect(readServerAnswer(reply, new Set([callId]))).toEqual({ status: 200, url: null, says: 'Plugtone' });
});

const SEEN: Readonly<Record<ServerManner, { status: number | null; url: string | null; acknowledged: number[] }>> = {
  whole: { status: 200, url: 'http://192.0.2.9/p/', acknowledged: [200] },
  'notify-only': { status: null, url: 'http://192.0.2.9/p/', acknowledged: [200] },
  'own-dialog': { status: 202, url: 'http://192.0.2.9/p/', acknowledged: [200] },
  'silent-offer': { status: 200, url: null, acknowledged: [] },
  refusing: { status: 500, url: null, acknowledged: [] },
};

test.each(Object.entries(SEEN))('a server that is %s is heard', async (manner, { status, url, acknowledged }) => {
  const server = await open({ manner: manner as ServerManner });
  const found = await heard(server.port);
  expect(found).toMatchObject([{ address: '127.0.0.1', status, url }]);
  expect(server.acknowledged).toEqual(acknowledged);
});

test('nobody there, nobody heard', async () => {
  const server = await open({ answers: () => false });
  expect(await heard(server.port)).toEqual([]);
  expect(server.asked).toHaveLength(1);
});

test('a server that answers one make only is found by asking as each', async () => {
  const server = await open({ answers: (request) => firstHeader(request, 'user-agent') === undefined });
  expect(await heard(server.port, { shapes: [SHAPE] })).toEqual([]);
  expect(await heard(server.port, { shapes: [SHAPE, OLD_SHAPE] })).toHaveLength(1);
});

test('two servers of one host count once, and the first word counts', async () => {
  const first = await open({ url: 'http://192.0.2.1/a' });
  await open({ port: first.port, url: 'http://192.0.2.1/a' });
  expect(await heard(first.port)).toHaveLength(1);
});

test('who is off the link gets no answer, but is told of', async () => {
  const server = await open();
  expect(await heard(server.port, { mayAnswer: () => false })).toHaveLength(1);
  expect(server.acknowledged).toEqual([]);
});

test('an address that is not ours is a problem, not an exception', async () => {
  expect(await ask(5_060, { localAddress: '192.0.2.77' })).toMatchObject({ ok: false, problem: 'EADDRNOTAVAIL' });
});

test('the signal ends the listening', async () => {
  const server = await open();
  const controller = new AbortController();
  const asking = ask(server.port, { signal: controller.signal, waitMs: 3_600_000 });
  setTimeout(() => controller.abort(), 200);
  expect((await asking).ok).toBe(true);
});

test('garbage to the port that asked changes nothing', async () => {
  const garbage = createSocket({ type: 'udp4', reuseAddr: true });
  garbage.bind(0, PNP_GROUP);
  await once(garbage, 'listening');
  garbage.addMembership(PNP_GROUP, '127.0.0.1');
  garbage.on('message', (data, from) => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(2_000, 0xff), data, Buffer.from('SIP/2.0 200 OK\r\n\r\n')])
      garbage.send(bytes, from.port, from.address);
  });
  expect(await heard(garbage.address().port)).toEqual([]);
  garbage.close();
});

const notify = (headers: readonly string[], body: string) =>
  Buffer.concat([
    datagram(
      'NOTIFY sip:192.0.2.7:5060 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1',
      'From: <sip:a@192.0.2.9>;tag=1',
      'To: <sip:b@192.0.2.7>',
      'Call-ID: c',
      'CSeq: 1 NOTIFY',
      ...headers,
    ),
    Buffer.from(body, 'latin1'),
  ]);

function urlOf(headers: readonly string[], body: string): string | null | undefined {
  return readServerAnswer(requestIn(notify(headers, body)), new Set())?.url;
}

test('the URL is cut, printable, and without a password', () => {
  const event = 'Event: ua-profile';
  expect(urlOf([event], 'http://192.0.2.9/x\r\n')).toBe('http://192.0.2.9/x');
  expect(urlOf([event], 'http://user:pa55@192.0.2.9/x')).toBe('http://192.0.2.9/x');
  expect(urlOf([event], `http://192.0.2.9/${'x'.repeat(900)}`)).toHaveLength(200);
  expect(urlOf([event], 'http://192.0.2.9/\x1b[31m\x07x')).toBe('http://192.0.2.9/[31mx');
  expect(urlOf([event], '')).toBeNull();
  expect(urlOf([event, 'Content-Type: message/external-body; access-type="URL"; url="http://192.0.2.9/y"'], '')).toBe(
    'http://192.0.2.9/y',
  );
});

test('another package, and an answer to somebody else, are not for us', () => {
  expect(urlOf(['Event: message-summary'], 'http://192.0.2.9/x')).toBeUndefined();
  const reply = responseIn(
    datagram(
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP 192.0.2.7:5060',
      'From: <sip:a@b>;tag=1',
      'To: <sip:a@b>;tag=2',
      'Call-ID: other',
      'CSeq: 1 SUBSCRIBE',
    ),
  );
  expect(readServerAnswer(reply, new Set(['mine']))).toBeUndefined();
  expect(readServerAnswer(reply, new Set(['other']))).toBeDefined();
});

test('nothing that parses makes the reader throw, and no text of it is longer than can be shown', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'binary', maxLength: 400 }),
      (a, b) => {
        const line = (text: string) => text.replace(/[\r\n]/g, ' ');
        const parsed = parseMessage(
          notify(['Event: ua-profile', `Server: ${line(a)}`, `Content-Type: ${line(b)}`], `${a}${b}`),
        );
        if (!parsed.ok) return;
        const answer = readServerAnswer(parsed.value, new Set());
        expect((answer?.url ?? '').length).toBeLessThanOrEqual(200);
        expect((answer?.says ?? '').length).toBeLessThanOrEqual(100);
        expect(`${answer?.url}${answer?.says}`).not.toMatch(/\p{Cc}/u);
      },
    ),
  );
});
