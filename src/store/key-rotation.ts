import type { AuditEntry } from '../core/audit.ts';
import { writeAudit } from './audit-chain.ts';
import { resealAuditChain } from './audit-seal.ts';
import { createCipher, keyIdOf } from './cipher.ts';
import type { Database } from './database.ts';
import { createKeyFile, drawKey, readKeyFile } from './key-file.ts';
import { writeKeyId } from './key-ring.ts';
import { resealValues } from './sealed-columns.ts';
import { StoreError } from './store-error.ts';

/** What is done by then, in this order. */
export type RotationStep = 'key-kept' | 'values-sealed' | 'committed' | 'key-in-force';

export interface Rotation {
  readonly before: string;
  readonly after: string;
  /** Values that were sealed anew. */
  readonly values: number;
  /** Where the new key is. */
  readonly file: string;
}

export interface RotationOptions {
  readonly actor: string;
  /** A new file for the new key; needed where the key is a systemd credential, which only the service manager can replace. */
  readonly newKeyFile?: string | undefined;
  /** For tests. */
  readonly onStep?: (step: RotationStep) => void;
}

/**
 * A new key, and every sealed value under it, in one transaction. Killed at any moment, the database is under the old key, which
 * is in force, or under the new one, which is on disk: whoever opens it next puts that one in force. A server that runs beside
 * it follows with its next write. Throws StoreError: not-writable, sealed-value-damaged, busy.
 */
export async function rotateKey(database: Database, options: RotationOptions): Promise<Rotation> {
  const { keys, clock } = database;
  const { places } = keys;
  const { actor, newKeyFile, onStep = () => undefined } = options;
  if (places.isCredential && newKeyFile === undefined) {
    const message = `The key is the systemd credential ${places.file}: say where the new one is to be written (--new-key-file), and give that file to the service.`;
    throw new StoreError('not-writable', message);
  }
  if (!places.isCredential && newKeyFile !== undefined) {
    const message = `The key is the file ${places.file}: the new one takes its place, and no other file (--new-key-file) is wanted.`;
    throw new StoreError('not-writable', message);
  }
  const key = drawKey();
  const next = createCipher(key);
  const rotation = await database.write(async (writer) => {
    const before = keys.keyId;
    await places.removeWaiting(before);
    if (newKeyFile === undefined) await places.keepWaiting(key);
    else await writeNewKey(newKeyFile, key);
    onStep('key-kept');
    const values = await resealValues(writer, keys, next);
    await resealAuditChain(writer, keys, next);
    await writeKeyId(writer, next.keyId);
    const detail = { before, after: next.keyId, values };
    const entry: AuditEntry = { at: clock(), actor, action: 'key.rotated', subject: 'key', detail };
    await writeAudit(writer, [entry], { cipher: next, clock });
    onStep('values-sealed');
    return { before, after: next.keyId, values };
  });
  onStep('committed');
  if (newKeyFile === undefined) {
    await places.putInForce(next.keyId);
    await keys.follow(database.read);
  }
  onStep('key-in-force');
  return { ...rotation, file: newKeyFile ?? places.file };
}

/** Never over a file that is there: it may be the only copy of a key. */
async function writeNewKey(file: string, key: Buffer): Promise<void> {
  if (readKeyFile(file) === undefined && keyIdOf(await createKeyFile(file, key)) === keyIdOf(key)) return;
  throw new StoreError('not-writable', `${file} is there already: choose another name for the new key.`);
}
