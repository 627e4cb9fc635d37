import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import { decodeEscapes } from '../core/read-parameters.ts';
import type { PhoneWords } from '../core/sighting.ts';
import { firstHeader, type SipRequest } from './message.ts';

/** Characters. Ours: the longest captured word has 11, and a screen has to show it. */
const MAX_WORD = 64;
/** Characters. Ours: the longest captured User-Agent has 29. */
const MAX_USER_AGENT = 200;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// Control, format (text direction), private and unassigned characters, line separators, and what was no UTF-8.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu;

/**
 * Makes a wire string fit to be shown and kept: UTF-8, printable characters only, trimmed, at most `max` UTF-16 units.
 * The result does not hold on to the datagram's text.
 */
export function tidy(text: string, max: number): string {
  const copy = Buffer.from(text, 'latin1');
  const clean = PRINTABLE_ASCII.test(text) ? copy.toString('latin1') : copy.toString('utf8').replace(UNPRINTABLE, '');
  // A cut may leave half of a surrogate pair at the end.
  return clean
    .trim()
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}

// `product/1.2.3`
const PRODUCT_AND_VERSION = /^([^ /]+)\/([^ /]+)$/;
// `Make MODEL 1.2.3`, perhaps with the MAC behind it
const MAKE_MODEL_VERSION = /^[^ ]+ ([^ ]+) (v?[0-9]+(?:\.[0-9A-Za-z]+)+)(?: [0-9A-Fa-f:]{12,17})?$/;

/**
 * What the phone says of itself: the Event's parameters first, then the User-Agent where it has one of the two simple
 * shapes. They may disagree (a T21P calls itself T21D in its Event): a hint, never a proof.
 */
export function readWords(request: SipRequest, event: ReadonlyMap<string, string>): PhoneWords {
  const userAgent = tidy(firstHeader(request, 'user-agent') ?? '', MAX_USER_AGENT);
  const [, model = '', firmware = ''] = PRODUCT_AND_VERSION.exec(userAgent) ?? MAKE_MODEL_VERSION.exec(userAgent) ?? [];
  return {
    userAgent,
    // Some phones misspell it.
    vendor: eventWord(event, 'vendor') || eventWord(event, 'vender'),
    model: eventWord(event, 'model') || model.slice(0, MAX_WORD),
    firmware: eventWord(event, 'version') || firmware.slice(0, MAX_WORD),
  };
}

function eventWord(event: ReadonlyMap<string, string>, name: string): string {
  return tidy(decodeEscapes(event.get(name) ?? ''), MAX_WORD);
}

const MAC_IN_USER = /^mac[^0-9a-z]*([0-9a-f]{12})$/i;
const MAC_AT_END = /(?:^|[^0-9a-z:])([0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})$/i;

/** From a URI's user part: the letters MAC, any separator or none, exactly 12 hex digits; escapes anywhere, any case. */
export function macInUser(user: string): MacAddress | undefined {
  const digits = MAC_IN_USER.exec(decodeEscapes(user))?.[1];
  return digits === undefined ? undefined : parseMacAddress(digits);
}

/** From the end of a User-Agent, with colons or without. */
export function macAtEnd(userAgent: string): MacAddress | undefined {
  const digits = MAC_AT_END.exec(userAgent)?.[1];
  return digits === undefined ? undefined : parseMacAddress(digits);
}
