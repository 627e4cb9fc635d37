import { hash, randomUUID } from 'node:crypto';
import type { SubscribeDialog } from '../core/sighting.ts';
import { formatHostPort, formatLines } from './format-lines.ts';
import type { SipHeader } from './message.ts';

export interface NotifyOptions {
  readonly dialog: SubscribeDialog;
  /** Ours, the one of the 200; see `dialogTag`. */
  readonly toTag: string;
  /** New for each transaction, the same for its retransmissions; see `newBranch`. */
  readonly branch: string;
  /** Our unicast address and port: there the phone's answer arrives. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly cseq: number;
  /** `ua-profile`, or what makes a phone fetch again: `check-sync;reboot=false`. */
  readonly event: string;
  readonly body?: { readonly contentType: string; readonly text: string };
  /** The answer to a 401 or 407; see `answerChallenge`. */
  readonly authorization?: SipHeader;
}

/**
 * A NOTIFY in the phone's dialog: From is their To with our tag, To is their From. The Via is our own, else the phone's
 * answer would go to itself. The body is sent as it is, so without a line end unless it has one.
 */
export function buildNotify(options: NotifyOptions): Buffer {
  const { dialog, body } = options;
  const local = formatHostPort(options.localAddress, options.localPort);
  const content = body === undefined ? undefined : Buffer.from(body.text, 'utf8');
  const headers: SipHeader[] = [
    { name: 'Via', value: `SIP/2.0/UDP ${local};branch=${options.branch};rport` },
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: `${dialog.to};tag=${options.toTag}` },
    { name: 'To', value: dialog.from },
    { name: 'Call-ID', value: dialog.callId },
    { name: 'CSeq', value: `${options.cseq} NOTIFY` },
    { name: 'Contact', value: `<sip:${local}>` },
    { name: 'Event', value: options.event },
    { name: 'Subscription-State', value: 'terminated;reason=timeout' },
  ];
  if (options.authorization !== undefined) headers.push(options.authorization);
  if (body !== undefined) headers.push({ name: 'Content-Type', value: body.contentType });
  headers.push({ name: 'Content-Length', value: String(content?.length ?? 0) });
  return formatLines(`NOTIFY ${dialog.contactUri} SIP/2.0`, headers, content);
}

/** Hex digits. RFC 3261 19.3 asks for 32 random bits at least; 16 digits are 64. */
const TAG_LENGTH = 16;

/** Our tag in a phone's dialog: the same for every copy of its SUBSCRIBE, and after a restart of ours as well. */
export function dialogTag(dialog: Pick<SubscribeDialog, 'callId' | 'from'>): string {
  return hash('sha256', Buffer.from(`${dialog.callId}\n${dialog.from}`, 'latin1'), 'hex').slice(0, TAG_LENGTH);
}

/** RFC 3261 8.1.1.7: a branch starts with this, so that peers know it to be unique. */
const BRANCH_MAGIC = 'z9hG4bK';

/** 122 bits of chance make guessing an answer's branch hopeless. A UUID: Node draws its chance in advance, at a tenth of the cost. */
export function newBranch(): string {
  return BRANCH_MAGIC + randomUUID();
}
