import type { MacAddress } from '../core/mac-address.ts';
import { readParameters, trimBlanks } from '../core/read-parameters.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Sighting } from '../core/sighting.ts';
import { firstHeader, type SipRequest, type SocketAddress } from './message.ts';
import { readAddress, readTag, userOf } from './read-address.ts';
import { readContact } from './read-contact.ts';
import { macAtEnd, macInUser, readWords } from './read-words.ts';

/** Why a request is no phone asking for its profile. */
export type NotASighting =
  | 'not-a-subscribe'
  | 'event-is-not-ua-profile'
  | 'inside-a-dialog'
  /** From, To or Call-ID is too long to be kept, or holds control characters. */
  | 'dialog-is-not-usable';

/** Characters of From, To and Call-ID, which are kept with the device. Ours: captured phones stay below 100. */
const MAX_KEPT = 512;

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Reads a SUBSCRIBE to the ua-profile package (RFC 6080). The package alone decides: phones leave out Accept,
 * User-Agent, vendor, tags and ports, and write anything as host. Expires is not looked at.
 */
export function readSighting(request: SipRequest, source: SocketAddress): Result<Sighting, NotASighting> {
  if (request.method !== 'SUBSCRIBE') return err('not-a-subscribe');
  const event = firstHeader(request, 'event') ?? '';
  const semicolon = event.indexOf(';');
  const eventPackage = trimBlanks(semicolon < 0 ? event : event.slice(0, semicolon));
  if (eventPackage.toLowerCase() !== 'ua-profile') return err('event-is-not-ua-profile');

  const to = firstHeader(request, 'to') ?? '';
  // RFC 3261 12.2.2: only a request inside a dialog knows the tag of the other side.
  if (readTag(to) !== undefined) return err('inside-a-dialog');
  const from = firstHeader(request, 'from') ?? '';
  const callId = firstHeader(request, 'call-id') ?? '';
  for (const kept of [from, to, callId]) {
    if (kept.length > MAX_KEPT || CONTROL.test(kept)) return err('dialog-is-not-usable');
  }

  const eventParameters = readParameters(semicolon < 0 ? '' : event.slice(semicolon));
  return ok({
    mac: macOf(request.uri) ?? macOf(readAddress(to)?.uri) ?? macAtEnd(firstHeader(request, 'user-agent') ?? ''),
    words: readWords(request, eventParameters),
    dialog: {
      sourceAddress: source.address,
      sourcePort: source.port,
      contactUri: detached(readContact(firstHeader(request, 'contact'), source)),
      callId: detached(callId),
      from: detached(from),
      to: detached(to),
    },
  });
}

function macOf(uri: string | undefined): MacAddress | undefined {
  const user = uri === undefined ? undefined : userOf(uri);
  return user === undefined ? undefined : macInUser(user);
}

/** V8's slices keep the whole datagram's text alive; with 100,000 devices that would be most of the memory. */
function detached(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
