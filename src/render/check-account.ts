import type { Extension } from '../core/extension.ts';
import type { Note } from '../core/note.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { escapeValue } from './escape.ts';

/** A text of an account that a make's files cannot carry. Never the text itself: it may be a password. */
export interface AccountFault {
  readonly field: 'number' | 'displayName' | 'authName' | 'password' | 'voicemail';
  readonly reason: Note;
}

/** Before a phone asks for its file and gets none: can this account be written into it? */
export function checkAccount(vendor: Vendor, extension: Extension): AccountFault | undefined {
  const { number, displayName, authName, password, voicemail } = extension;
  const texts: Readonly<Record<AccountFault['field'], string>> = {
    number,
    // As the file has it: blanks around a name mean nothing.
    displayName: displayName.trim(),
    authName,
    password: password.reveal(),
    voicemail,
  };
  const { format } = vendor.files[0];
  for (const [field, text] of Object.entries(texts)) {
    const escaped = escapeValue(text, format);
    if (!escaped.ok) return { field: field as AccountFault['field'], reason: escaped.problem };
  }
  return undefined;
}
