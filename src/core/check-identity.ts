import { formatMacAddress, type MacAddress } from './mac-address.ts';
import { type Note, note } from './note.ts';
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

/** What the journey should tell, null for nothing; or the reason of the refusal. */
export type Identity = Result<{ readonly note: Note | null }, { readonly reason: Note }>;

/**
 * May this request have the device's secrets? All that is known of the requester must agree; a contradiction is a refusal.
 * The neighbour table is the proof, the MACs in the path and the User-Agent are claims.
 */
export function checkIdentity({ device, neighbour, inPath, inUserAgent }: IdentityEvidence): Identity {
  if (inPath !== undefined && inPath !== device) {
    return err({
      reason: note('reason.file-of-other', 'the file asked for is that of {other}, the URL is that of {own}', {
        other: formatMacAddress(inPath),
        own: formatMacAddress(device),
      }),
    });
  }
  if (inUserAgent !== undefined && inUserAgent !== device) {
    return err({
      reason: note('reason.says-other', 'the User-Agent says {other}, the file is that of {own}', {
        other: formatMacAddress(inUserAgent),
        own: formatMacAddress(device),
      }),
    });
  }
  switch (neighbour.kind) {
    case 'mac':
      if (neighbour.mac === device) return ok({ note: null });
      return err({
        reason: note(
          'reason.sent-by-other',
          'the request came from {other} by the neighbour table, the file is that of {own}',
          { other: formatMacAddress(neighbour.mac), own: formatMacAddress(device) },
        ),
      });
    case 'loopback':
      return ok({ note: note('reason.unchecked', 'MAC not checked: the request came over loopback') });
    case 'own-host':
      return err({
        reason: note('reason.own-host', "the request came from this host's own LAN address, which no phone has"),
      });
    case 'no-entry':
      return err({
        reason: note(
          'reason.no-neighbour',
          'the neighbour table has no MAC address for the sender: it is not on a served LAN',
        ),
      });
    default:
      return neighbour satisfies never;
  }
}
