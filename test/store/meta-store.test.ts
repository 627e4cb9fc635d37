import { expect, test } from 'vitest';
import { createMetaStore } from '../../src/store/meta-store.ts';
import { makeFolder, openForTest } from './samples.ts';

test('a note is kept, replaced and removed, and others stay', async () => {
  const folder = await makeFolder();
  const store = await openForTest(folder);
  const meta = createMetaStore(store.database);
  expect(await meta.read('plan')).toBeUndefined();
  await meta.write('plan', '{"at":1}');
  await meta.write('other', 'x');
  await meta.write('plan', '{"at":2}');
  expect(await createMetaStore((await openForTest(folder)).database).read('plan')).toBe('{"at":2}');
  await meta.write('plan', null);
  expect([await meta.read('plan'), await meta.read('other')]).toEqual([undefined, 'x']);
});
