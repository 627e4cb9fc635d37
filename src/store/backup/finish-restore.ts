import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lockDataDir } from '../data-dir-lock.ts';
import { syncFolder } from '../key-file.ts';
import { hasCode, messageOf, StoreError } from '../store-error.ts';

/** As long as it is there, a restore is decided and not finished. */
const PLAN_FILE = 'restore.json';

/** A file or folder that takes the place of another one. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** Where what was at `to` goes. */
  readonly aside: string;
  /** What belongs to `to` and goes aside with it: `-wal`. */
  readonly companions: readonly string[];
}

export interface RestorePlan {
  /** What only goes aside: nothing takes its place. */
  readonly leave: readonly { readonly path: string; readonly aside: string }[];
  readonly moves: readonly Move[];
  /** Scratch folders that are done with then. */
  readonly scratch: readonly string[];
}

/** Decided from the moment that this resolves; until then, nothing has happened. */
export async function decideRestore(dataDir: string, plan: RestorePlan): Promise<void> {
  const file = planFile(dataDir);
  const handle = await open(`${file}.draft`, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(plan));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.draft`, file);
  await syncFolder(dataDir);
}

/** For whoever opens the data folder without its lock. Throws StoreError: in-use, not-writable. */
export async function finishUnfinishedRestore(dataDir: string): Promise<void> {
  if (!(await isThere(planFile(dataDir)))) return;
  const lock = lockDataDir(dataDir);
  if (lock === undefined) {
    throw new StoreError('in-use', `A backup is being put in place in ${dataDir}. Wait until that is done.`);
  }
  try {
    await finishRestore(dataDir);
  } finally {
    lock.release();
  }
}

/**
 * Does what was decided; each step may have been done before. Under the lock of the data folder. False: nothing was decided.
 * `onStep`: for tests. Throws StoreError: not-writable.
 */
export async function finishRestore(
  dataDir: string,
  onStep: (step: string) => void = () => undefined,
): Promise<boolean> {
  const file = planFile(dataDir);
  let plan: RestorePlan;
  try {
    plan = JSON.parse(await readFile(file, 'utf8')) as RestorePlan;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw explain(error);
  }
  try {
    const folders = new Set<string>([dataDir]);
    for (const { path, aside } of plan.leave) {
      if (await isThere(path)) await rename(path, aside);
      folders.add(dirname(aside));
      onStep(`left ${path}`);
    }
    for (const { from, to, aside, companions } of plan.moves) {
      for (const folder of [from, to, aside].map(dirname)) folders.add(folder);
      // Once it is gone from there, what stands at `to` is the new one.
      if (!(await isThere(from))) continue;
      for (const companion of companions) {
        if (await isThere(to + companion)) await rename(to + companion, aside + companion);
        onStep(`moved ${to}${companion}`);
      }
      if (await isThere(to)) await rename(to, aside);
      onStep(`aside ${to}`);
      await rename(from, to);
      onStep(`placed ${to}`);
    }
    for (const folder of folders) await syncFolder(folder);
    await rm(file);
    await syncFolder(dataDir);
    onStep('done');
    for (const folder of plan.scratch) await rm(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    throw explain(error);
  }

  function explain(error: unknown): StoreError {
    const message = `A backup is being put in place in ${dataDir}, and that cannot be finished: ${messageOf(error)}`;
    return new StoreError('not-writable', message, error);
  }
}

function planFile(dataDir: string): string {
  return join(dataDir, PLAN_FILE);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return false;
    throw error;
  }
}
