/**
 * foreign: no backup of ours. newer-format, newer-schema: made by a newer Plugtone. damaged, truncated: not as it was written.
 * wrong-passphrase. no-space: of the disk. in-use: a server runs on the data folder. exists: something is there already.
 * changed: a file of the site changed while it was read. not-writable, not-readable: what the system said.
 */
export type BackupErrorKind =
  | 'foreign'
  | 'newer-format'
  | 'newer-schema'
  | 'damaged'
  | 'truncated'
  | 'wrong-passphrase'
  | 'no-space'
  | 'in-use'
  | 'exists'
  | 'changed'
  | 'not-writable'
  | 'not-readable';

/** A backup cannot be made, read or put in place, for a reason outside the program. The message is for people; never a secret. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly kind: BackupErrorKind;

  constructor(kind: BackupErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

export function truncated(): BackupError {
  return new BackupError(
    'truncated',
    'The backup is cut off, or damaged at its end. Copy the file again, or take another one.',
  );
}

export function damaged(what: string): BackupError {
  return new BackupError('damaged', `The backup is damaged (${what}). Copy the file again, or take another one.`);
}
