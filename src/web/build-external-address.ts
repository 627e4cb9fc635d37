import type { WebhookState } from '../flows/internet/address-webhook.ts';
import type { AddressPeriod, AddressReading, ExternalAddress } from '../flows/internet-facts.ts';
import { formatDuration } from './format-amounts.ts';
import type { Texts } from './message-set.ts';

/** Times: milliseconds since 1970. */
export interface AddressRow {
  readonly source: AddressReading['source'];
  readonly sourceText: string;
  readonly decides: boolean;
  /** Empty: it never told one. */
  readonly address: string;
  /** What such an address is good for; empty: it is public, or there is none. */
  readonly kindText: string;
  /** It names another address than the one in force. */
  readonly isOther: boolean;
  readonly at: number | null;
  readonly problem: string;
}

export interface PeriodRow {
  readonly address: string;
  readonly sourceText: string;
  readonly since: number;
  readonly until: number | null;
  readonly duration: string;
}

/** Why the webhook does not take the address; null: it does, or there is none. */
export function buildWebhookTrouble({ state, problem, at, nextAt }: WebhookState) {
  return problem === null ? null : { problem, at, nextAt, isGivenUp: state === 'given-up' };
}

/** The address in force, what each source says of it, and what it was before. */
export function buildExternalAddress(
  { address, since, readings, isDisputed }: ExternalAddress,
  periods: readonly AddressPeriod[],
  texts: Texts,
  now: number,
) {
  const { t } = texts;
  return {
    address: address ?? '',
    since,
    isDisputed,
    readings: readings.map(
      ({ source, decides, address: told, kind, at, problem }): AddressRow => ({
        source,
        sourceText: t(`source.${source}`),
        decides,
        address: told ?? '',
        kindText: kind === null || kind === 'public' ? '' : t(`address-kind.${kind}`),
        isOther: told !== null && address !== null && told !== address,
        at,
        problem: problem ?? '',
      }),
    ),
    periods: periods.map(
      (period): PeriodRow => ({
        address: period.address,
        sourceText: t(`source.${period.source}`),
        since: period.since,
        until: period.until,
        duration: formatDuration((period.until ?? now) - period.since, texts),
      }),
    ),
  };
}
