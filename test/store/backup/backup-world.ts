import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../../src/core/site.ts';
import { type BackupOptions, prepareBackup } from '../../../src/store/backup/backup-writer.ts';
import { restoreBackup } from '../../../src/store/backup/restorer.ts';
import { createCertificateStore } from '../../../src/store/certificate-store.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { approvedDevice, extensionOf, makeFolder, opened } from '../samples.ts';

export const PASSPHRASE = new Secret('correct horse battery staple');
/** As cheap as argon2id goes: what is looked at here is not how slow it is. */
export const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 } as const;
export const VERSION = '9.8.7';

export interface Place {
  readonly dataDir: string;
  readonly siteDir: string;
}

export async function makePlace(): Promise<Place> {
  const folder = await makeFolder();
  return { dataDir: join(folder, 'data'), siteDir: join(folder, 'site') };
}

/** A site that runs: phones, accounts, a site, an override, a file, a CA. */
export async function makeSite(
  phones: readonly number[] = [1, 2, 3],
  name = 'Praxis',
): Promise<Place & { readonly store: Store }> {
  const place = await makePlace();
  const store = await openStore({ dataDir: place.dataDir });
  await fill(store, phones, name);
  await put(join(place.siteDir, 'overrides/acme/overrides.json'), `{"of":"${name}"}`);
  await put(join(place.siteDir, 'overrides/acme/deep/er.cfg'), 'x'.repeat(200_000));
  await put(join(place.siteDir, 'files/ring.wav'), 'RIFF');
  const pair = { certificate: 'public', privateKey: new Secret(`the ca of ${name}`) };
  await createCertificateStore(store.database).write({ authority: pair, server: pair });
  return { ...place, store };
}

export async function fill(store: Store, phones: readonly number[], name = 'Praxis'): Promise<void> {
  await store.decisions.commit({
    devices: phones.map((number) => approvedDevice(number)),
    extensions: phones.map((number) => extensionOf(number)),
    site: { ...DEFAULT_SITE, name, backupPassphrase: PASSPHRASE, revision: 1 },
    audit: [{ at: 1, actor: 'test', action: 'site.changed', subject: 'site', detail: {} }],
  });
}

export async function put(path: string, text: string | Buffer): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

export function optionsOf({ store, siteDir }: { readonly store: Store; readonly siteDir: string }): BackupOptions {
  return { database: store.database, siteDir, withFiles: false, passphrase: PASSPHRASE, version: VERSION, cost: CHEAP };
}

/** The bytes of a backup. */
export async function backUp(options: BackupOptions): Promise<Buffer> {
  const prepared = await prepareBackup(options);
  try {
    const pieces: Buffer[] = [];
    for await (const piece of prepared.bytes()) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    await prepared.remove();
  }
}

export function restore(file: string, place: Place, more: Partial<Parameters<typeof restoreBackup>[0]> = {}) {
  return restoreBackup({
    file,
    passphrase: PASSPHRASE,
    ...place,
    force: false,
    actor: 'test',
    now: Date.UTC(2026, 0, 5),
    ...more,
  });
}

/** Everything below a folder, by path. */
export async function readTree(folder: string): Promise<Record<string, string>> {
  const items = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = items.filter((item) => item.isFile()).map((item) => join(item.parentPath, item.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  return Object.fromEntries(files.map((file, index) => [file.slice(folder.length + 1), texts[index] ?? '']).sort());
}

/** What a person knows of a site: its name, phones, accounts with passwords, tokens, overrides. */
export async function describeSite({ dataDir, siteDir }: Place) {
  const store = await openStore({ dataDir });
  try {
    refuseUnsound(await store.database.check());
    const site = await store.site.get();
    return {
      name: site.name,
      passphrase: site.backupPassphrase?.reveal(),
      devices: (await store.devices.all()).map(({ mac, token, consolePasswords }) => [
        mac,
        token,
        consolePasswords?.admin.reveal(),
      ]),
      extensions: (await store.extensions.all()).map(opened),
      overrides: await readTree(join(siteDir, 'overrides')),
      ca: (await createCertificateStore(store.database).read())?.authority.privateKey.reveal(),
    };
  } finally {
    await store.close();
  }
}

function refuseUnsound(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('; '));
}

/** Scratch folders, drafts and plans: nothing of it may stay. */
export async function listLeftovers({ dataDir, siteDir }: Place): Promise<readonly string[]> {
  const names = (await Promise.all([dataDir, siteDir].map((folder) => readdir(folder).catch(() => [])))).flat();
  return names.filter((name) => /^\.|restore|part$|draft/.test(name));
}
