import { buildProbeReply, isProbe } from '../sip/build-probe.ts';
import type { SipRequest, SocketAddress } from '../sip/message.ts';
import type { Doors } from './doors.ts';

/**
 * Another one of us looks for PnP servers: it shall find this one. Our own question is heard as well and not answered; the
 * doctor's, which runs on the same host, is not either. False: it is a phone's.
 */
export function answerProbe(
  { lan, sip }: Pick<Doors, 'lan' | 'sip'>,
  request: SipRequest,
  source: SocketAddress,
): boolean {
  if (!isProbe(request)) return false;
  if (lan.isOwnAddress(source.address)) return true;
  const address = lan.localAddressFor(source.address);
  const port = address === undefined ? undefined : sip.portOf(address);
  if (address !== undefined && port !== undefined) {
    sip.send(address, buildProbeReply(request, { source, local: { address, port } }), source);
  }
  return true;
}
