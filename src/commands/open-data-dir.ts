import type { Config } from '../config.ts';
import type { Logger } from '../core/logger.ts';
import { finishRestore } from '../store/backup/finish-restore.ts';
import { removeLeftovers } from '../store/backup/scratch-folders.ts';
import { lockDataDir } from '../store/data-dir-lock.ts';
import { openStore, type Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';

/**
 * The store of a server: no other one, and no restore, is at its data folder until it is closed. A restore that was cut off is
 * finished first. Throws StoreError: in-use, and as `openStore`.
 */
export async function openDataDir(
  { dataDir, siteDir }: Pick<Config, 'dataDir' | 'siteDir'>,
  { log, clock }: { readonly log: Logger; readonly clock: () => number },
): Promise<Store> {
  const lock = lockDataDir(dataDir);
  if (lock === undefined) {
    const message = `Another Plugtone server runs on ${dataDir}, or a backup is being restored there.`;
    throw new StoreError('in-use', message);
  }
  try {
    if (await finishRestore(dataDir)) {
      log.warn({ event: 'backup.restored', dataDir }, 'a restore that was cut off is finished');
    }
    for (const folder of [dataDir, siteDir]) await removeLeftovers(folder);
    const store = await openStore({ dataDir, log, clock });
    return {
      ...store,
      async close() {
        await store.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
