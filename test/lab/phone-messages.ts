import { buildSubscribe } from '../../src/sip/build-subscribe.ts';
import type { SipMessage } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import type { LabPhone } from './phone-lab.ts';

/** What the phone says to the group when it boots. `address`: where it wants the answer; `call`: one more that is no copy. */
export function subscribeOf(
  { vendor, mac, ...phone }: LabPhone,
  port: number,
  { address = phone.address, call = 1 }: { readonly address?: string; readonly call?: number } = {},
): Buffer {
  const { simulated } = vendor;
  return buildSubscribe({
    user: simulated.subscribeUser(mac),
    host: simulated.subscribeHost,
    address,
    port,
    branch: `z9hG4bK${mac}${port}${call}`,
    rport: true,
    callId: `${mac}-${port}-${call}@${address}`,
    fromTag: String(port + call),
    cseq: 1,
    userAgent: null,
    event: { ...simulated.eventWords(simulated.model), version: simulated.firmware },
  });
}

/** The SIP messages among what a socket heard. */
export function readMessages(heard: readonly { readonly text: string }[]): readonly SipMessage[] {
  return heard.flatMap(({ text }) => {
    const parsed = parseMessage(Buffer.from(text, 'latin1'));
    return parsed.ok ? [parsed.value] : [];
  });
}
