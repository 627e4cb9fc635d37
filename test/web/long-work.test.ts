import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBulkJobs } from '../../src/web/bulk-jobs.ts';
import { createLogMemory } from '../http/log-memory.ts';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const { log } = createLogMemory();
const FRAGMENT = { 'hx-request': 'true' };

function listOf(count: number): string {
  const mac = (index: number) => (0x001565bb0000 + index).toString(16).padStart(12, '0');
  return `mac,extension\n${Array.from({ length: count }, (_, index) => `${mac(index)},${5_000 + index}`).join('\n')}\n`;
}

test('an import that takes long shows how far it is, and then that it is done', async () => {
  const { app, office, get, post, tokens } = await createPageWorld();
  let release: () => void = () => undefined;
  // Another decision that takes its time: the import waits for its turn.
  const before = office.exclusively(() => new Promise<void>((resolve) => (release = resolve)));
  const started = await post('/extensions/import', { list: listOf(300) });
  const path = String(started.headers.location);
  expect([started.status, path]).toEqual([303, expect.stringMatching(/^\/extensions\/import\/[0-9a-f-]{36}$/)]);
  const page = await get(path);
  expect(findMarkupFaults(page.html)).toEqual([]);
  expect(page.html).toContain('<progress');
  const again = await get(path, FRAGMENT);
  expect(again.html).toContain('hx-trigger="load delay:250ms"');
  expect(again.html).not.toContain('<html');
  // Lists hold passwords: they are shown to who gave them.
  expect((await get(path, { token: tokens.admin })).headers.location).toBe('/extensions/import');
  release();
  await before;
  let last = await get(path, FRAGMENT);
  while (last.headers['hx-redirect'] === undefined) {
    await sleep(5);
    last = await get(path, FRAGMENT);
  }
  expect(last.headers['hx-redirect']).toBe(path);
  const done = await get(path);
  expect([done.status, done.headers.location]).toEqual([303, '/extensions']);
  expect(office.findExtension('5299')).toBeDefined();
  expect((await get(path)).headers.location).toBe('/extensions/import');
  await app.close();
});

test('a short list answers at once', async () => {
  const { app, post } = await createPageWorld();
  const preview = await post('/extensions/import/preview', { list: listOf(3) });
  expect([preview.status, preview.html.includes('Import 3 phones')]).toEqual([200, true]);
  const imported = await post('/extensions/import', { list: listOf(3) });
  expect(imported.headers.location).toBe('/extensions');
  await app.close();
});

test('of a list with many faults the page shows the first, and says how many more there are', async () => {
  const { app, post } = await createPageWorld();
  const list = `mac,extension\n${'x,y z\n'.repeat(200)}`;
  const { html } = await post('/extensions/import/preview', { list });
  expect(findMarkupFaults(html)).toEqual([]);
  expect(html).toContain('150 more rows are not shown.');
  expect(html).toContain('300 more faults are not listed.');
  const german = { 'accept-language': 'de' };
  expect((await post('/extensions/import/preview', { list }, german)).html).toContain('300 weitere Fehler');
  const none = Array.from({ length: 150 }, (_, index) => `c${index}`).join(',');
  const refused = await post('/extensions/import/preview', { list: `mac,${none}` }, german);
  expect([refused.status, refused.html.includes('51 weitere Fehler')]).toEqual([422, true]);
  await app.close();
});

test('an order to many phones that is taken back in time leaves no trace', async () => {
  const jobs = createBulkJobs(log);
  const ran: string[] = [];
  const items = ['a', 'b'].map((label) => ({
    label,
    async run() {
      ran.push(label);
      return undefined;
    },
  }));
  const held = jobs.start('block', items, { holdMs: 60_000, unforeseen: 'no' });
  expect(jobs.find(held.id)).toMatchObject({ isHeld: true, done: 0 });
  expect(jobs.undo(held.id)).toBe(true);
  expect(jobs.find(held.id)).toBeUndefined();
  const late = jobs.start('block', items, { holdMs: 1, unforeseen: 'no' });
  while (jobs.find(late.id)?.isOver !== true) await sleep(1);
  expect(ran).toEqual(['a', 'b']);
  expect(jobs.find(late.id)).toMatchObject({ isHeld: false, done: 2, failures: [] });
  expect(jobs.undo(late.id)).toBe(false);
  jobs.stop();
});
