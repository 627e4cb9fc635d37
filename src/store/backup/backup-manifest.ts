import { BackupError, damaged } from './backup-error.ts';

export const MANIFEST_NAME = 'manifest.json';
/** Bytes: ours have some hundred. */
export const LARGEST_MANIFEST = 65_536;

/** What a backup says of itself; its first file. */
export interface BackupManifest {
  /** Version of the program that made it. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** The migrations that its database ran. */
  readonly schema: readonly string[];
  readonly keyId: string;
  /** Approved ones. */
  readonly phones: number;
  /** Folders that are in it as a whole, also where they are empty: `site/overrides`. */
  readonly folders: readonly string[];
  /** Of all its files. */
  readonly bytes: number;
}

export function formatManifest(manifest: BackupManifest): Buffer {
  return Buffer.from(`${JSON.stringify({ ...manifest, madeAt: new Date(manifest.madeAt).toISOString() }, null, 2)}\n`);
}

/** `known`: the migrations of this program. Throws BackupError: damaged, newer-schema. */
export function parseManifest(json: Buffer, known: readonly string[]): BackupManifest {
  let parsed: Partial<Record<keyof BackupManifest, unknown>>;
  try {
    parsed = JSON.parse(json.toString('utf8'));
  } catch {
    throw damaged('it does not say what it is');
  }
  const { version, madeAt, schema, keyId, phones, folders, bytes } = parsed;
  const at = typeof madeAt === 'string' ? Date.parse(madeAt) : Number.NaN;
  const isWhole =
    typeof version === 'string' &&
    !Number.isNaN(at) &&
    isTexts(schema) &&
    typeof keyId === 'string' &&
    Number.isSafeInteger(phones) &&
    isTexts(folders) &&
    Number.isSafeInteger(bytes);
  if (!isWhole) throw damaged('it does not say what it is');
  const unknown = schema.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const message = `The backup was made by a newer Plugtone (${version}; its database has ${unknown.join(', ')}). Install that version.`;
    throw new BackupError('newer-schema', message);
  }
  return { version, madeAt: at, schema, keyId, phones: Number(phones), folders, bytes: Number(bytes) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
