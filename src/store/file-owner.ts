import { chown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Made by root, a file of the service is the service's all the same: whoever owns the folder owns it. Does nothing for other users. */
export async function giveToFolderOwner(path: string, folder = dirname(path)): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}
