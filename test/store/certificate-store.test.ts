import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { rotateKey } from '../../src/store/key-rotation.ts';
import { makeFolder, openForTest, openFresh } from './samples.ts';

const pair = (name: string) => ({
  certificate: `certificate of ${name}`,
  privateKey: new Secret(`private key of ${name}`),
});
const CERTIFICATES = { authority: pair('authority'), server: pair('server') };

test('certificates are there again after a restart, their keys sealed on disk', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  expect(await store.certificates.read()).toBeUndefined();
  await store.certificates.write({ authority: pair('old'), server: pair('old') });
  await store.certificates.write(CERTIFICATES);
  const { rows } = await sql<{ private_key: string }>`select private_key from certificates`.execute(
    store.database.read,
  );
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row.private_key).toMatch(/^1\.[0-9a-f]{16}\.[A-Za-z0-9_-]+$/);
  const read = await (await openForTest(dataDir)).certificates.read();
  expect(read?.authority.certificate).toBe('certificate of authority');
  expect(read?.authority.privateKey.reveal()).toBe('private key of authority');
  expect(read?.server.privateKey.reveal()).toBe('private key of server');
});

test('they go with a new key, and a key that was moved to the other row does not open', async () => {
  const store = await openFresh();
  await store.certificates.write(CERTIFICATES);
  expect((await rotateKey(store.database, { actor: 'test' })).values).toBe(2);
  expect((await store.certificates.read())?.server.privateKey.reveal()).toBe('private key of server');
  await sql`update certificates set private_key = (select private_key from certificates where name = 'server')`.execute(
    store.database.read,
  );
  await expect(store.certificates.read()).rejects.toMatchObject({ kind: 'sealed-value-damaged' });
});
