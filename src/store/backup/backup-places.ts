import { join } from 'node:path';
import { KEY_FILE } from '../key-places.ts';

/** Names of files in a backup. */
export const DATABASE_ENTRY = 'data/plugtone.db';
export const KEY_ENTRY = `data/${KEY_FILE}`;

/** Folders of the data directory that a site cannot do without. */
const DATA_FOLDERS = ['tls'];

export interface BackupPlaces {
  readonly dataDir: string;
  readonly siteDir: string;
}

export interface FolderPlace {
  /** In a backup: `site/overrides`. */
  readonly name: string;
  /** On the disk. */
  readonly path: string;
  /** Also where it is empty or missing: whoever restores the backup wants nothing else there. */
  readonly always: boolean;
}

/** Every folder that a backup may hold. `files` of the site (firmware, pictures) may be large, and is often kept elsewhere. */
export function listFolderPlaces({ dataDir, siteDir }: BackupPlaces, withFiles: boolean): readonly FolderPlace[] {
  return [
    { name: 'site/overrides', path: join(siteDir, 'overrides'), always: true },
    ...(withFiles ? [{ name: 'site/files', path: join(siteDir, 'files'), always: true }] : []),
    ...DATA_FOLDERS.map((name) => ({ name: `data/${name}`, path: join(dataDir, name), always: false })),
  ];
}
