import type { ReadStream } from 'node:fs';
import { constants, lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupFile, BackupKind } from '../../core/backup.ts';
import { hasCode } from '../store-error.ts';

const NAME = /^plugtone-(nightly|manual)-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})\.backup$/;
/** What a killed process left of one: nobody writes it any more when the appliance starts. */
const DRAFT = /^plugtone-.*\.[0-9a-f]{12}\.part$/;

/** `<data dir>/backups`. */
export interface BackupFolder {
  /** Makes it, where it is missing, and removes what killed processes left. */
  prepare(): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly BackupFile[]>;
  /** Where one that is made now goes. */
  pathFor(kind: BackupKind, now: number): string;
  /** Removes the oldest of its kind; resolves to how many. */
  prune(kind: BackupKind, keep: number): Promise<number>;
  /** Undefined: there is none of that name. The file is open until the stream has ended or is destroyed. */
  read(name: string): Promise<{ readonly bytes: number; readonly stream: ReadStream } | undefined>;
}

export function openBackupFolder(dataDir: string): BackupFolder {
  const folder = join(dataDir, 'backups');

  async function list(): Promise<readonly BackupFile[]> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    });
    const files = await Promise.all(names.map(describe));
    return files.filter((file) => file !== undefined).sort((a, b) => b.madeAt - a.madeAt || (a.name < b.name ? 1 : -1));
  }

  async function describe(name: string): Promise<BackupFile | undefined> {
    const [, kind, day, hour, minute, second, thousandths] = NAME.exec(name) ?? [];
    const madeAt = Date.parse(`${day}T${hour}:${minute}:${second}.${thousandths}Z`);
    if (kind === undefined || Number.isNaN(madeAt)) return undefined;
    const facts = await lstat(join(folder, name)).catch(() => undefined);
    if (facts === undefined || !facts.isFile()) return undefined;
    return { name, kind: kind === 'nightly' ? 'nightly' : 'manual', madeAt, bytes: facts.size };
  }

  return {
    async prepare() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const drafts = (await readdir(folder)).filter((name) => DRAFT.test(name));
      for (const name of drafts) await rm(join(folder, name), { force: true });
    },
    list,
    pathFor(kind, now) {
      const time = new Date(now).toISOString().slice(0, 23).replaceAll(/[:.]/g, '-');
      return join(folder, `plugtone-${kind}-${time}.backup`);
    },
    async prune(kind, keep) {
      const old = (await list()).filter((file) => file.kind === kind).slice(keep);
      for (const { name } of old) await rm(join(folder, name), { force: true });
      return old.length;
    },
    async read(name) {
      if (!NAME.test(name)) return undefined;
      // A link may lead anywhere.
      const handle = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
        (error: unknown) => {
          if (hasCode(error, 'ENOENT') || hasCode(error, 'ELOOP')) return undefined;
          throw error;
        },
      );
      if (handle === undefined) return undefined;
      try {
        const { size } = await handle.stat();
        return { bytes: size, stream: handle.createReadStream() as ReadStream };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
  };
}
