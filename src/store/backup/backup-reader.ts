import { timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Secret } from '../../core/secret.ts';
import { MIGRATIONS } from '../migrations/all.ts';
import { messageOf } from '../store-error.ts';
import { BackupError, damaged, truncated } from './backup-error.ts';
import { deriveBackupKeys } from './backup-keys.ts';
import { type BackupManifest, LARGEST_MANIFEST, MANIFEST_NAME, parseManifest } from './backup-manifest.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import { openChunks } from './chunks.ts';
import { type Entry, unpackEntries } from './entries.ts';
import { formatHeaderTag } from './format-backup-header.ts';
import { type BackupHeader, checkMagic, LONGEST_LINE, parseBackupHeader } from './parse-backup-header.ts';

export interface OpenBackup {
  readonly manifest: BackupManifest;
  /** The files behind the manifest. The backup is whole, and nobody has changed it, when the last one was read to its end. */
  readonly entries: AsyncGenerator<Entry>;
}

/** Throws BackupError: foreign, newer-format, newer-schema, damaged, truncated, wrong-passphrase, not-readable. */
export async function openBackup(file: string, passphrase: Secret): Promise<OpenBackup> {
  return readBackup(readFileOf(file), passphrase);
}

/** As `openBackup`, of its bytes. */
export async function readBackup(bytes: AsyncIterable<Buffer>, passphrase: Secret): Promise<OpenBackup> {
  const reader = createByteReader(bytes);
  const { facts, tag, making } = await readHeader(reader);
  const keys = await deriveBackupKeys(passphrase, making, facts);
  const [wanted, saw] = [Buffer.from(formatHeaderTag(facts, keys.header)), Buffer.from(tag)];
  if (wanted.length !== saw.length || !timingSafeEqual(wanted, saw)) {
    throw new BackupError('wrong-passphrase', 'The passphrase is not the one that the backup was made with.');
  }
  const entries = unpackEntries(createByteReader(openChunks(reader, keys.chunks)));
  return { manifest: await readManifest(entries), entries };
}

async function readHeader(reader: ByteReader): Promise<BackupHeader> {
  const magic = await reader.readLine(LONGEST_LINE);
  checkMagic(magic ?? '');
  const rest: string[] = [];
  for (let line = 2; line <= 4; line++) {
    const text = await reader.readLine(LONGEST_LINE);
    if (text !== undefined) rest.push(text);
    else if ((await reader.read(LONGEST_LINE)).length < LONGEST_LINE) throw truncated();
    else throw damaged('its header has no end');
  }
  const [second = '', tag = '', sum = ''] = rest;
  return parseBackupHeader([magic ?? '', second, tag, sum]);
}

async function readManifest(entries: AsyncGenerator<Entry>): Promise<BackupManifest> {
  const { value: first, done } = await entries.next();
  if (done === true || first.name !== MANIFEST_NAME || first.bytes > LARGEST_MANIFEST) {
    throw damaged('it does not say what it is');
  }
  const pieces: Buffer[] = [];
  for await (const piece of first.content) pieces.push(piece);
  return parseManifest(Buffer.concat(pieces), Object.keys(MIGRATIONS));
}

async function* readFileOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(file)) yield piece as Buffer;
  } catch (cause) {
    throw new BackupError('not-readable', `${file} cannot be read: ${messageOf(cause)}`, cause);
  }
}
