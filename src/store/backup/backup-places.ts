import { join } from 'node:path';
import { KEY_FILE } from '../key-places.ts';

/** Names of files in a backup. */
export const DATABASE_ENTRY = 'data/plugtone.db';
export const KEY_ENTRY = `data/${KEY_FILE}`;

export interface FolderPlace {
  /** In a backup: `site/overrides`. */
  readonly name: string;
  /** On the disk. */
  readonly path: string;
}

/** Every folder that a backup may hold. `files` of the site (firmware, pictures) may be large, and is often kept elsewhere. */
export function listFolderPlaces(siteDir: string, withFiles: boolean): readonly FolderPlace[] {
  const names = withFiles ? ['overrides', 'files'] : ['overrides'];
  return names.map((name) => ({ name: `site/${name}`, path: join(siteDir, name) }));
}
