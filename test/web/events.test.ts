import { expect, test } from 'vitest';
import type { HappenedEvent } from '../../src/flows/list-events.ts';
import { formatEventJson } from '../../src/web/format-event-lines.ts';
import { writeEventLines } from '../../src/web/write-event-lines.ts';
import { APPROVED, BLOCKED, NOW, PENDING } from '../http/web-world.ts';
import { mac } from '../peers/office-doors.ts';
import { createPageWorld } from './page-world.ts';

const rowsOf = (html: string) => html.match(/<tr id="event-[^"]*"/g) ?? [];
const EVIL = '<img src=x onerror=alert(1)>';

test('everybody sees what phones were refused, technicians the warnings too, administrators who decided', async () => {
  const world = await createPageWorld();
  const { office, record, logged, tokens } = world;
  record(PENDING, 'refused', {}, 'the token in the URL is not that of this phone');
  record(APPROVED, 'fetched', { file: 'a.cfg' });
  logged.push({
    id: 1,
    at: NOW,
    level: 'error',
    event: 'store.batch-failed',
    message: 'history could not be written',
    detail: {},
  });
  await office.commit({
    audit: [{ at: NOW, actor: 'anna', action: 'device.blocked', subject: BLOCKED, detail: {} }],
  });
  const sees = async (token: string, query = '') => {
    const { status, html } = await world.get(`/events${query}`, { token });
    expect(status).toBe(200);
    return rowsOf(html)
      .map((row) => row.replace(/.*event-(\w+).*/, '$1'))
      .sort();
  };
  expect(await sees(tokens.viewer)).toEqual(['phone']);
  expect(await sees(tokens.technician)).toEqual(['phone', 'program']);
  expect(await sees(tokens.admin)).toEqual(['decision', 'phone', 'program']);
  // What one may not see is not to be had by asking for it.
  expect(await sees(tokens.technician, '?kind=decisions&person=anna')).toEqual(['phone', 'program']);
  expect(await sees(tokens.viewer, '?kind=program')).toEqual(['phone']);
  expect(await sees(tokens.admin, '?kind=decisions')).toEqual(['decision']);
  expect(await sees(tokens.admin, '?person=ann')).toEqual(['decision']);
  expect(await sees(tokens.viewer, '?kind=steps')).toEqual(['phone', 'phone']);
});

test('a phone is found by its MAC address in any spelling and by its extension', async () => {
  const world = await createPageWorld();
  world.record(PENDING, 'refused', {}, 'nobody has decided yet');
  world.record(APPROVED, 'stalled', {}, 'no answer to NOTIFY (ua-profile)');
  const found = async (phone: string) => rowsOf((await world.get(`/events?phone=${phone}`)).html).length;
  expect(await found('')).toBe(2);
  expect(await found('00-15-65-00-00-0A')).toBe(1);
  expect(await found('101')).toBe(1);
  expect(await found('999')).toBe(0);
  expect((await world.get('/events?phone=999')).html).toContain('No phone has this MAC address or extension');
});

test('what is known of an event is said in German, too, and what phones say stands as it is', async () => {
  const world = await createPageWorld();
  const { office, record, logged, tokens } = world;
  record(PENDING, 'stalled', { copies: 7, event: 'ua-profile' }, 'nobody knows why');
  const detail = { reason: 'disk full', durationMs: 2_000 };
  logged.push({ id: 1, at: NOW, level: 'error', event: 'store.batch-failed', message: 'in English', detail });
  const audit = { at: NOW, actor: 'anna', subject: '101' };
  await office.commit({
    audit: [
      { ...audit, action: 'extension.changed', detail: { changed: 'displayName language' } },
      { ...audit, action: 'devices.exported', detail: { passwords: true, phones: 1_234 } },
    ],
  });
  const { html } = await world.get('/events', { token: tokens.admin, 'accept-language': 'de' });
  const text = html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  expect(text).toContain('Sendungen 7 Ereignis ua-profile');
  expect(text).toContain('Ereignisse ließen sich nicht schreiben');
  expect(text).toContain('Grund disk full durationMs 2 Sek.');
  expect(text).toContain('geändert Anzeigename, Sprache');
  expect(text).toContain('mit Passwörtern ja Telefone 1234');
});

test('pages lead to older ones and back, with the filter kept', async () => {
  const world = await createPageWorld();
  for (let index = 0; index < 120; index++) world.record(PENDING, 'refused', {}, `reason ${index}`);
  const seen: string[] = [];
  let path: string | undefined = '/events?kind=trouble';
  for (let pages = 0; path !== undefined && pages < 9; pages++) {
    const { html }: { html: string } = await world.get(path);
    seen.push(...(html.match(/reason \d+/g) ?? []));
    path = /rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
    if (path !== undefined) expect(path).toContain('kind=trouble');
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => `reason ${119 - index}`));
});

