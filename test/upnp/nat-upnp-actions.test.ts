import { createRequire } from 'node:module';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { SoapArgument } from '../../src/upnp/build-soap.ts';
import type { GatewayError } from '../../src/upnp/gateway.ts';
import type { SoapAnswer } from '../../src/upnp/parse-soap.ts';

/**
 * A trap in the place of nat-upnp's `request` package, set before nat-upnp is loaded: it took its copy then and can get no other. Sockets are
 * trapped too, for its own SSDP.
 */
const require = createRequire(import.meta.url);
const natFile = require.resolve('nat-upnp');
const requestFile = createRequire(natFile).resolve('request');
const requested = vi.fn();
const original = require.cache[requestFile];
require.cache[requestFile] = { id: requestFile, filename: requestFile, loaded: true, exports: requested } as never;
const dgram: typeof import('node:dgram') = require('node:dgram');
const createSocket = vi.spyOn(dgram, 'createSocket');

const { default: nat } = await import('nat-upnp');
const { createNatUpnpActions, loadNatUpnp } = await import('../../src/upnp/nat-upnp-actions.ts');

afterAll(() => {
  if (original === undefined) delete require.cache[requestFile];
  else require.cache[requestFile] = original;
  createSocket.mockRestore();
});
beforeEach(() => {
  requested.mockClear();
  createSocket.mockClear();
});

interface Call {
  readonly action: string;
  readonly args: readonly SoapArgument[];
}

/** Actions over a router that answers everything alike. */
function actionsOver(answer: (call: Call) => Result<SoapAnswer, GatewayError>) {
  const calls: Call[] = [];
  const actions = createNatUpnpActions(async (action, args) => {
    calls.push({ action, args });
    return answer({ action, args });
  }, '192.168.1.10');
  return { actions, calls };
}

const MAPPING = {
  protocol: 'UDP',
  externalPort: 5060,
  internalClient: '192.168.1.10',
  internalPort: 5062,
  description: 'Plugtone SIP',
  leaseSeconds: 3_600,
} as const;

test('before it is sealed, nat-upnp asks with its own client: the trap would notice', () => {
  nat.device.create('http://192.0.2.1/rootDesc.xml').run('GetExternalIPAddress', [], () => {});
  expect(requested).toHaveBeenCalledTimes(1);
  expect(requested.mock.calls[0]?.[0]).toBe('http://192.0.2.1/rootDesc.xml');
});

test('sealed, no way of nat-upnp leads to its own client or to a socket', async () => {
  const early = nat.device.create('http://192.0.2.1/rootDesc.xml');
  await loadNatUpnp();
  const client = nat.createClient();
  const ways: readonly (() => unknown)[] = [
    () => early.run('GetExternalIPAddress', [], () => {}),
    () => early.getService([], () => {}),
    () =>
      (early as unknown as { _getXml: (url: string, done: () => void) => void })._getXml('http://192.0.2.1/', () => {}),
    () => nat.device.create('http://192.0.2.1/rootDesc.xml'),
    () => nat.ssdp.create().search('urn:schemas-upnp-org:device:InternetGatewayDevice:1'),
    () => client.findGateway(() => {}),
    () => client.externalIp(() => {}),
    () => client.portMapping({ public: 1, private: 1 }),
    () => client.portUnmapping({ public: 1 }),
    () => client.getMappings(() => {}),
  ];
  for (const way of ways) expect(way).toThrow("nat-upnp's own network is switched off");
  const { actions } = actionsOver(() => err({ kind: 'upnp', code: 713, text: '' }));
  await actions.add(MAPPING);
  await actions.remove(MAPPING);
  await actions.list();
  await actions.readExternalAddress();
  expect(requested).not.toHaveBeenCalled();
  expect(createSocket).not.toHaveBeenCalled();
});

test('a mapping is added with the arguments of the standard, in their order', async () => {
  const { actions, calls } = actionsOver(() => ok(new Map()));
  expect((await actions.add(MAPPING)).ok).toBe(true);
  expect((await actions.add({ ...MAPPING, protocol: 'TCP', leaseSeconds: 0 })).ok).toBe(true);
  expect(calls[0]).toEqual({
    action: 'AddPortMapping',
    args: [
      ['NewRemoteHost', ''],
      ['NewExternalPort', 5060],
      ['NewProtocol', 'UDP'],
      ['NewInternalPort', 5062],
      ['NewInternalClient', '192.168.1.10'],
      ['NewEnabled', 1],
      ['NewPortMappingDescription', 'Plugtone SIP'],
      ['NewLeaseDuration', 3_600],
    ],
  });
  expect(new Map(calls[1]?.args)).toEqual(
    new Map([...(calls[0]?.args ?? []), ['NewProtocol', 'TCP'], ['NewLeaseDuration', 0]]),
  );
});

test('a mapping is removed by remote host, port and protocol', async () => {
  const { actions, calls } = actionsOver(() => ok(new Map()));
  await actions.remove({ externalPort: 5060, protocol: 'UDP' });
  const args = [
    ['NewRemoteHost', ''],
    ['NewExternalPort', 5060],
    ['NewProtocol', 'UDP'],
  ];
  expect(calls).toEqual([{ action: 'DeletePortMapping', args }]);
});

test('error codes come through, which nat-upnp alone hides', async () => {
  const problem = { kind: 'upnp', code: 725, text: 'OnlyPermanentLeasesSupported' } as const;
  const { actions } = actionsOver(() => err(problem));
  expect(await actions.add(MAPPING)).toEqual({ ok: false, problem });
  expect(await actions.remove(MAPPING)).toEqual({ ok: false, problem });
  expect(await actions.readExternalAddress()).toEqual({ ok: false, problem });
});

test('entries without a field are told, and break nothing', async () => {
  const entries: readonly (readonly (readonly [string, string])[])[] = [
    [],
    [['NewProtocol', 'tcp']],
    [['__proto__', 'x']],
  ];
  const { actions } = actionsOver(({ args }) => {
    const entry = entries[Number(args[0]?.[1])];
    return entry === undefined ? err({ kind: 'upnp', code: 713, text: '' }) : ok(new Map(entry));
  });
  const listed = await actions.list();
  expect(
    listed.ok &&
      listed.value.map(({ protocol, externalPort, internalClient }) => [protocol, externalPort, internalClient]),
  ).toEqual([
    ['', 'NaN', ''],
    ['tcp', 'NaN', ''],
    ['', 'NaN', ''],
  ]);
  expect({}).not.toHaveProperty('x');
});

test('an answer without an address is an empty one', async () => {
  const { actions } = actionsOver(() => ok(new Map()));
  expect(await actions.readExternalAddress()).toEqual({ ok: true, value: '' });
});

test('a fault of ours is an exception, and not a silent wait', async () => {
  const actions = createNatUpnpActions(() => Promise.reject(new Error('ours')), '192.168.1.10');
  await expect(actions.add(MAPPING)).rejects.toThrow('ours');
});
