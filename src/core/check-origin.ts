import type { MacAddress } from './mac-address.ts';
import { type Note, note } from './note.ts';
import { err, ok, type Result } from './result.ts';

/** What is known of the address that a request came from, without believing a word of the sender. */
export type NeighbourProof =
  | { readonly kind: 'mac'; readonly mac: MacAddress }
  /** On the link of a served interface, and without an entry in the neighbour table; or that cannot be read. */
  | { readonly kind: 'no-entry' }
  /** Behind a router, in a network that the site names: no MAC address is visible from there. */
  | { readonly kind: 'routed'; readonly network: string }
  /** Behind a router, and nobody named it. */
  | { readonly kind: 'off-link' }
  /** Loopback, which has no neighbour table; it is served only where somebody named it. */
  | { readonly kind: 'loopback' }
  /** This host itself by one of its other addresses: any program on it could ask so. */
  | { readonly kind: 'own-host' };

/** What else stands for a request that no neighbour table can prove. */
export interface AccessEvidence {
  /** The token in the URL is the device's. */
  readonly hasToken: boolean;
  readonly isSecure: boolean;
  /** The device is being handed over now: the site has a window for that, and it is open. */
  readonly isHandOver: boolean;
}

/** What the journey should tell, null for nothing; or the reason of the refusal. */
export type Identity = Result<{ readonly note: Note | null }, { readonly reason: Note }>;

export interface OriginEvidence {
  readonly device: MacAddress;
  readonly neighbour: NeighbourProof;
  readonly inCertificate?: MacAddress | null;
  readonly access?: AccessEvidence;
}

const PROVED_BY_CERTIFICATE = note('reason.certificate', 'the MAC address was proved by a client certificate');
const UNCHECKED = note('reason.unchecked', 'MAC not checked: the request came over loopback');

/** Nothing contradicts: but what proves the phone? */
export function checkOrigin({ device, neighbour, inCertificate = null, access }: OriginEvidence): Identity {
  switch (neighbour.kind) {
    case 'mac':
      return ok({ note: null });
    case 'loopback':
      return ok({ note: UNCHECKED });
    case 'own-host':
      return err({
        reason: note('reason.own-host', "the request came from this host's own LAN address, which no phone has"),
      });
    case 'off-link':
      return err({
        reason: note(
          'reason.off-link',
          'the sender is not on a served LAN, nor in a routed network that the site names',
        ),
      });
    case 'no-entry':
      if (inCertificate === device) return ok({ note: PROVED_BY_CERTIFICATE });
      return err({ reason: note('reason.no-neighbour', 'the neighbour table has no MAC address for the sender') });
    case 'routed':
      return inCertificate === device ? ok({ note: PROVED_BY_CERTIFICATE }) : checkRouted(neighbour.network, access);
    default:
      return neighbour satisfies never;
  }
}

function checkRouted(network: string, access: AccessEvidence | undefined): Identity {
  if (access?.hasToken !== true) {
    return err({
      reason: note(
        'reason.routed-no-token',
        'from the routed network {network} only the URL with its token is taken, as no MAC address is visible',
        { network },
      ),
    });
  }
  if (access.isSecure) {
    return ok({
      note: note(
        'reason.routed-secure',
        'from the routed network {network}, over HTTPS: no MAC address is visible, the token was right',
        { network },
      ),
    });
  }
  if (access.isHandOver) {
    return ok({
      note: note(
        'reason.routed-hand-over',
        'from the routed network {network}, in a hand-over: no MAC address is visible, the token was right',
        { network },
      ),
    });
  }
  return err({
    reason: note(
      'reason.routed-plain',
      'from the routed network {network} files are served over HTTPS only, or while the phone is handed over',
      { network },
    ),
  });
}
