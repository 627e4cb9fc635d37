import type { MacAddress } from './mac-address.ts';

/** What a phone says of itself. Every text is its claim: a hint, never a proof. Empty string: not said. */
export interface PhoneWords {
  readonly userAgent: string;
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
}

/** What is kept of a SUBSCRIBE, to answer in its dialog now or minutes later (RFC 6665). Header values, unfolded and trimmed. */
export interface SubscribeDialog {
  /** Where the datagram came from and where answers go: never a hard-coded 5060. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** The Contact's URI, or one made from the source where the phone gave none that is usable. */
  readonly contactUri: string;
  readonly callId: string;
  readonly from: string;
  /** Without a tag: ours is added. */
  readonly to: string;
}

/** One heard ua-profile SUBSCRIBE. */
export interface Sighting {
  /** Undefined: not in the message; the neighbour table may know. */
  readonly mac: MacAddress | undefined;
  readonly words: PhoneWords;
  readonly dialog: SubscribeDialog;
}
