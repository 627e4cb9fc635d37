import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.ts';
import { withOrigin } from '../../src/core/audit-origin.ts';
import { resealAuditChain } from '../../src/store/audit-seal.ts';
import { verifyAudit } from '../../src/store/audit-verifier.ts';
import { buildAuditLink, NO_LINK } from '../../src/store/build-audit-link.ts';
import { createCipher } from '../../src/store/cipher.ts';
import type { Store } from '../../src/store/store.ts';
import { approvedDevice, makeFolder, openForTest, openFresh } from './samples.ts';

const DAY_MS = 86_400_000;

const entry = (at: number, subject = 'site'): AuditEntry => ({
  at,
  actor: 'anna',
  action: 'site.changed',
  subject,
  detail: { changed: 'name' },
});

const entries = (count: number) => Array.from({ length: count }, (_, index) => entry(index + 1, `s${index + 1}`));

/** What somebody does who has the file, and not the program. */
function tamper(store: Store, text: string) {
  return sql.raw(text).execute(store.database.read);
}

const rowsOf = (store: Store) => store.database.read.selectFrom('audit').selectAll().orderBy('id').execute();

async function storeWith(count: number, clock?: () => number): Promise<Store> {
  const store = await openFresh(clock);
  await store.audit.append(entries(count));
  return store;
}

test('an empty record is in order, and so is one that was written in any portions', async () => {
  const store = await openFresh();
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 0, head: null, startedAt: null });
  await store.audit.append(entries(3));
  await store.decisions.commit({ devices: [approvedDevice(1)], audit: entries(120) });
  await store.audit.append(entries(700));
  const verdict = await store.audit.verify();
  expect(verdict).toMatchObject({ fault: null, foundAt: null, rows: 823, oldRows: 0, pruned: 0 });
  expect(verdict.head).toEqual({ id: 823, hash: (await rowsOf(store)).at(-1)?.hash });
});

test('each row is bound to the one before and to all that it says', async () => {
  const store = await storeWith(2);
  const [first, second] = await rowsOf(store);
  if (first === undefined || second === undefined) throw new Error('two rows were written');
  expect(first.hash).toBe(buildAuditLink(NO_LINK, first));
  expect(second.hash).toBe(buildAuditLink(first.hash ?? '', second));
  const parts = { id: 9, at: 9, actor: 'x', source: 'x', action: 'x', subject: 'x', detail: '{}' };
  const hashes = [second, ...Object.entries(parts).map(([name, value]) => ({ ...second, [name]: value }))].map((row) =>
    buildAuditLink(first.hash ?? '', row),
  );
  expect(new Set(hashes).size).toBe(8);
});

test('texts that a database gives back otherwise than they were given still fit', async () => {
  const store = await openFresh();
  const odd = {
    ...entry(1.5, 'half \ud83d\0 of a pair'),
    actor: '\udc00',
    detail: { text: 'nul \0 and \ud83d', on: true },
  };
  await store.audit.append([odd, entry(2)]);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 2 });
});

test('any history of writing and pruning is in order', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('write' as const), texts: fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }) }),
    fc.record({ do: fc.constant('prune' as const), before: fc.integer({ min: -2_000, max: 2_000 }) }),
    fc.record({ do: fc.constant('clock' as const), by: fc.integer({ min: -1_000, max: 3_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      let now = 10_000;
      const store = await openFresh(() => now);
      let written = 0;
      for (const one of steps) {
        if (one.do === 'clock') now += one.by;
        else if (one.do === 'prune') await store.audit.prune(now + one.before);
        else {
          await store.audit.append(one.texts.map((text) => ({ ...entry(now, text), detail: { text } })));
          written += one.texts.length;
        }
        const verdict = await store.audit.verify();
        expect(verdict).toMatchObject({ fault: null, oldRows: 0 });
        expect(verdict.rows + verdict.pruned).toBe(written);
      }
      await store.close();
    }),
    { numRuns: 40 },
  );
});

test('whatever is changed in a row is noticed, and where', async () => {
  const columns = ['at', 'actor', 'source', 'action', 'subject', 'detail', 'hash'] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...columns),
      async (count, at, column) => {
        const store = await storeWith(count);
        const row = Math.min(at, count);
        await tamper(store, `update audit set "${column}" = '77' where id = ${row}`);
        expect(await store.audit.verify()).toMatchObject({ fault: { kind: 'row-changed', row }, rows: row - 1 });
        await store.close();
      },
    ),
    { numRuns: 30 },
  );
});

test('rows that are taken out are named', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 11 }), async (from, more) => {
      const store = await storeWith(12);
      const until = Math.min(12, from + more);
      await tamper(store, `delete from audit where id between ${from} and ${until}`);
      expect((await store.audit.verify()).fault).toEqual({ kind: 'rows-removed', row: from, until });
      // It does not heal by writing on.
      await store.audit.append(entries(2));
      expect((await store.audit.verify()).fault).toEqual({ kind: 'rows-removed', row: from, until });
      await store.close();
    }),
    { numRuns: 25 },
  );
});

