import { splitOutsideQuotes, trimBlanks } from '../core/read-parameters.ts';
import { formatHostPort, formatLines } from './format-lines.ts';
import { allHeaders, firstHeader, type SipHeader, type SipRequest, type SocketAddress } from './message.ts';
import { readTag } from './read-address.ts';
import { readVia } from './read-via.ts';

export interface ReplyOptions {
  readonly status: number;
  readonly reason: string;
  /** Where the request came from, and where the reply goes. */
  readonly source: SocketAddress;
  /** Our unicast address and port on the interface that leads to the phone. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Ours, the same in every copy of the reply; see `dialogTag`. */
  readonly toTag: string;
  /** Given for SUBSCRIBE, whose 200 must have one (RFC 6665 4.2.1.1). Phones get 0 whatever they asked for. */
  readonly expires?: 0;
}

/** The answer to a request, the same bytes for every copy of it. */
export function buildReply(request: SipRequest, options: ReplyOptions): Buffer {
  const headers = echoedHeaders(request, options.source, options.toTag);
  headers.push({ name: 'Contact', value: `<sip:${formatHostPort(options.localAddress, options.localPort)}>` });
  if (options.expires !== undefined) headers.push({ name: 'Expires', value: String(options.expires) });
  headers.push({ name: 'Content-Length', value: '0' });
  return formatLines(`SIP/2.0 ${options.status} ${options.reason}`, headers);
}

/**
 * Via, From, To, Call-ID and CSeq of a response (RFC 3261 8.2.6.2): all Vias in order, the first one marked with where
 * the request came from; To with the tag, unless it has one.
 */
export function echoedHeaders(request: SipRequest, source: SocketAddress | null, toTag: string | null): SipHeader[] {
  const headers = allHeaders(request, 'via').map((value, index) => ({
    name: 'Via',
    value: index === 0 && source !== null ? markVia(value, source) : value,
  }));
  const to = firstHeader(request, 'to') ?? '';
  return [
    ...headers,
    { name: 'From', value: firstHeader(request, 'from') ?? '' },
    { name: 'To', value: toTag === null || readTag(to) !== undefined ? to : `${to};tag=${toTag}` },
    { name: 'Call-ID', value: firstHeader(request, 'call-id') ?? '' },
    { name: 'CSeq', value: firstHeader(request, 'cseq') ?? '' },
  ];
}

/**
 * RFC 3261 18.2.1: `received` where the host differs from the source. RFC 3581 4: where rport is asked for, its value,
 * and `received` even if the host is right; both once, whatever the phone wrote. Otherwise the value stays as it is.
 */
export function markVia(value: string, source: SocketAddress): string {
  const via = readVia(value);
  const asked = via?.parameters.has('rport') ?? false;
  if (!asked && via?.host.toLowerCase() === source.address.toLowerCase()) return value;
  const pieces: string[] = [];
  const rport = `rport=${source.port}`;
  for (const piece of splitOutsideQuotes(value, ';')) {
    const name = trimBlanks(piece.split('=', 1)[0] ?? '').toLowerCase();
    if (pieces.length === 0) pieces.push(piece);
    else if (name !== 'rport' && name !== 'received') pieces.push(piece);
    else if (name === 'rport' && !pieces.includes(rport)) pieces.push(rport);
  }
  return `${pieces.join(';')};received=${source.address}`;
}
