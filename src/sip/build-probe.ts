import { randomUUID } from 'node:crypto';
import { dialogTag, newBranch } from './build-notify.ts';
import { echoedHeaders } from './build-reply.ts';
import { buildSubscribe } from './build-subscribe.ts';
import { formatHostPort, formatLines } from './format-lines.ts';
import { firstHeader, type SipRequest, type SocketAddress } from './message.ts';

/** How a phone of some make asks; `vendors` know. Servers answer only the makes that they know, so each is tried. */
export interface ProbeShape {
  /** User part of the URI: `MAC%3a…`. */
  readonly user: string;
  readonly host: string;
  readonly userAgent: string | null;
  readonly event: { readonly vendor: string; readonly model: string; readonly version: string };
  readonly viaBranch: boolean;
  readonly viaRport: boolean;
}

export interface Probe {
  readonly callId: string;
  readonly data: Buffer;
}

/** Begins the Call-ID of our questions: who has it knows that no phone asks. Call-IDs are opaque to everybody else (RFC 3261 8.1.1.4). */
const CALL_ID_MARK = 'plugtone-check-';

/** How we call ourselves where one of us asks. */
export const SERVER_NAME = 'Plugtone';

/** A phone's question that no phone asks: whoever answers it answers phones. */
export function buildProbe(shape: ProbeShape, local: SocketAddress): Probe {
  const drawn = randomUUID();
  const callId = `${CALL_ID_MARK}${drawn}@${local.address}`;
  const data = buildSubscribe({
    user: shape.user,
    host: shape.host,
    address: local.address,
    port: local.port,
    branch: shape.viaBranch ? newBranch() : null,
    rport: shape.viaRport,
    callId,
    fromTag: drawn.slice(0, 8),
    cseq: 1,
    userAgent: shape.userAgent,
    event: shape.event,
  });
  return { callId, data };
}

/** Is this such a question, ours or that of another one of us? */
export function isProbe(request: SipRequest): boolean {
  return firstHeader(request, 'call-id')?.startsWith(CALL_ID_MARK) === true;
}

/** What one of us says to another's question: that it is here. Nothing is offered, as nobody boots. */
export function buildProbeReply(
  request: SipRequest,
  {
    source,
    local,
  }: {
    readonly source: SocketAddress;
    readonly local: SocketAddress;
  },
): Buffer {
  const from = firstHeader(request, 'from') ?? '';
  const tag = dialogTag({ callId: firstHeader(request, 'call-id') ?? '', from });
  return formatLines('SIP/2.0 200 OK', [
    ...echoedHeaders(request, source, tag),
    { name: 'Contact', value: `<sip:${formatHostPort(local.address, local.port)}>` },
    { name: 'Expires', value: '0' },
    { name: 'Server', value: SERVER_NAME },
    { name: 'Content-Length', value: '0' },
  ]);
}