test.each([
  [
    'a row without hash',
    `insert into audit (at, actor, action, subject, detail) values (1, 'eve', 'x.y', 'z', '{}')`,
    'row-inserted',
  ],
  [
    'a row of the table once more',
    `insert into audit (at, actor, action, subject, detail, hash, source) select at, actor, action, subject, detail, hash, source from audit where id = 2`,
    'row-inserted',
  ],
  [
    'two rows that change places',
    `update audit set id = case id when 4 then -5 when 5 then -4 else id end; update audit set id = -id where id < 0`,
    'row-changed',
  ],
  [
    'two texts that change places',
    `update audit set subject = case id when 4 then 's5' else 's4' end where id in (4, 5)`,
    'row-changed',
  ],
  ['a number that is another one', `update audit set id = 99 where id = 6`, 'rows-removed'],
  ['a hash that is gone', `update audit set hash = null where id = 3`, 'row-inserted'],
  ['all hashes gone', `update audit set hash = null`, 'row-inserted'],
  [
    'a row that is put before all others',
    `insert into audit (id, at, actor, action, subject, detail) values (0, 1, 'eve', 'x.y', 'z', '{}')`,
    'old-rows-differ',
  ],
  ['the seal gone', `delete from meta where name = 'audit_chain'`, 'seal-missing'],
  ['the seal written anew', `update meta set value = '{"first":1}' where name = 'audit_chain'`, 'seal-wrong'],
  [
    'another sealed value in its place',
    `update meta set value = (select token from devices) where name = 'audit_chain'`,
    'seal-wrong',
  ],
])('%s is noticed, also when more is written afterwards', async (_what, text, kind) => {
  const store = await storeWith(6);
  await store.decisions.commit({ devices: [approvedDevice(1)] });
  for (const statement of text.split(';')) await tamper(store, statement);
  expect((await store.audit.verify()).fault?.kind).toBe(kind);
  await store.audit.append(entries(3));
  expect(await rowsOf(store)).toSatisfy((rows: unknown[]) => rows.length >= 8);
  expect((await store.audit.verify()).fault).not.toBeNull();
});

test('who writes the whole chain anew without the key is noticed', async () => {
  const store = await storeWith(6);
  await tamper(store, 'delete from audit where id = 3');
  let previous = NO_LINK;
  for (const row of await rowsOf(store)) {
    previous = buildAuditLink(previous, row);
    await tamper(store, `update audit set hash = '${previous}' where id = ${row.id}`);
  }
  expect((await store.audit.verify()).fault?.kind).toBe('row-changed');
  await tamper(store, `delete from meta where name = 'audit_chain'`);
  await store.audit.append(entries(1));
  // A new chain began, and says why: its first word cannot be taken back.
  expect(await store.audit.verify()).toMatchObject({ fault: { kind: 'seal-missing' }, oldRows: 5, rows: 1 });
  await tamper(store, 'update audit set hash = null where id < 6');
  expect((await store.audit.verify()).fault?.kind).toBe('seal-missing');
});

test('an older end of the record, put back as it was, is not the end that was noted elsewhere', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  await store.audit.append(entries(4));
  const { rows } = await sql<{ value: string }>`select value from meta where name = 'audit_chain'`.execute(
    store.database.read,
  );
  await store.audit.append(entries(4));
  const { head } = await store.audit.verify();
  await tamper(store, 'delete from audit where id > 4');
  await tamper(store, `update meta set value = '${rows[0]?.value}' where name = 'audit_chain'`);
  // Nothing in the file tells it: that is what the head is for.
  expect((await store.audit.verify()).fault).toBeNull();
  expect(await store.audit.linkOf(head?.id ?? 0)).toBeUndefined();
});

test('rows from before the chain are told as such', async () => {
  const store = await openFresh();
  const old = `insert into audit (at, actor, action, subject, detail) values (1, 'anna', 'a.b', 'c', '{}')`;
  for (let count = 0; count < 3; count++) await tamper(store, old);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 0, oldRows: 3, head: null });
  await store.audit.append(entries(2));
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 2, oldRows: 3, head: { id: 5 } });
  expect((await store.audit.list({ limit: 9 })).items.map(({ from }) => from)).toEqual([
    'appliance',
    'appliance',
    null,
    null,
    null,
  ]);
  await tamper(store, 'delete from audit where id = 2');
  expect((await store.audit.verify()).fault).toEqual({ kind: 'old-rows-differ', saw: 2, wanted: 3 });
});

test('pruning by retention is in order, down to the last row and beyond', async () => {
  const store = await storeWith(1_200, () => 5_000);
  expect(await store.audit.prune(1_001)).toBe(1_000);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 200, pruned: 1_000 });
  expect(await store.audit.prune(4_000)).toBe(200);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 0, pruned: 1_200, head: { id: 1_200 } });
  await store.audit.append([entry(4_500)]);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 1, head: { id: 1_201 } });
  await tamper(store, 'delete from audit');
  expect((await store.audit.verify()).fault).toEqual({ kind: 'rows-removed', row: 1_201, until: 1_201 });
});

