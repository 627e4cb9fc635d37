import { access, constants, readFile, statfs } from 'node:fs/promises';

/** The text of a file under /proc or /sys; undefined: there is none, or it may not be read. */
export async function readHostFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** What is left of a file system for who is not root; inodes null: it has none to count (btrfs, FAT). */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly freeInodes: number | null;
}

/** Undefined: there is no such folder, or the system does not tell. */
export async function measureDisk(folder: string): Promise<DiskSpace | undefined> {
  const facts = await statfs(folder).catch(() => undefined);
  if (facts === undefined) return undefined;
  return { freeBytes: facts.bavail * facts.bsize, freeInodes: facts.files === 0 ? null : facts.ffree };
}

/** `yes`, or the system's word for why not: ENOENT, EACCES, EROFS … Nothing is written. */
export async function mayWrite(folder: string): Promise<string> {
  return access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => 'yes',
    (cause: unknown) => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'),
  );
}

/** Where tzdata says which release it is: `# version 2026f`. */
const ZONE_FILE = '/usr/share/zoneinfo/tzdata.zi';

/** Release of the host's tz database, or of the one that Node brings; null: neither tells. */
export async function readHostTimeZones(readText = readHostFile): Promise<string | null> {
  const [line = ''] = ((await readText(ZONE_FILE)) ?? '').split('\n', 1);
  const ofHost = /^# version (\d{4}[a-z]{1,2})$/.exec(line)?.[1];
  const known = [ofHost, process.versions.tz].filter((version) => version !== undefined);
  return known.sort().at(-1) ?? null;
}
