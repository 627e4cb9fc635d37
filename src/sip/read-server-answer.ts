import { readParameters, trimBlanks } from '../core/read-parameters.ts';
import { firstHeader, type SipMessage } from './message.ts';
import { readCseq } from './read-frame.ts';
import { tidy } from './read-words.ts';

/** What somebody who is no phone says to a phone's question. Texts are printable and cut; they are claims. */
export interface ServerAnswer {
  /** Final status to the SUBSCRIBE (200-699); null: this is no answer to it but a NOTIFY. */
  readonly status: number | null;
  /** What the phone is sent to; null: nothing is named (here). */
  readonly url: string | null;
  /** Server or User-Agent. */
  readonly says: string | null;
}

/** Characters of a URL that are kept: those of phones stay below 100; more is nobody's to read. */
const LONGEST_URL = 200;
/** Characters of the header that names the program. */
const LONGEST_NAME = 100;

/** What stands before the host of a URL, RFC 3986 3.2.1: it may hold a password, which is none of ours. */
const USER_INFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;

/**
 * Reads what came to the port that we asked from. Undefined: neither a final answer to one of these Call-IDs nor a NOTIFY of
 * ua-profile. Servers are sloppy: some count the CSeq on, some open a dialog of their own for the NOTIFY, so both are taken.
 */
export function readServerAnswer(message: SipMessage, callIds: ReadonlySet<string>): ServerAnswer | undefined {
  const says = tidy(firstHeader(message, 'server') ?? firstHeader(message, 'user-agent') ?? '', LONGEST_NAME) || null;
  if (message.kind === 'response') {
    const isOurs = callIds.has(firstHeader(message, 'call-id') ?? '');
    const isSubscribe = readCseq(firstHeader(message, 'cseq') ?? '')?.method === 'SUBSCRIBE';
    // RFC 3261 7.2: below 200 it is provisional.
    return isOurs && isSubscribe && message.status >= 200 ? { status: message.status, url: null, says } : undefined;
  }
  const event = trimBlanks((firstHeader(message, 'event') ?? '').split(';', 1)[0] ?? '');
  if (message.method !== 'NOTIFY' || event.toLowerCase() !== 'ua-profile') return undefined;
  return { status: null, url: readUrl(message), says };
}

/** Of the body, or of the content type where the profile stands elsewhere (RFC 4483: message/external-body;url="…"). */
function readUrl(message: SipMessage): string | null {
  const type = firstHeader(message, 'content-type') ?? '';
  const [name = ''] = type.split(';', 1);
  const isElsewhere = trimBlanks(name).toLowerCase() === 'message/external-body';
  const [line = ''] = message.body
    .toString('latin1')
    .trim()
    .split(/[\r\n]/, 1);
  const text = isElsewhere ? (readParameters(type.slice(name.length)).get('url') ?? line) : line;
  return tidy(text.replace(USER_INFO, '$1'), LONGEST_URL) || null;
}