test('what phones and people say never becomes markup or a formula', async () => {
  const world = await createPageWorld();
  world.record(PENDING, 'refused', { file: EVIL }, `=HYPERLINK("x") ${EVIL}`);
  const { html } = await world.get(`/events?kind=steps&phone=${encodeURIComponent(PENDING)}`);
  expect(html).not.toContain('<img');
  expect(
    (await world.get(`/events?person=${encodeURIComponent(`"${EVIL}`)}`, { token: world.tokens.admin })).html,
  ).not.toContain('<img');
  const csv = (await world.get('/events/download?kind=trouble')).html;
  expect(csv).toContain(`"'=HYPERLINK(""x"") ${EVIL}"`);
});

test('a download has every row, as CSV and as JSON lines, and is for technicians', async () => {
  const world = await createPageWorld();
  for (let index = 0; index < 1_234; index++) {
    // Of one phone alone, not so much is recorded.
    world.record(
      mac(`0015650010${(index % 50).toString(16).padStart(2, '0')}`),
      'refused',
      { index },
      `reason ${index}`,
    );
  }
  const csv = await world.get('/events/download?kind=trouble');
  expect(csv.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="plugtone-events-2026-01-07.csv"',
  });
  expect(csv.html.trimEnd().split('\r\n')).toHaveLength(1_235);
  const lines = (await world.get('/events/download.jsonl?kind=trouble')).html.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).detail.index)).toEqual(
    Array.from({ length: 1_234 }, (_, index) => 1_233 - index),
  );
  for (const path of ['/events/download', '/events/download.jsonl'])
    expect((await world.get(path, { token: world.tokens.viewer })).status).toBe(403);
});

test('a download that leaves older rows out says so in its last row', async () => {
  const event = (id: number): HappenedEvent => {
    const entry = { at: id, actor: 'anna', action: 'device.blocked', subject: 'x', detail: {} };
    return { source: 'decision', id, at: id, entry };
  };
  const write = async (count: number) => {
    const written: string[] = [];
    const lines = writeEventLines({
      async readPage(before) {
        const from = before?.decision ?? 0;
        const items = Array.from({ length: Math.min(10, count - from) }, (_, index) => event(from + index));
        return { items, next: from + 10 < count ? { decision: from + 10 } : null };
      },
      format: formatEventJson,
      most: 30,
      now: NOW,
    });
    for await (const text of lines) written.push(...text.trimEnd().split('\n'));
    return written;
  };
  expect(await write(25)).toHaveLength(25);
  const whole = await write(30);
  expect([whole.length, whole.at(-1)?.includes('download.cut')]).toEqual([30, false]);
  const cut = await write(31);
  expect(cut).toHaveLength(31);
  expect(JSON.parse(cut.at(-1) ?? '')).toMatchObject({
    at: '2026-01-07T08:00:00.000Z',
    source: 'program',
    event: 'download.cut',
    text: expect.stringContaining('only the newest 30 rows'),
  });
});

test('the live part of the list is its first page only', async () => {
  const world = await createPageWorld();
  for (let index = 0; index < 60; index++) world.record(PENDING, 'refused', {}, `reason ${index}`);
  const first = (await world.get('/events')).html;
  expect(first).toContain('hx-get="/events/rows"');
  const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll('&#x3D;', '=') ?? '';
  expect((await world.get(next)).html).not.toContain('hx-get="/events/rows');
  const rows = (await world.get('/events/rows', { 'hx-request': 'true' })).html;
  expect(rowsOf(rows)).toHaveLength(50);
  expect(rows).not.toContain('<html');
});

test('an office where nothing happened is told what will stand here', async () => {
  const { get } = await createPageWorld();
  expect((await get('/events')).html).toContain('Nothing has happened yet');
  expect((await get('/events', { 'accept-language': 'de' })).html).toContain('Noch ist nichts geschehen');
});

test('the system says what is wrong and leads only where there is something', async () => {
  const { get, tokens } = await createPageWorld();
  const { status, html } = await get('/system', { token: tokens.admin });
  expect(status).toBe(200);
  expect(html).toContain('overrides.json is broken: line 3');
  expect(html).toContain('sysctl -w net.core.rmem_max&#x3D;4194304');
  expect(html).toContain('hears phones');
  expect(html).toContain('192.168.10.2/24');
  const tabs = /<nav class="tabs".*?<\/nav>/.exec(html)?.[0] ?? '';
  for (const [, href] of tabs.matchAll(/href="([^"]+)"/g))
    expect((await get(href ?? '', { token: tokens.admin })).status).toBe(200);
  const viewers = (await get('/system', { token: tokens.viewer })).html;
  expect(viewers).not.toContain('href="/users"');
});
