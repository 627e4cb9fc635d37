import type { NeighbourProof } from '../core/check-identity.ts';
import type { Device } from '../core/device.ts';
import { giveReason } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { newDevice } from '../core/new-device.ts';
import { note } from '../core/note.ts';
import { vendors } from '../vendors/all.ts';
import { recognise } from '../vendors/recognise.ts';
import type { Doors } from './doors.ts';
import { findMacInPath } from './find-mac-in-path.ts';
import { tellPath } from './tell-path.ts';

const UNASKED = note('reason.unasked', 'asked for a file without being told to');

/** What a request says of itself: see `ConfigRequest`. */
interface DoorstepRequest {
  readonly token: string | null;
  readonly path: string;
  readonly source: string;
  readonly userAgent: string;
  readonly clientMac: MacAddress | null;
}

/** Whose request is it, when no token says so? The proofs first; names are claims. Undefined: nobody's that we know. */
export function createDoorstep({ office, clock }: Pick<Doors, 'office' | 'clock'>) {
  return function findOnDoorstep(request: DoorstepRequest, neighbour: NeighbourProof): Device | undefined {
    const mac = findMac(request, neighbour);
    if (mac === undefined) return undefined;
    return office.findDevice(mac) ?? (request.token === null ? remember(mac, request) : undefined);
  };

  function findMac({ path, userAgent, clientMac }: DoorstepRequest, neighbour: NeighbourProof): MacAddress | undefined {
    if (neighbour.kind === 'mac') return neighbour.mac;
    if (clientMac !== null) return clientMac;
    return neighbour.kind === 'loopback' ? (findMacInPath(path) ?? readMacOfUserAgent(userAgent)) : undefined;
  }

  /** A phone that DHCP sent here and that never asked by multicast: somebody may want to approve it. */
  function remember(mac: MacAddress, request: DoorstepRequest): Device | undefined {
    const words = { userAgent: request.userAgent.slice(0, 200), vendor: '', model: '', firmware: '' };
    const found = recognise(vendors, { mac, words, httpUserAgent: request.userAgent, path: tellPath(request.path) });
    if (found === undefined) return undefined;
    const now = clock();
    const { vendorId, model, firmware } = found;
    const device = {
      ...newDevice(mac, now),
      vendorId,
      model,
      firmware,
      words,
      address: request.source,
      lastSeenAt: now,
    };
    office.see(device);
    const detail = { address: request.source, userAgent: words.userAgent, file: tellPath(request.path) };
    office.record({ mac, at: now, step: 'seen', ...giveReason(UNASKED), detail });
    return device;
  }
}

function readMacOfUserAgent(userAgent: string): MacAddress | undefined {
  for (const vendor of vendors) {
    const mac = vendor.readUserAgent(userAgent)?.mac;
    if (mac) return mac;
  }
  return undefined;
}
