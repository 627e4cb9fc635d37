import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../store-error.ts';

/** A process makes its own, and says so in the name: what a killed one left is found, what a living one needs stays. */
const SCRATCH = /^\.(backup|restore)-(\d+)-[A-Za-z0-9]{6}$/;

/** A folder that only this user may read, for a while. */
export function makeScratch(folder: string, purpose: 'backup' | 'restore'): Promise<string> {
  return mkdtemp(join(folder, `.${purpose}-${process.pid}-`));
}

export function removeScratch(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Removes what killed processes left behind: copies of the database and its key among it. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, , pid] = SCRATCH.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await removeScratch(join(folder, name));
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}
