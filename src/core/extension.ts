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
  /** BCP 47 primary tag, lower case, of the phone that has it on line 1; empty: the phone's or the site's own. */
  readonly language: string;
}

export const EXTENSION_NUMBER = /^[0-9A-Za-z._+*#-]{1,32}$/;

/** The lines that have a number, 1 first: a phone may have one number on several. */
export function linesOf(extensions: readonly string[], number: string): readonly number[] {
  return extensions.flatMap((extension, index) => (extension === number ? [index + 1] : []));
}

/** What a mailbox may be: a number as an extension is one, or nothing. */
export const VOICEMAIL_NUMBER = /^[0-9A-Za-z._+*#-]{0,32}$/;
