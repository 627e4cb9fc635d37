import type { Secret } from './secret.ts';

/** One SIP account of the office's registrar. */
export interface Extension {
  /** The number people dial, and the key: 1-32 characters of 0-9 A-Z a-z . _ + * # - */
  readonly number: string;
  readonly displayName: string;
  /** RFC 3261 digest username; usually the number. */
  readonly authName: string;
  readonly password: Secret;
  /** The mailbox's number; empty: the site's. */
  readonly voicemail: string;
}

export const EXTENSION_NUMBER = /^[0-9A-Za-z._+*#-]{1,32}$/;

/** What a mailbox may be: a number as an extension is one, or nothing. */
export const VOICEMAIL_NUMBER = /^[0-9A-Za-z._+*#-]{0,32}$/;
