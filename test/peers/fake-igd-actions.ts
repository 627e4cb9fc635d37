import { isIPv4 } from 'node:net';
import type { SoapCall } from './fake-igd-xml.ts';
import type { FakeMapping, MappingTable } from './fake-mapping-table.ts';

/** The router's side of the Internet. */
export interface FakeWan {
  /** Text of NewExternalIPAddress, whatever it is. */
  address: string;
  /** Text of NewConnectionStatus. */
  connection: string;
}

export interface ActionWorld {
  readonly table: MappingTable;
  readonly wan: FakeWan;
  readonly uptimeSeconds: number;
  /** IPv4 of who asks. */
  readonly sender: string;
}

/** Values of the answer, or a UPnP error code. */
export type ActionOutcome = Readonly<Record<string, string | number>> | number;

/** Order of the definition: some routers look no further than the position. */
const ADD_ARGUMENTS = [
  'NewRemoteHost',
  'NewExternalPort',
  'NewProtocol',
  'NewInternalPort',
  'NewInternalClient',
  'NewEnabled',
  'NewPortMappingDescription',
  'NewLeaseDuration',
];
const KEY_ARGUMENTS = ADD_ARGUMENTS.slice(0, 3);

/** Does what WANIPConnection and WANPPPConnection define; strict where routers are known to be: order, case, numbers. */
export function answerAction({ action, args }: SoapCall, world: ActionWorld): ActionOutcome {
  const { table, wan } = world;
  switch (action) {
    case 'GetExternalIPAddress':
      return { NewExternalIPAddress: wan.address };
    case 'GetStatusInfo':
      return {
        NewConnectionStatus: wan.connection,
        NewLastConnectionError: 'ERROR_NONE',
        NewUptime: world.uptimeSeconds,
      };
    case 'AddPortMapping':
      return addPortMapping(args, world);
    case 'DeletePortMapping': {
      const key = readKey(args);
      if (typeof key === 'number') return key;
      const code = table.remove(key.protocol, key.externalPort, world.sender);
      return code === 0 ? {} : code;
    }
    case 'GetSpecificPortMappingEntry': {
      const key = readKey(args);
      if (typeof key === 'number') return key;
      const found = table.find(key.protocol, key.externalPort);
      return found === undefined ? 714 : tellMapping(found, table);
    }
    case 'GetGenericPortMappingEntry': {
      const index = readNumber(args.get('NewPortMappingIndex'), 65_535);
      if (args.size !== 1 || index === undefined) return 402;
      const found = table.list()[index];
      if (found === undefined) return 713;
      const key = { NewRemoteHost: '', NewExternalPort: found.externalPort, NewProtocol: found.protocol };
      return { ...key, ...tellMapping(found, table) };
    }
    default:
      return 401;
  }
}

function addPortMapping(args: SoapCall['args'], { table, sender }: ActionWorld): ActionOutcome {
  if ([...args.keys()].join() !== ADD_ARGUMENTS.join()) return 402;
  const key = readKey(new Map([...args].slice(0, KEY_ARGUMENTS.length)));
  if (typeof key === 'number') return key;
  if (key.externalPort === 0) return 716;
  const internalPort = readNumber(args.get('NewInternalPort'), 65_535);
  const leaseSeconds = readNumber(args.get('NewLeaseDuration'), 4_294_967_295);
  const internalClient = args.get('NewInternalClient') ?? '';
  const enabled = args.get('NewEnabled');
  if (internalPort === undefined || leaseSeconds === undefined || !isIPv4(internalClient)) return 402;
  if (enabled !== '1' && enabled !== '0') return 402;
  if (internalPort === 0) return 732;
  const description = args.get('NewPortMappingDescription') ?? '';
  const wanted = { ...key, internalPort, internalClient, description, leaseSeconds, enabled: enabled === '1' };
  const code = table.add(wanted, sender);
  return code === 0 ? {} : code;
}

function readKey(args: SoapCall['args']): { readonly protocol: string; readonly externalPort: number } | number {
  if ([...args.keys()].join() !== KEY_ARGUMENTS.join()) return 402;
  const protocol = args.get('NewProtocol') ?? '';
  const externalPort = readNumber(args.get('NewExternalPort'), 65_535);
  if (args.get('NewRemoteHost') !== '') return 726;
  if (externalPort === undefined || (protocol !== 'UDP' && protocol !== 'TCP')) return 402;
  return { protocol, externalPort };
}

function tellMapping(mapping: FakeMapping, table: MappingTable): Readonly<Record<string, string | number>> {
  return {
    NewInternalPort: mapping.internalPort,
    NewInternalClient: mapping.internalClient,
    NewEnabled: mapping.enabled ? 1 : 0,
    NewPortMappingDescription: mapping.description,
    NewLeaseDuration: table.secondsLeft(mapping),
  };
}

function readNumber(text: string | undefined, highest: number): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) <= highest ? Number(text) : undefined;
}
