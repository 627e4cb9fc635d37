import type { Client, Mapping } from 'nat-upnp';
import { err, ok, type Result } from '../core/result.ts';
import type { SoapArgument } from './build-soap.ts';
import type { GatewayError, MappingKey, MappingRequest } from './gateway.ts';
import type { ToldMapping } from './read-gateway-answer.ts';
import type { CallAction } from './soap-client.ts';

/** What nat-upnp does for us: the actions, their arguments in order, and walking through the table. Nothing of its answers is checked here. */
export interface NatUpnpActions {
  add(request: MappingRequest): Promise<Result<unknown, GatewayError>>;
  remove(key: MappingKey): Promise<Result<unknown, GatewayError>>;
  /** From index 0, until the router says that there are no more; `call` decides how long that may be. */
  list(): Promise<Result<readonly ToldMapping[], GatewayError>>;
  readExternalAddress(): Promise<Result<string, GatewayError>>;
}

type Done<T> = (cause: Error | null, value?: T) => void;

/** Carries a problem through callbacks that know errors only. */
class GatewayFailure extends Error {
  readonly problem: GatewayError;
  constructor(problem: GatewayError) {
    super(problem.kind);
    this.problem = problem;
  }
}

/** Out arguments of GetGenericPortMappingEntry that nat-upnp reads without looking whether they are there. */
const ENTRY = { NewRemoteHost: '', NewProtocol: '', NewInternalClient: '', NewPortMappingDescription: '' };

type NatUpnp = typeof import('nat-upnp');

let sealed: Promise<NatUpnp> | undefined;

/** nat-upnp's actions over a transport of ours. */
export function createNatUpnpActions(call: CallAction, localAddress: string): NatUpnpActions {
  return {
    add: (request) =>
      act<unknown>((client, done) =>
        client.portMapping(
          {
            public: { port: request.externalPort },
            private: { port: request.internalPort, host: request.internalClient },
            protocol: request.protocol,
            description: request.description,
            ttl: request.leaseSeconds,
          },
          done,
        ),
      ),
    remove: ({ externalPort, protocol }) =>
      act<unknown>((client, done) => client.portUnmapping({ public: { port: externalPort }, protocol }, done)),
    list: async () => {
      const listed = await act<Mapping[]>((client, done) => client.getMappings(done));
      return listed.ok ? ok((listed.value ?? []).map(toTold)) : listed;
    },
    readExternalAddress: async () => {
      const read = await act<string>((client, done) => client.externalIp(done));
      return read.ok ? ok(read.value ?? '') : read;
    },
  };

  /** A client for each call: it holds nothing, and so one call cannot disturb another. */
  async function act<T>(start: (client: Client, done: Done<T>) => void): Promise<Result<T | undefined, GatewayError>> {
    const nat = await loadNatUpnp();
    return new Promise((resolve, reject) => {
      const client = nat.createClient();
      const run = (
        action: string,
        args: readonly (readonly [string, string | number | undefined])[],
        done: Done<object>,
      ) => {
        call(action, args.map(toArgument))
          .then((answer) => {
            if (answer.ok) done(null, { [`u:${action}Response`]: { ...ENTRY, ...Object.fromEntries(answer.value) } });
            else done(new GatewayFailure(answer.problem));
          })
          // An exception of nat-upnp's callbacks, which would otherwise be nobody's.
          .catch(reject);
      };
      client.findGateway = (found: (cause: null, gateway: never, address: string) => void) =>
        found(null, { run } as never, localAddress);
      start(client, (cause, value) => {
        if (cause === null || cause === undefined) resolve(ok(value));
        else if (cause instanceof GatewayFailure) resolve(err(cause.problem));
        else reject(cause);
      });
    });
  }
}

/**
 * nat-upnp, loaded when a router is first asked for something (with all below it, it takes a tenth of the time of a start), and without its
 * own ways to the network, for the whole process: its SSDP opens no sockets, and its devices, which are the only users of its HTTP client,
 * cannot be made and cannot ask. What remains is what `createNatUpnpActions` gives it.
 * Why: docs/decisions/0008-nat-upnp-without-its-network.md
 */
export function loadNatUpnp(): Promise<NatUpnp> {
  sealed ??= import('nat-upnp').then((module) => seal(module.default));
  return sealed;
}

function seal(nat: NatUpnp): NatUpnp {
  // Made once, to reach what its instances share; nothing is asked by making it.
  const deviceMethods = Object.getPrototypeOf(nat.device.create('')) as Record<string, unknown>;
  for (const name of Object.keys(deviceMethods)) deviceMethods[name] = refuse;
  nat.device.create = refuse;
  nat.ssdp.create = () => ({ close() {}, search: refuse }) as never;
  const clientMethods = Object.getPrototypeOf(nat.createClient()) as Record<string, unknown>;
  clientMethods.findGateway = refuse;
  return nat;
}

function refuse(): never {
  throw new Error("nat-upnp's own network is switched off: give its client a findGateway");
}

function toArgument([name, value]: readonly [string, string | number | undefined]): SoapArgument {
  return [name, value ?? ''];
}

function toTold(mapping: Mapping): ToldMapping {
  return {
    protocol: mapping.protocol,
    externalPort: String(mapping.public.port),
    internalClient: mapping.private.host,
    internalPort: String(mapping.private.port),
    enabled: mapping.enabled ? '1' : '0',
    description: mapping.description,
    leaseSeconds: String(mapping.ttl),
  };
}
