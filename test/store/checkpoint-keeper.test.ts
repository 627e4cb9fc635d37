import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { macOf, makeFolder, openForTest } from './samples.ts';

test('a WAL file that has grown is emptied into the database soon, with nothing lost', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  const sizeOf = async (name: string) => (await stat(join(dataDir, name))).size;
  const reason = 'a long reason '.repeat(150);
  const events = Array.from({ length: 2_500 }, (_, at) => ({
    mac: macOf(at % 7),
    at,
    step: 'seen' as const,
    reason,
    detail: {},
  }));
  await store.journeys.append(events);
  expect(await sizeOf('plugtone.db-wal')).toBeGreaterThan(4_000 * 1024);
  await vi.waitFor(async () => expect(await sizeOf('plugtone.db-wal')).toBe(0), { timeout: 15_000, interval: 50 });
  expect(await sizeOf('plugtone.db')).toBeGreaterThan(4_000 * 1024);
  // The next writes begin a new one.
  await store.journeys.append(events.slice(0, 7));
  expect((await store.journeys.list(macOf(3), { limit: 10_000 })).items).toHaveLength(358);
  expect(await store.database.check()).toEqual([]);
});
