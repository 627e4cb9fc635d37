import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { Gateway, MappingRequest } from '../../src/upnp/gateway.ts';
import { createNatPmpGateway } from '../../src/upnp/nat-pmp-client.ts';
import { createPcpGateway } from '../../src/upnp/pcp-client.ts';
import { searchPortControl } from '../../src/upnp/port-control-search.ts';
import { type FakePortControl, type FakePortControlOptions, openFakePortControl } from '../peers/fake-port-control.ts';

const localAddress = '127.0.0.1';
const signal = new AbortController().signal;
const open: FakePortControl[] = [];

const SIP: MappingRequest = {
  protocol: 'UDP',
  externalPort: 5060,
  internalClient: localAddress,
  internalPort: 5062,
  description: 'SIP',
  leaseSeconds: 3_600,
};

afterEach(async () => {
  for (const router of open.splice(0)) await router.close();
});

async function routerOf(options?: FakePortControlOptions): Promise<FakePortControl> {
  const router = await openFakePortControl(options);
  open.push(router);
  return router;
}

/** For answers that never come. */
const SHORT = { waitsMs: [50, 50, 50] };

function peerOf(router: FakePortControl) {
  return { router: router.address, port: router.port, localAddress };
}

const KINDS = [
  { kind: 'nat-pmp', create: createNatPmpGateway, refusal: 2, offline: 3 },
  { kind: 'pcp', create: createPcpGateway, refusal: 2, offline: 7 },
] as const;

