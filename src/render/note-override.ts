import { type Note, note } from '../core/note.ts';

/** Why a key of an override has no effect. */
export type IdleKey = 'missing' | 'ambiguous' | 'present' | 'no-external-address';

/** Tells which file of which make is without it. */
export function noteOverride(why: IdleKey, key: string, vendor: string, file: string): Note {
  const values = { key, vendor, file };
  switch (why) {
    case 'missing':
      return note('override.missing', 'override "{key}" of {vendor}: there is no such key to set in {file}', values);
    case 'ambiguous':
      return note(
        'override.ambiguous',
        'override "{key}" of {vendor}: nothing was set, because the key stands more than once in {file}',
        values,
      );
    case 'present':
      return note(
        'override.present',
        'override "{key}" of {vendor}: nothing was added, because the key is there already (use "set") in {file}',
        values,
      );
    case 'no-external-address':
      return note(
        'override.no-external-address',
        'override "{key}" of {vendor}: the external address is not known, so it is left out of {file}',
        values,
      );
    default:
      return why satisfies never;
  }
}

/** Whether a note is about the site's own files, and not about one phone's settings. */
export function isAboutOverrides({ key }: Note): boolean {
  return key.startsWith('override.');
}
