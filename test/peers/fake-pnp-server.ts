import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { dialogTag } from '../../src/sip/build-notify.ts';
import { buildReply } from '../../src/sip/build-reply.ts';
import { firstHeader, type SipRequest } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';

export const PNP_GROUP = '224.0.1.75';

/**
 * whole: 200, then NOTIFY in the dialog. notify-only: no 200 at all. own-dialog: 202, then a NOTIFY with a Call-ID of its own.
 * silent-offer: 200 and nothing else. refusing: 500. All of them are on the market.
 */
export type ServerManner = 'whole' | 'notify-only' | 'own-dialog' | 'silent-offer' | 'refusing';

export interface FakePnpServer {
  readonly port: number;
  /** Requests that it heard. */
  readonly asked: SipRequest[];
  /** Status of the answers to its NOTIFYs. */
  readonly acknowledged: number[];
  close(): Promise<void>;
}

/** Another PnP server: it hears the group and answers from a unicast socket, as real ones do. */
export async function openFakePnpServer(
  options: {
    readonly manner?: ServerManner;
    readonly url?: string;
    readonly port?: number;
    readonly answers?: (request: SipRequest) => boolean;
    readonly userAgent?: string;
    /** Where it stands; loopback, where left out. */
    readonly address?: string;
  } = {},
): Promise<FakePnpServer> {
  const { manner = 'whole', url = 'http://192.0.2.9/p/', answers = () => true, userAgent = 'Other PBX 1.0' } = options;
  const { address = '127.0.0.1' } = options;
  const ear = createSocket({ type: 'udp4', reuseAddr: true });
  const mouth = createSocket('udp4');
  ear.bind(options.port ?? 0, PNP_GROUP);
  await once(ear, 'listening');
  ear.addMembership(PNP_GROUP, address);
  mouth.bind(0, address);
  await once(mouth, 'listening');
  const asked: SipRequest[] = [];
  const acknowledged: number[] = [];

  mouth.on('message', (data) => {
    const parsed = parseMessage(data);
    if (parsed.ok && parsed.value.kind === 'response') acknowledged.push(parsed.value.status);
  });
  ear.on('message', (data, from) => {
    const parsed = parseMessage(data);
    if (!parsed.ok || parsed.value.kind !== 'request') return;
    asked.push(parsed.value);
    if (!answers(parsed.value)) return;
    if (manner !== 'notify-only') mouth.send(answer(parsed.value, from), from.port, from.address);
    if (manner === 'refusing' || manner === 'silent-offer') return;
    mouth.send(offer(parsed.value, from), from.port, from.address);
  });

  function answer(request: SipRequest, source: { readonly address: string; readonly port: number }): Buffer {
    const [status, reason] =
      manner === 'refusing' ? [500, 'No'] : manner === 'own-dialog' ? [202, 'Accepted subscription'] : [200, 'OK'];
    const local = { localAddress: address, localPort: mouth.address().port };
    const toTag = dialogTag({ callId: firstHeader(request, 'call-id') ?? '', from: '' });
    return buildReply(request, { status, reason, source, ...local, toTag, expires: 0 });
  }

  /** The sloppy shape that several servers send: From and To as the phone wrote them, CSeq 3. */
  function offer(request: SipRequest, to: { readonly address: string; readonly port: number }): Buffer {
    const lines = [
      `NOTIFY sip:${to.address}:${to.port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${mouth.address().port};branch=z9hG4bKother`,
      'Max-Forwards: 20',
      `From: ${firstHeader(request, 'from')}`,
      `To: ${firstHeader(request, 'to')}`,
      `Call-ID: ${manner === 'own-dialog' ? 'a-call-id-of-its-own' : firstHeader(request, 'call-id')}`,
      'CSeq: 3 NOTIFY',
      'Event: ua-profile;profile-type="device";vendor="OEM";model="OEM";version="7.1.19"',
      'Subscription-State: terminated;reason=timeout',
      `User-Agent: ${userAgent}`,
      'Content-Type: application/url',
      `Content-Length: ${Buffer.byteLength(url) + 2}`,
      '',
      `${url}\r\n`,
    ];
    return Buffer.from(lines.join('\r\n'), 'latin1');
  }

  return {
    port: ear.address().port,
    asked,
    acknowledged,
    close: async () => {
      await Promise.all([ear, mouth].map(end));
    },
  };
}

async function end(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
