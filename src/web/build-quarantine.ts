import { describeFailure } from '../core/describe-failure.ts';
import type { Device } from '../core/device.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { QuarantineEntry } from '../core/quarantine.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** Who is in quarantine, as rows. `findDevice`: a phone is named by its extensions, and leads to its page. */
export function buildQuarantine(
  entries: readonly QuarantineEntry[],
  findDevice: (mac: MacAddress) => Device | undefined,
  texts: Texts,
) {
  return {
    count: entries.length,
    entries: entries.map((entry) => {
      const phone = entry.mac === null ? undefined : findDevice(entry.mac);
      return {
        address: entry.address,
        reason: sayNote(texts, describeFailure(entry.reason)),
        until: entry.until,
        mac: entry.mac ?? '',
        phonePath: phone === undefined ? '' : `/phones/${phone.mac}`,
        phone: phone === undefined ? '' : phone.extensions.join(', ') || texts.t('trust.a-phone'),
        since: entry.since,
        times: entry.times,
      };
    }),
  };
}

/** For a phone's card; null: it is not in quarantine. */
export function buildPhoneQuarantine(entry: QuarantineEntry | undefined, texts: Texts) {
  if (entry === undefined) return null;
  const { address, reason, until } = entry;
  return { text: texts.t('trust.phone-out', { address, why: sayNote(texts, describeFailure(reason)) }), until };
}
