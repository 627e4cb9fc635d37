import { createHash, hkdfSync } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import type { Secret } from '../../core/secret.ts';
import type { KeyMaking } from './format-backup-header.ts';

const KEY_BYTES = 32;

/**
 * RFC 9106 section 4, the second recommended choice: 64 MiB, three passes, four lanes. Nobody slows down who tries passphrases
 * on a stolen file, so it may take longer than a log-in; it runs on a thread, and once for a backup.
 */
export const KEY_COST = { memoryKiB: 65_536, passes: 3, lanes: 4 } as const;

export interface BackupKeys {
  /** Of the header's tag. */
  readonly header: Buffer;
  /** Of the chunks. Bound to the header, and new with each salt: a counter may be their nonce. */
  readonly chunks: Buffer;
}

/** `facts`: the header's first two lines, which hold the salt. */
export async function deriveBackupKeys(passphrase: Secret, making: KeyMaking, facts: string): Promise<BackupKeys> {
  const { memoryKiB, passes, lanes, salt } = making;
  // The same characters, whichever keyboard composed them. The package's own algorithm and version are argon2id and 1.3.
  const root = await hashRaw(passphrase.reveal().normalize('NFKC'), {
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: lanes,
    outputLen: KEY_BYTES,
    salt,
  });
  const bound = createHash('sha256').update(facts).digest();
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', root, bound, info, KEY_BYTES));
  return { header: derive('plugtone backup header'), chunks: derive('plugtone backup chunks') };
}
