import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { lookAtDatabase } from '../../src/store/database-look.ts';
import { createMetaStore } from '../../src/store/meta-store.ts';
import { openStore } from '../../src/store/store.ts';

let dataDir: string;
let file: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plugtone-'));
  file = join(dataDir, 'plugtone.db');
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('without a database there is none, and none is made', async () => {
  expect(await lookAtDatabase(file)).toEqual({ kind: 'absent' });
  expect(readdirSync(dataDir)).toEqual([]);
});

test('beside an open store the site is read as it is, without its secrets', async () => {
  const store = await openStore({ dataDir });
  await store.site.put({ ...DEFAULT_SITE, name: 'Praxis', consolePassword: new Secret('geheim'), revision: 1 });
  await createMetaStore(store.database).write('a-note', 'text');
  const look = await lookAtDatabase(file);
  expect(look).toMatchObject({ kind: 'read', faults: [], devices: 0 });
  if (look.kind !== 'read') throw new Error('not read');
  expect(look.site).toMatchObject({ name: 'Praxis', consolePassword: null, revision: 1 });
  expect(look.site.trust).toEqual(DEFAULT_SITE.trust);
  expect(look.meta.get('a-note')).toBe('text');
  expect(JSON.stringify(look)).not.toContain('geheim');
  await store.close();
});

test('a closed database is read, too, and not changed by it', async () => {
  await (await openStore({ dataDir })).close();
  const before = [readFileSync(file), statSync(file).mtimeMs];
  expect((await lookAtDatabase(file)).kind).toBe('read');
  expect([readFileSync(file), statSync(file).mtimeMs]).toEqual(before);
});

test('a damaged database is told, with nothing thrown', async () => {
  await (await openStore({ dataDir })).close();
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 4_096, Math.min(bytes.length, 40_960));
  writeFileSync(file, bytes);
  const look = await lookAtDatabase(file);
  expect(look.kind === 'unreadable' || (look.kind === 'read' && look.faults.length > 0)).toBe(true);
  writeFileSync(file, 'this is no database, and never was');
  expect((await lookAtDatabase(file)).kind).toBe('unreadable');
});

test('a database of another program is told', async () => {
  writeFileSync(file, '');
  expect((await lookAtDatabase(file)).kind).toBe('unreadable');
});
