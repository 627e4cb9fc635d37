import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificateStore } from '../../src/store/certificate-store.ts';
import { openStore } from '../../src/store/store.ts';

/** Every secret of a data folder, by name, and everything of it that people are shown later: journeys and decisions. */
export async function readStoredSecrets(dataDir: string) {
  const store = await openStore({ dataDir });
  try {
    const secrets: (readonly [string, string | Buffer])[] = [];
    const add = (name: string, secret: string | Buffer | null | undefined) => {
      if (secret != null) secrets.push([name, secret]);
    };
    for (const { mac, token, consolePasswords, login } of await store.devices.all()) {
      add(`token of ${mac}`, token);
      add(`login password of ${mac}`, login?.password.reveal());
      add(`console password of ${mac}`, consolePasswords?.admin.reveal());
      add(`console password of the user of ${mac}`, consolePasswords?.user.reveal());
    }
    for (const { number, password } of await store.extensions.all()) add(`password of ${number}`, password.reveal());
    const site = await store.site.get();
    add('console password', site.consolePassword?.reveal());
    add('webhook secret', site.webhookSecret?.reveal());
    add('backup passphrase', site.backupPassphrase?.reveal());
    const certificates = await createCertificateStore(store.database).read();
    add('key of the authority', certificates?.authority.privateKey.reveal());
    add('key of the server', certificates?.server.privateKey.reveal());
    add('key of the store', readFileSync(join(dataDir, 'secret.key')));
    const journeys = await store.journeys.listRecent({ limit: 100_000 });
    const audit = await store.audit.list({ limit: 100_000 });
    const rows = [
      ...journeys.items.map((item, index) => [`journey row ${index}`, JSON.stringify(item)] as const),
      ...audit.items.map((item, index) => [`audit row ${index} (${item.action})`, JSON.stringify(item)] as const),
    ];
    return { secrets, rows };
  } finally {
    await store.close();
  }
}
