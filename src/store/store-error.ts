export type StoreErrorKind =
  | 'not-writable'
  | 'corrupt'
  | 'newer-schema'
  | 'busy'
  | 'in-use'
  | 'key-missing'
  | 'key-wrong'
  | 'key-damaged'
  | 'key-exposed'
  | 'sealed-value-damaged'
  | 'changed-meanwhile';

/** The store cannot do what was asked, for a reason outside the program. The message says what was seen and what to do; never a secret. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

/** SQLite's result code by name (SQLITE_BUSY, SQLITE_CORRUPT …); empty where the error is not SQLite's. */
export function sqliteCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What SQLite's own failures mean for people; another error, also SQLITE_BUSY, stays as it is. */
export function explainError(error: unknown, file: string): Error {
  const code = sqliteCode(error);
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    const message = `The database ${file} is damaged or is no Plugtone database. Nothing was changed; restore it from a backup.`;
    return new StoreError('corrupt', message, error);
  }
  if (code.startsWith('SQLITE_FULL')) {
    const message = `The disk of the database ${file} is full: nothing was stored. Free some space there, then try again.`;
    return new StoreError('not-writable', message, error);
  }
  if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM)/.test(code)) {
    const message = `The database ${file} cannot be written (${code}): check free space and permissions.`;
    return new StoreError('not-writable', message, error);
  }
  return error instanceof Error ? error : new Error(String(error));
}
