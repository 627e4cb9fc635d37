import type { MacAddress } from '../core/mac-address.ts';
import type { PhoneWords } from '../core/sighting.ts';
import { matchFile } from './match-file.ts';
import { findOtherMake } from './other-makes.ts';
import type { Vendor } from './vendor.ts';

/** What is known of a phone when it is heard or asks for a file. */
export interface Clues {
  readonly mac: MacAddress | undefined;
  /** From the SUBSCRIBE; empty strings where nothing was said. */
  readonly words: PhoneWords;
  readonly httpUserAgent?: string;
  /** Path of the request, after the token. */
  readonly path?: string;
}

export interface Recognition {
  readonly vendorId: string;
  /** As the vendor's list spells it where it is known there. A claim of the phone, whatever the vendor was recognised by. */
  readonly model: string | null;
  readonly firmware: string | null;
  readonly by: 'mac-prefix' | 'words' | 'user-agent' | 'file';
}

/** Whose an address is, by its first digits. */
export type AddressOwner =
  | { readonly kind: 'vendor'; readonly vendor: Vendor }
  | { readonly kind: 'other-make'; readonly make: string };

/** Prefixes compare by length; that no two vendors share one is a law of the tests. Undefined: nobody's that we know. */
export function findByPrefix(vendors: readonly Vendor[], mac: MacAddress): AddressOwner | undefined {
  let best: Vendor | undefined;
  let length = 0;
  for (const vendor of vendors) {
    for (const prefix of vendor.macPrefixes) {
      if (prefix.length <= length || !mac.startsWith(prefix)) continue;
      best = vendor;
      length = prefix.length;
    }
  }
  const other = findOtherMake(mac);
  if (other !== undefined && other.from.length > length) return { kind: 'other-make', make: other.make };
  return best && { kind: 'vendor', vendor: best };
}

/** Evidence that fits two vendors is none. */
function only(vendors: readonly Vendor[], fits: (vendor: Vendor) => boolean): Vendor | undefined {
  const fitting = vendors.filter(fits);
  return fitting.length === 1 ? fitting[0] : undefined;
}

function weigh(vendors: readonly Vendor[], clues: Clues): { vendor: Vendor; by: Recognition['by'] } | undefined {
  const { mac, words, httpUserAgent, path } = clues;
  if (mac !== undefined) {
    const owner = findByPrefix(vendors, mac);
    if (owner?.kind === 'other-make') return undefined;
    if (owner !== undefined) return { vendor: owner.vendor, by: 'mac-prefix' };
  }
  const speaker = only(vendors, (vendor) => vendor.recogniseWords(words));
  if (speaker !== undefined) return { vendor: speaker, by: 'words' };
  if (httpUserAgent !== undefined) {
    const agent = only(vendors, (vendor) => vendor.readUserAgent(httpUserAgent) !== undefined);
    if (agent !== undefined) return { vendor: agent, by: 'user-agent' };
  }
  if (path !== undefined) {
    const asker = only(vendors, (vendor) => matchFile(vendor, path).kind !== 'unknown');
    if (asker !== undefined) return { vendor: asker, by: 'file' };
  }
  return undefined;
}

/**
 * Whose phone this is: by the longest MAC prefix, then by its SIP words, its HTTP User-Agent, and the file that it asks for.
 * Undefined: of another make, or too little is known. None of it proves anything: what may be served is decided elsewhere.
 */
export function recognise(vendors: readonly Vendor[], clues: Clues): Recognition | undefined {
  const found = weigh(vendors, clues);
  if (found === undefined) return undefined;
  const { vendor, by } = found;
  const agent = clues.httpUserAgent === undefined ? undefined : vendor.readUserAgent(clues.httpUserAgent);
  const spoken = vendor.readUserAgent(clues.words.userAgent);
  const firmware = clues.words.firmware === '' ? null : clues.words.firmware;
  return {
    vendorId: vendor.id,
    model: vendor.modelOf(clues.words) ?? agent?.model ?? null,
    firmware: firmware ?? spoken?.firmware ?? agent?.firmware ?? null,
    by,
  };
}
