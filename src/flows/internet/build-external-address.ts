import { classifyAddress } from '../../core/classify-address.ts';
import type { InternetSettings } from '../../core/internet.ts';
import type { AddressReading, ExternalAddress } from '../internet-facts.ts';

export type ReadingSource = AddressReading['source'];

/** What a source said last. Milliseconds since 1970. */
export interface Seen {
  /** The last good one; null: there never was one. */
  readonly address: string | null;
  /** When it was last confirmed. */
  readonly at: number | null;
  /** Why the last try failed; null: it did not. */
  readonly problem: string | null;
}

/** How often a name is looked up and the SIP server is asked. */
export const NAME_EVERY_MS = 60_000;
export const SIP_EVERY_MS = 600_000;

/** Tries of a source that may pass without a new answer before it is too old to contradict another one. */
const TRIES_UNTIL_OLD = 3;

const NOT_YET: Seen = { address: null, at: null, problem: null };
const ORDER: readonly ReadingSource[] = ['upnp', 'fixed', 'name', 'sip'];

/** All that is known, side by side: each source that is set up or decides. */
export function buildExternalAddress(facts: {
  readonly internet: InternetSettings;
  readonly seen: ReadonlyMap<ReadingSource, Seen>;
  readonly address: string | null;
  readonly since: number | null;
  readonly now: number;
}): ExternalAddress {
  const { internet, seen, address, since, now } = facts;
  const readings = ORDER.flatMap((source): AddressReading[] => {
    const decides = source === internet.addressSource;
    const said = seen.get(source) ?? (decides ? NOT_YET : undefined);
    if (said === undefined) return [];
    const kind = said.address === null ? null : (classifyAddress(said.address) ?? null);
    return [{ source, decides, ...said, kind, problem: said.problem ?? whyNot(source, internet) }];
  });
  const fresh = readings.filter((reading) => isFresh(reading, internet, now)).map((reading) => reading.address);
  return { address, since, readings, isDisputed: new Set(fresh).size > 1 };
}

/** A deciding source that will never say anything. */
function whyNot(source: ReadingSource, internet: InternetSettings): string | null {
  if (source === 'upnp' && internet.pollSeconds === 0) return 'The router is not asked: the period is set to 0.';
  if (source === 'fixed' && internet.fixedAddress === null) return 'No address is set.';
  if (source === 'name' && internet.hostName === null) return 'No name is set.';
  return null;
}

function isFresh({ source, address, at, problem }: AddressReading, internet: InternetSettings, now: number): boolean {
  if (address === null || at === null || problem !== null) return false;
  switch (source) {
    case 'fixed':
      return true;
    case 'name':
      return now - at <= TRIES_UNTIL_OLD * NAME_EVERY_MS;
    case 'sip':
      return now - at <= TRIES_UNTIL_OLD * SIP_EVERY_MS;
    case 'upnp':
      return now - at <= TRIES_UNTIL_OLD * internet.pollSeconds * 1_000;
    default:
      return source satisfies never;
  }
}
