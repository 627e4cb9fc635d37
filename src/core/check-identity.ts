import { formatMacAddress, type MacAddress } from './mac-address.ts';
import { err, ok, type Result } from './result.ts';

/** What the kernel's neighbour table says of the address a request came from. */
export type NeighbourProof =
  | { readonly kind: 'mac'; readonly mac: MacAddress }
  /** No entry: the request crossed a router, or the table cannot be read. */
  | { readonly kind: 'no-entry' }
  /** Loopback, which has no neighbour table; it is served only where somebody named it. */
  | { readonly kind: 'loopback' }
  /** This host itself by one of its other addresses: any program on it could ask so. */
  | { readonly kind: 'own-host' };

export interface IdentityEvidence {
  /** The phone that the secret belongs to. */
  readonly device: MacAddress;
  readonly neighbour: NeighbourProof;
  /** The MAC that the file name holds, and the one that the User-Agent ends with; undefined: none. */
  readonly inPath: MacAddress | undefined;
  readonly inUserAgent: MacAddress | undefined;
}

/** A sentence for the journey, or the reason of the refusal. */
export type Identity = Result<{ readonly note: string }, { readonly reason: string }>;

/**
 * May this request have the device's secrets? All that is known of the requester must agree; a contradiction is a refusal.
 * The neighbour table is the proof, the MACs in the path and the User-Agent are claims.
 */
export function checkIdentity({ device, neighbour, inPath, inUserAgent }: IdentityEvidence): Identity {
  if (inPath !== undefined && inPath !== device) {
    return err({
      reason: `the file asked for is that of ${formatMacAddress(inPath)}, the URL is that of ${formatMacAddress(device)}`,
    });
  }
  if (inUserAgent !== undefined && inUserAgent !== device) {
    return err({
      reason: `the User-Agent says ${formatMacAddress(inUserAgent)}, the file is that of ${formatMacAddress(device)}`,
    });
  }
  switch (neighbour.kind) {
    case 'mac':
      if (neighbour.mac === device) return ok({ note: '' });
      return err({
        reason: `the request came from ${formatMacAddress(neighbour.mac)} by the neighbour table, the file is that of ${formatMacAddress(device)}`,
      });
    case 'loopback':
      return ok({ note: 'MAC not checked: the request came over loopback' });
    case 'own-host':
      return err({ reason: "the request came from this host's own LAN address, which no phone has" });
    case 'no-entry':
      return err({ reason: 'the neighbour table has no MAC address for the sender: it is not on a served LAN' });
    default:
      return neighbour satisfies never;
  }
}