test('a row that pruning has taken cannot be put back', async () => {
  const store = await storeWith(9, () => 100);
  await store.audit.prune(5);
  await tamper(
    store,
    `insert into audit (id, at, actor, action, subject, detail) values (2, 1, 'eve', 'x.y', 'z', '{}')`,
  );
  expect((await store.audit.verify()).fault).toEqual({ kind: 'row-inserted', row: 2 });
});

test('rows that were made old so that pruning takes them are remembered as long as the retention lasts', async () => {
  let now = 100 * DAY_MS;
  const store = await openFresh(() => now);
  await store.audit.append(Array.from({ length: 6 }, (_, index) => entry(now + index)));
  await tamper(store, 'update audit set at = 1 where id <= 3');
  expect(await store.audit.prune(now - 30 * DAY_MS)).toBe(3);
  const verdict = await store.audit.verify();
  expect(verdict).toMatchObject({ fault: { kind: 'row-changed', row: 1 }, foundAt: now, rows: 3 });
  now += 31 * DAY_MS;
  await store.audit.append([entry(now)]);
  await store.audit.prune(now - 30 * DAY_MS);
  expect(await store.audit.verify()).toMatchObject({ fault: null, foundAt: null, rows: 1 });
});

test('a clock that was wrong for a while neither keeps old rows nor takes new ones', async () => {
  const now = 1_000 * DAY_MS;
  const store = await openFresh(() => now);
  const ages = [400, -9_000, 380, 40, 999, 20];
  await store.audit.append(ages.map((days) => entry(now - days * DAY_MS, `${days}`)));
  await store.audit.prune(now - 365 * DAY_MS);
  expect((await rowsOf(store)).map(({ subject }) => subject)).toEqual(['40', '999', '20']);
  expect((await store.audit.verify()).fault).toBeNull();
});

test('two processes that write, prune and verify at once keep one chain', async () => {
  const dataDir = await makeFolder();
  const clock = () => 10_000;
  const [a, b] = [await openForTest(dataDir, clock), await openForTest(dataDir, clock)];
  const work = Array.from({ length: 60 }, async (_, index) => {
    const store = index % 2 === 0 ? a : b;
    if (index % 20 === 7) return store.audit.prune(index * 10);
    if (index % 10 === 3) return expect((await store.audit.verify()).fault).toBeNull();
    return store.decisions.commit({ audit: entries(10).map((one) => ({ ...one, at: one.at + index * 10 })) });
  });
  await Promise.all(work);
  const [one, other] = [await a.audit.verify(), await b.audit.verify()];
  expect(one).toMatchObject({ fault: null });
  expect(one.rows + one.pruned).toBe(510);
  expect(other).toEqual(one);
});

test('a copy of file and key is in order and goes on; with another key it is not', async () => {
  const [from, to] = [await makeFolder(), await makeFolder()];
  const store = await openForTest(from);
  await store.audit.append(entries(4));
  await tamper(store, `vacuum into '${join(to, 'plugtone.db')}'`);
  await copyFile(join(from, 'secret.key'), join(to, 'secret.key'));
  const restored = await openForTest(to);
  await restored.audit.append(entries(2));
  expect(await restored.audit.verify()).toMatchObject({ fault: null, rows: 6 });
  const stranger = { ...restored.database, cipher: createCipher(Buffer.alloc(32, 9)) };
  expect((await verifyAudit(stranger)).fault).toEqual({ kind: 'seal-wrong' });
});

test('a new key takes over the seal, and makes no forged one good', async () => {
  const store = await storeWith(3);
  const next = createCipher(Buffer.alloc(32, 7));
  const reseal = () => store.database.write((writer) => resealAuditChain(writer, store.database.cipher, next));
  const under = () => ({ ...store.database, cipher: next });
  await reseal();
  expect(await verifyAudit(under())).toMatchObject({ fault: null, rows: 3 });
  await reseal();
  expect(await verifyAudit(under())).toMatchObject({ fault: null, rows: 3 });
  await tamper(store, `update meta set value = 'x' where name = 'audit_chain'`);
  await reseal();
  expect((await verifyAudit(under())).fault).toEqual({ kind: 'seal-wrong' });
});

test('verifying a long record goes on beside the writing, and ends when it is told to', async () => {
  const store = await openFresh();
  for (let part = 0; part < 4; part++) await store.audit.append(entries(2_000));
  const verifying = store.audit.verify();
  await store.audit.append(entries(10));
  expect(await verifying).toMatchObject({ fault: null, rows: 8_010 });
  const controller = new AbortController();
  const ended = store.audit.verify(controller.signal);
  controller.abort();
  await expect(ended).rejects.toThrow('aborted');
});

test('a row says from where: what the entry says, else the origin of the work, else the appliance', async () => {
  const store = await openFresh();
  await store.audit.append([entry(1)]);
  await withOrigin('192.0.2.5', () =>
    store.decisions.commit({ audit: [entry(2), { ...entry(3), from: 'auto-approve rule' }] }),
  );
  const { items } = await store.audit.list({ limit: 9 });
  expect(items.map(({ from }) => from)).toEqual(['auto-approve rule', '192.0.2.5', 'appliance']);
});