describe.each(KINDS)('$kind', ({ kind, create, refusal, offline }) => {
  async function gatewayOf(options?: FakePortControlOptions, more = {}) {
    const router = await routerOf(options);
    return { router, gateway: create({ ...peerOf(router), ...more }) satisfies Gateway };
  }

  test('maps, renews and removes, and tells the lease that was granted', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.longestLease = 240;
    expect(await gateway.addMapping(SIP)).toEqual({ ok: true, value: { leaseSeconds: 240 } });
    expect(router.mappings).toMatchObject([{ protocol: 'UDP', internalPort: 5062, externalPort: 5060 }]);
    expect(await gateway.addMapping({ ...SIP, leaseSeconds: 100 })).toEqual({ ok: true, value: { leaseSeconds: 100 } });
    expect(await gateway.addMapping({ ...SIP, protocol: 'TCP' })).toMatchObject({ ok: true });
    expect(router.mappings.map(({ protocol }) => protocol)).toEqual(['UDP', 'TCP']);
    expect(await gateway.removeMapping(SIP)).toEqual({ ok: true, value: null });
    expect(router.mappings.map(({ protocol }) => protocol)).toEqual(['TCP']);
    expect(await gateway.removeMapping(SIP)).toEqual({ ok: true, value: null });
  });

  test('another external port is given back at once, and told', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.otherPort = 40_001;
    expect(await gateway.addMapping(SIP)).toEqual({ ok: false, problem: { kind: 'other-port', granted: 40_001 } });
    expect(router.mappings).toEqual([]);
  });

  test('a mapping of our life before that leads to the same port is given back, and the second try gets ours', async () => {
    const { router, gateway } = await gatewayOf();
    await gateway.addMapping(SIP);
    const moved = { ...SIP, externalPort: 5070 };
    const restarted = create(peerOf(router));
    expect(await restarted.addMapping(moved)).toEqual({ ok: false, problem: { kind: 'other-port', granted: 5060 } });
    expect(await restarted.addMapping(moved)).toMatchObject({ ok: true });
  });

  test('two external ports of one internal port: the first is kept, and the second said to be impossible', async () => {
    const { router, gateway } = await gatewayOf();
    await gateway.addMapping(SIP);
    const second = { ...SIP, externalPort: 5070 };
    expect(await gateway.addMapping(second)).toMatchObject({ problem: { kind: 'unsupported' } });
    expect(await gateway.removeMapping(second)).toMatchObject({ ok: true });
    expect(router.mappings).toMatchObject([{ externalPort: 5060 }]);
    await gateway.removeMapping(SIP);
    expect(await gateway.addMapping(second)).toMatchObject({ ok: true });
  });

  test('its status is the external address and the epoch, which begins anew with a reboot', async () => {
    let now = 0;
    const { router, gateway } = await gatewayOf({ clock: () => now });
    now = 90_000;
    expect(await gateway.readStatus()).toEqual({
      ok: true,
      value: {
        externalAddress: '198.51.100.7',
        seen: '198.51.100.7',
        isConnected: null,
        connection: null,
        uptimeSeconds: 90,
      },
    });
    router.behaviour.externalAddress = '203.0.113.9';
    router.reboot();
    expect(await gateway.readStatus()).toMatchObject({
      value: { externalAddress: '203.0.113.9', uptimeSeconds: 0 },
    });
  });

  test('a router without a way to the Internet is told as such', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.code = offline;
    expect(await gateway.readStatus()).toMatchObject({
      ok: true,
      value: { externalAddress: null, isConnected: false },
    });
  });

  test('a refusal carries its code and its name', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.code = refusal;
    expect(await gateway.addMapping(SIP)).toEqual({
      ok: false,
      problem: { kind: 'pcp', code: refusal, text: expect.stringMatching(/not.authorized/i) },
    });
  });

  test('what the protocol cannot do is not even sent', async () => {
    const { router, gateway } = await gatewayOf();
    const unsupported = { ok: false, problem: { kind: 'unsupported' } };
    expect(await gateway.findMapping(SIP)).toMatchObject(unsupported);
    expect(await gateway.listMappings(10)).toMatchObject(unsupported);
    expect(await gateway.addMapping({ ...SIP, internalClient: '127.0.0.9' })).toMatchObject(unsupported);
    // A lease of 0 would be a removal.
    expect(await gateway.addMapping({ ...SIP, leaseSeconds: 0 })).toMatchObject(unsupported);
    expect(router.seen).toEqual([]);
  });

  test('lost datagrams are sent again, three in all', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.losses = 2;
    expect(await gateway.addMapping(SIP)).toMatchObject({ ok: true });
    expect(router.seen).toHaveLength(3);
    expect(new Set(router.seen.map(({ data }) => data.toString('hex'))).size).toBe(1);
  });

  test('answers from another port of the same router are not believed', async () => {
    const { router, gateway } = await gatewayOf({}, SHORT);
    router.behaviour.lie = ({ from }, truth) => {
      router.sendFromElsewhere(truth, from);
      return [];
    };
    expect(await gateway.addMapping(SIP)).toMatchObject({ problem: { kind: 'timeout' } });
  });

  test('an answer to another question is not believed; the right one after it is', async () => {
    const { router, gateway } = await gatewayOf({}, SHORT);
    const changeLast = (truth: Buffer, at: number) => {
      const lie = Buffer.from(truth);
      lie.writeUInt8((lie.readUInt8(at) + 1) % 256, at);
      return lie;
    };
    // The internal port, in the places of NAT-PMP and PCP.
    router.behaviour.lie = (_, truth) => [changeLast(truth, kind === 'pcp' ? 41 : 9), truth];
    expect(await gateway.addMapping(SIP)).toMatchObject({ ok: true });
    router.behaviour.lie = (_, truth) => [changeLast(truth, kind === 'pcp' ? 41 : 9)];
    expect(await gateway.addMapping(SIP)).toMatchObject({
      problem: { kind: 'malformed', text: expect.stringContaining('answered for internal port 5063; wanted 5062') },
    });
  });

  test('a request that comes back as it was is no answer', async () => {
    const { router, gateway } = await gatewayOf({}, SHORT);
    router.behaviour.lie = ({ data }) => [data, Buffer.alloc(0), Buffer.alloc(2_000, 0xff)];
    expect(await gateway.addMapping(SIP)).toMatchObject({ problem: { kind: 'malformed' } });
  });

  test('a late answer to the last question is not taken for one to the next', async () => {
    const { router, gateway } = await gatewayOf({}, SHORT);
    const late: Buffer[] = [];
    router.behaviour.lie = (_, truth) => {
      late.push(truth);
      return late.length === 1 ? [truth] : [late[0] ?? truth];
    };
    expect(await gateway.addMapping(SIP)).toMatchObject({ ok: true });
    const next = await gateway.addMapping({ ...SIP, protocol: 'TCP', internalPort: 443, externalPort: 443 });
    expect(next).toMatchObject({ problem: { kind: 'malformed' } });
  });

  test('a grant of no lease or of no port is no grant', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.longestLease = 0;
    expect(await gateway.addMapping(SIP)).toMatchObject({ problem: { kind: 'malformed' } });
    router.behaviour.longestLease = 60;
    router.behaviour.otherPort = 0;
    expect(await gateway.addMapping(SIP)).toMatchObject({ problem: { kind: 'other-port', granted: 0 } });
  });

  test('calls run one at a time', async () => {
    const { router, gateway } = await gatewayOf();
    router.behaviour.losses = 1;
    const [first, second] = await Promise.all([
      gateway.addMapping(SIP),
      gateway.addMapping({ ...SIP, protocol: 'TCP' }),
    ]);
    expect([first, second]).toMatchObject([{ ok: true }, { ok: true }]);
    const ports = router.seen.map(({ from }) => from.port);
    expect(ports[0]).toBe(ports[1]);
    expect(ports[2]).not.toBe(ports[1]);
  });

  test('where nobody listens, that is said at once', async () => {
    const { router, gateway } = await gatewayOf();
    await router.close();
    open.length = 0;
    expect(await gateway.readStatus()).toMatchObject({ problem: { kind: 'refused' } });
  });

  test('from an address that is not ours, nothing can be asked', async () => {
    const router = await routerOf();
    const gateway = create({ ...peerOf(router), localAddress: '192.0.2.1' });
    expect(await gateway.readStatus()).toMatchObject({
      problem: { kind: 'unreachable', text: expect.stringContaining('EADDRNOTAVAIL') },
    });
  });
});

