import { BackupError } from '../store/backup/backup-error.ts';
import { StoreError } from '../store/store-error.ts';
import { CommandError } from './command-error.ts';

/** Runs a command that leaves nothing half: Ctrl-C lets it clear up. Its expected troubles become messages for people. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.once(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) throw new CommandError('interrupted: nothing was changed', 130);
    if (error instanceof BackupError || error instanceof StoreError) throw new CommandError(error.message);
    throw error;
  } finally {
    for (const name of names) process.off(name, stop);
  }
}
