import { echoedHeaders } from './build-reply.ts';
import { formatHostPort, formatLines } from './format-lines.ts';
import type { SipHeader, SipRequest } from './message.ts';

/** A phone's question, as the simulator and the tests ask it. */
export interface SubscribeOptions {
  /** User part of the URI, escapes included: `MAC%3a001565AABBCC`; empty: none. */
  readonly user: string;
  /** Host part of the URI. */
  readonly host: string;
  /** The phone's own. */
  readonly address: string;
  readonly port: number;
  /** Null: a phone of the old school, without branch and Max-Forwards. */
  readonly branch: string | null;
  readonly rport: boolean;
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  readonly userAgent: string | null;
  readonly event: { readonly vendor: string; readonly model: string; readonly version: string };
  /** User part of the Contact; without it the Contact has none. */
  readonly contactUser?: string;
}

/** Headers stand in the order of the captured phones, which differs between those with a branch and those without. */
export function buildSubscribe(options: SubscribeOptions): Buffer {
  const uri = `sip:${options.user === '' ? '' : `${options.user}@`}${options.host}`;
  const own = formatHostPort(options.address, options.port);
  const { vendor, model, version } = options.event;
  const branch = options.branch === null ? '' : `;branch=${options.branch}`;
  const contactUser = options.contactUser === undefined ? '' : `${options.contactUser}@`;

  const contact = { name: 'Contact', value: `<sip:${contactUser}${own}>` };
  const userAgent = options.userAgent === null ? [] : [{ name: 'User-Agent', value: options.userAgent }];
  const expires = { name: 'Expires', value: '0' };
  const accept = { name: 'Accept', value: 'application/url' };
  const event = {
    name: 'Event',
    value: `ua-profile;profile-type="device";vendor="${vendor}";model="${model}";version="${version}"`,
  };
  const middle: SipHeader[] =
    options.branch === null
      ? [event, expires, accept, contact, ...userAgent]
      : [contact, { name: 'Max-Forwards', value: '70' }, ...userAgent, expires, event, accept];
  return formatLines(`SUBSCRIBE ${uri} SIP/2.0`, [
    { name: 'Via', value: `SIP/2.0/UDP ${own}${branch}${options.rport ? ';rport' : ''}` },
    { name: 'From', value: `<${uri}>;tag=${options.fromTag}` },
    { name: 'To', value: `<${uri}>` },
    { name: 'Call-ID', value: options.callId },
    { name: 'CSeq', value: `${options.cseq} SUBSCRIBE` },
    ...middle,
    { name: 'Content-Length', value: '0' },
  ]);
}

/** A phone's answer to a NOTIFY; `extra` for what a status asks for, such as WWW-Authenticate. */
export function buildResponse(
  request: SipRequest,
  status: number,
  reason: string,
  extra: readonly SipHeader[] = [],
): Buffer {
  const headers = [...echoedHeaders(request, null, null), ...extra, { name: 'Content-Length', value: '0' }];
  return formatLines(`SIP/2.0 ${status} ${reason}`, headers);
}