describe('pcp', () => {
  test('renews with the nonce of the first request, also after another search', async () => {
    const router = await routerOf();
    expect(await createPcpGateway(peerOf(router)).addMapping(SIP)).toMatchObject({ ok: true });
    expect(await createPcpGateway(peerOf(router)).addMapping(SIP)).toMatchObject({ ok: true });
    expect(await createPcpGateway(peerOf(router)).removeMapping(SIP)).toMatchObject({ ok: true });
    expect(router.mappings).toEqual([]);
  });

  test('nonces differ per mapping, follow their secret, and do not show it', async () => {
    const router = await routerOf();
    const gateway = createPcpGateway({ ...peerOf(router), nonceSecret: 'first' });
    await gateway.addMapping(SIP);
    await gateway.addMapping({ ...SIP, protocol: 'TCP' });
    expect(new Set(router.mappings.map(({ nonce }) => nonce)).size).toBe(2);
    const stranger = createPcpGateway({ ...peerOf(router), nonceSecret: 'second' });
    expect(await stranger.addMapping(SIP)).toMatchObject({ problem: { kind: 'pcp', code: 2 } });
    const restarted = createPcpGateway({ ...peerOf(router), nonceSecret: 'first' });
    expect(await restarted.addMapping(SIP)).toMatchObject({ ok: true });
  });

  test('an answer with another nonce is not believed', async () => {
    const router = await routerOf();
    router.behaviour.lie = (_, truth) => {
      const lie = Buffer.from(truth);
      lie.fill(0, 24, 36);
      return [lie];
    };
    expect(await createPcpGateway({ ...peerOf(router), ...SHORT }).addMapping(SIP)).toMatchObject({
      problem: { kind: 'malformed', text: expect.stringContaining('nonce') },
    });
  });

  test('learns the address by renewing a mapping of ours, and opens none for it', async () => {
    const router = await routerOf();
    const gateway = createPcpGateway(peerOf(router));
    await gateway.addMapping(SIP);
    router.behaviour.externalAddress = '203.0.113.9';
    expect(await gateway.readStatus()).toMatchObject({ value: { externalAddress: '203.0.113.9' } });
    expect(router.mappings.map(({ internalPort }) => internalPort)).toEqual([5062]);
    expect(router.seen).toHaveLength(2);
  });

  test('without a mapping of ours, that of the discard port is taken away at once', async () => {
    const router = await routerOf();
    expect(await createPcpGateway(peerOf(router)).readStatus()).toMatchObject({ ok: true });
    expect(router.seen.map(({ data }) => [data.readUInt16BE(40), data.readUInt32BE(4)])).toEqual([
      [9, 120],
      [9, 0],
    ]);
    expect(router.mappings).toEqual([]);
  });

  test('removing what is not there is fine, whatever the router calls it', async () => {
    const router = await routerOf();
    router.behaviour.code = 8;
    expect(await createPcpGateway(peerOf(router)).removeMapping(SIP)).toEqual({ ok: true, value: null });
    router.behaviour.code = 2;
    expect(await createPcpGateway(peerOf(router)).removeMapping(SIP)).toMatchObject({ problem: { code: 2 } });
  });

  test('where NAT-PMP is spoken too, the address is asked for there, and nothing is mapped for it', async () => {
    const router = await routerOf();
    const [gateway] = (await searchPortControl({ ...peerOf(router), signal })).found;
    router.seen.length = 0;
    expect(await gateway?.readStatus()).toMatchObject({ value: { externalAddress: '198.51.100.7' } });
    expect(router.seen.map(({ data }) => data.toString('hex'))).toEqual(['0000']);
  });

  test('a removed mapping is not brought back by reading the status', async () => {
    const router = await routerOf();
    const gateway = createPcpGateway(peerOf(router));
    await gateway.addMapping(SIP);
    await gateway.removeMapping(SIP);
    await gateway.readStatus();
    expect(router.mappings).toEqual([]);
  });

  test('an external address that is no IPv4 is shown, and not used', async () => {
    const router = await routerOf();
    router.behaviour.lie = (_, truth) => {
      const lie = Buffer.from(truth);
      lie.write('20010db8', 44, 'hex');
      return [lie];
    };
    expect(await createPcpGateway(peerOf(router)).readStatus()).toMatchObject({
      ok: true,
      value: { externalAddress: null, seen: '20010db8000000000000ffffc6336407' },
    });
  });
});

