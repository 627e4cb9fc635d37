import { expect, test } from 'vitest';
import { makeFolder, openForTest, openFresh } from './samples.ts';

const A = { address: '128.66.0.1', source: 'upnp' } as const;
const B = { address: '128.66.0.2', source: 'name' } as const;

test('a new address ends the one before, and the log is newest first', async () => {
  const { addresses } = await openFresh();
  expect(await addresses.list(10)).toEqual([]);
  await addresses.begin({ ...A, since: 1_000 });
  await addresses.begin({ ...B, since: 5_000 });
  expect(await addresses.list(10)).toEqual([
    { ...B, since: 5_000, until: null, toldAt: null },
    { ...A, since: 1_000, until: 5_000, toldAt: null },
  ]);
  expect(await addresses.list(1)).toHaveLength(1);
});

test('what was told is remembered over a restart', async () => {
  const folder = await makeFolder();
  const first = await openForTest(folder);
  const { since } = await first.addresses.begin({ ...A, since: 1_000 });
  await first.addresses.markTold(since, 2_000);
  await first.close();
  const { addresses } = await openForTest(folder);
  expect(await addresses.list(10)).toEqual([{ ...A, since: 1_000, until: null, toldAt: 2_000 }]);
});

test('a clock that was set back does not bring the log out of order', async () => {
  const { addresses } = await openFresh();
  await addresses.begin({ ...A, since: 9_000 });
  expect(await addresses.begin({ ...B, since: 3_000 })).toMatchObject({ since: 9_001 });
  expect(await addresses.list(10)).toMatchObject([
    { address: B.address, since: 9_001, until: null },
    { address: A.address, since: 9_000, until: 9_001 },
  ]);
});

test('the log does not grow for ever', async () => {
  const { addresses, database } = await openFresh();
  const old = Array.from({ length: 10_000 }, (_, since) => ({ ...A, since, until: since + 1, told_at: null }));
  await database.write(async (writer) => {
    for (let from = 0; from < old.length; from += 100)
      await writer
        .insertInto('address_periods')
        .values(old.slice(from, from + 100))
        .execute();
  });
  await addresses.begin({ ...B, since: 20_000 });
  const kept = await addresses.list(20_000);
  expect(kept).toHaveLength(10_000);
  expect(kept[0]).toMatchObject(B);
  expect(kept.at(-1)).toMatchObject({ since: 1 });
});
