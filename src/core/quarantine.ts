import type { MacAddress } from './mac-address.ts';

/**
 * What a source failed at.
 * bad-token: a token in the URL that no phone has. contradiction: asked for a phone's secrets, and the MAC addresses do not agree.
 * malformed-http: not HTTP, on the phones' port. malformed-tls: not TLS, or none that we speak, on their port with TLS.
 * broken-handshake: began one there and broke it off: does not trust our certificate, or hung up.
 * phone-login: a phone's user name or password was wrong.
 * wrong-password: a person's was. malformed-sip, false-name: datagrams that are no SIP, or in another phone's name.
 */
export const FAILURE_KINDS = [
  'bad-token',
  'contradiction',
  'malformed-http',
  'malformed-tls',
  'broken-handshake',
  'phone-login',
  'wrong-password',
  'malformed-sip',
  'false-name',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** One failure of a source. */
export interface Failure {
  readonly kind: FailureKind;
  /** IPv4, where it came from. */
  readonly address: string;
  /** Who stands behind the address by the neighbour table, where that was read; left out: what is known of it is taken. */
  readonly mac?: MacAddress | undefined;
  /** What it failed at: the token, whose file, whose name. The same again is the same failure. Kept as a digest only. */
  readonly what?: string;
}

/** A source that is not looked at for some time. */
export interface QuarantineEntry {
  /** IPv4. */
  readonly address: string;
  /** Who stood behind the address then, by the neighbour table: the entry is about this one. Null: not known, it is about the address. */
  readonly mac: MacAddress | null;
  readonly reason: FailureKind;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** How often in a row: each time for longer. */
  readonly times: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** So long, the first time, the second …; the last one from then on. A person's mistake costs a minute; a program that never learns, a day. */
const TERMS_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 6 * HOUR_MS, 24 * HOUR_MS] as const;
export const LONGEST_TERM_MS = 24 * HOUR_MS;

/** After so long without a new one it is the first time again. */
export const REMEMBERED_MS = 7 * LONGEST_TERM_MS;

export function termOf(times: number): number {
  return TERMS_MS[Math.min(times, TERMS_MS.length) - 1] ?? LONGEST_TERM_MS;
}

/** A clock that was set back must not make a minute a year: nothing lasts longer than the longest term. */
export function isActive({ until }: Pick<QuarantineEntry, 'until'>, now: number): boolean {
  return now < until && until - now <= LONGEST_TERM_MS;
}

export function isRemembered({ until }: Pick<QuarantineEntry, 'until'>, now: number): boolean {
  return Math.abs(now - until) <= REMEMBERED_MS;
}

/**
 * A datagram's sender can be forged by anybody on the LAN, so what datagrams prove shuts out datagrams only, and never an approved
 * phone's (docs/decisions/0009).
 */
export function isUnproven(kind: FailureKind): boolean {
  return kind === 'malformed-sip' || kind === 'false-name';
}