describe('search', () => {
  test.each([
    { speaks: ['pcp', 'nat-pmp'], found: 'pcp' },
    { speaks: ['pcp'], found: 'pcp' },
    { speaks: ['nat-pmp'], found: 'nat-pmp' },
  ] as const)('a router that speaks $speaks is found by $found', async ({ speaks, found }) => {
    const router = await routerOf({ speaks });
    const search = await searchPortControl({ ...peerOf(router), signal });
    expect(search.refused).toEqual([]);
    expect(search.found.map(({ facts }) => facts)).toMatchObject([
      { kind: found, id: `${found}:127.0.0.1`, address: '127.0.0.1', localAddress, isDefaultRouter: true },
    ]);
    expect(await search.found[0]?.addMapping(SIP)).toMatchObject({ ok: true });
    expect(router.mappings).toHaveLength(1);
  });

  test('a search changes nothing in the router', async () => {
    const router = await routerOf();
    await searchPortControl({ ...peerOf(router), signal });
    expect(router.mappings).toEqual([]);
    expect(router.seen.map(({ data }) => data[1])).toEqual([0, 0]);
  });

  test('a router that refuses is found, so that its reason can be told', async () => {
    const router = await routerOf();
    router.behaviour.code = 2;
    const [gateway] = (await searchPortControl({ ...peerOf(router), signal })).found;
    expect(gateway?.facts.kind).toBe('pcp');
    expect(await gateway?.addMapping(SIP)).toMatchObject({ problem: { kind: 'pcp', code: 2 } });
  });

  test('where nobody speaks either, nothing is found', async () => {
    const router = await routerOf({ speaks: [] });
    expect(await searchPortControl({ ...peerOf(router), signal })).toEqual({ found: [], refused: [] });
    await router.close();
    open.length = 0;
    expect(await searchPortControl({ ...peerOf(router), signal })).toEqual({ found: [], refused: [] });
  });

  test('nonsense is not believed, and told', async () => {
    const router = await routerOf();
    router.behaviour.lie = () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')];
    const { found, refused } = await searchPortControl({ ...peerOf(router), ...SHORT, signal });
    expect(found).toEqual([]);
    expect(refused.map(({ reason }) => reason.split(':')[0])).toEqual(['PCP', 'NAT-PMP']);
  });

  test('a search that is stopped ends', async () => {
    const silent = createSocket('udp4');
    silent.bind(0, localAddress);
    await once(silent, 'listening');
    const controller = new AbortController();
    const search = searchPortControl({
      router: localAddress,
      port: silent.address().port,
      localAddress,
      signal: controller.signal,
    });
    await once(silent, 'message');
    controller.abort();
    expect(await search).toEqual({ found: [], refused: [] });
    silent.close();
  });
});
