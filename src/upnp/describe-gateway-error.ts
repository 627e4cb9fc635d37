import { findPcpCode } from './find-pcp-code.ts';
import { findUpnpCode } from './find-upnp-code.ts';
import type { GatewayError, GatewayKind } from './gateway.ts';
import type { GatewayAdvice } from './gateway-advice.ts';
import type { WantedMapping } from './keeper-state.ts';

/** What is known around an error; all of it only sharpens the words. */
export interface ErrorSurroundings {
  /** PCP and NAT-PMP count their codes differently. */
  readonly gatewayKind?: GatewayKind;
  readonly wanted?: WantedMapping;
  /** Our own IPv4 on the router's LAN. */
  readonly localAddress?: string | null;
  /** The other host, in a conflict. */
  readonly heldBy?: string | null;
}

export interface ErrorDescription {
  /** What to do, as a word that pages translate. */
  readonly advice: GatewayAdvice;
  /** The router's answer in the protocol's own words: `UPnP error 718 (ConflictInMappingEntry)`. */
  readonly seen: string;
  /** What that means and what to do about it, in English. */
  readonly message: string;
}

/** Well-known ports, RFC 6335 section 6. Many routers open none of them to their LAN. */
const FIRST_USER_PORT = 1024;

export function describeGatewayError(error: GatewayError, around: ErrorSurroundings = {}): ErrorDescription {
  switch (error.kind) {
    case 'upnp': {
      const { name, meaning, todo, advice } = findUpnpCode(error.code, error.text);
      return sharpen(error.code, tell(advice, `UPnP error ${error.code} (${name})`, meaning, todo), around);
    }
    case 'pcp': {
      const protocol = around.gatewayKind === 'nat-pmp' ? 'nat-pmp' : 'pcp';
      const { name, meaning, todo, advice } = findPcpCode(error.code, protocol);
      return tell(advice, `${protocol === 'pcp' ? 'PCP' : 'NAT-PMP'} result ${error.code} (${name})`, meaning, todo);
    }
    case 'other-port':
      return tell(
        'choose-other-port',
        `the router offered external port ${error.granted} instead`,
        'another host holds the wanted one, or the router keeps it for itself; the offer was given back',
        'choose another external port, or free this one in the router',
      );
    default:
      return describeSilence(error.kind, error.text);
  }
}

type TextKind = Exclude<GatewayError['kind'], 'upnp' | 'pcp' | 'other-port'>;

function describeSilence(kind: TextKind, text: string): ErrorDescription {
  switch (kind) {
    case 'refused':
      return tell('wait', text, 'the router has restarted or moved its service', 'nothing: it is looked for again');
    case 'timeout':
      return tell(
        'restart-router',
        text,
        'the router did not answer in time: it is busy, restarting, or its service hangs',
        'wait some minutes; if this stays, restart the router',
      );
    case 'unreachable':
      return tell(
        'check-network',
        text,
        'there is no way to the router',
        'check cable, switch and address of this host',
      );
    case 'malformed':
    case 'too-large':
      return tell(
        'update-router',
        text,
        'the router answers against the standard',
        'update its firmware, restart it, or make the entry by hand on its own pages',
      );
    case 'redirected':
      return tell(
        'update-router',
        text,
        'the router sends us to another place, which is not followed',
        'update its firmware, or make the entry by hand on its own pages',
      );
    case 'unsupported':
      return tell('forward-by-hand', text, 'the router has no such question', 'nothing, unless the port stays closed');
    default:
      return kind satisfies never;
  }
}

function sharpen(code: number, told: ErrorDescription, around: ErrorSurroundings): ErrorDescription {
  const { wanted, localAddress, heldBy } = around;
  const isForeign = wanted !== undefined && localAddress != null && wanted.internalClient !== localAddress;
  if (code === 718 && heldBy != null) return { ...told, message: `${told.message} The holder is ${heldBy}.` };
  // miniupnpd in secure mode answers 718 where others say 606.
  if (isForeign && (code === 606 || code === 718)) {
    const meaning = `the router may open ports only towards the host that asks, and ${wanted.internalClient} is another`;
    return tell('only-own-address', told.seen, meaning, 'make this entry by hand in the router');
  }
  if (code === 606 && wanted !== undefined && wanted.externalPort < FIRST_USER_PORT)
    return {
      ...told,
      message: `${told.message} Many routers open no port below ${FIRST_USER_PORT}: try a higher one.`,
    };
  return told;
}

function tell(advice: GatewayAdvice, seen: string, meaning: string, todo: string): ErrorDescription {
  return { advice, seen, message: `${seen}: ${meaning}. What to do: ${todo}.` };
}
