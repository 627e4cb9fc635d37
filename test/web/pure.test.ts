import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JourneyEvent, JourneyStep } from '../../src/core/journey.ts';
import { giveReason } from '../../src/core/journey.ts';
import { note } from '../../src/core/note.ts';
import { readTimeZone } from '../../src/core/time-zones.ts';
import { buildClock } from '../../src/web/build-clock.ts';
import { buildFileLines, linesOfText } from '../../src/web/build-file-lines.ts';
import { buildJourney } from '../../src/web/build-journey.ts';
import { buildLamps } from '../../src/web/build-lamps.ts';
import { chooseFreeExtensions } from '../../src/web/choose-free-extensions.ts';
import { chooseLanguage } from '../../src/web/choose-language.ts';
import { findPhones, PAGE_ROWS } from '../../src/web/find-phones.ts';
import { formatRanges } from '../../src/web/format-ranges.ts';
import { openMessageSet } from '../../src/web/message-set.ts';
import { planBulkApproval } from '../../src/web/plan-bulk-approval.ts';
import { readCookie } from '../../src/web/read-cookie.ts';
import { readNumberList } from '../../src/web/read-number-list.ts';
import { formatPhoneQuery, readPhoneQuery } from '../../src/web/read-phone-query.ts';
import { sayReason } from '../../src/web/say-note.ts';
import { device, mac, NOW } from '../http/web-world.ts';

const { en, de } = openMessageSet();

test.each([
  [undefined, undefined, 'en'],
  [undefined, 'de-CH, fr;q=0.9', 'de'],
  [undefined, 'fr, de;q=0.2, en;q=0.8', 'en'],
  [undefined, 'de;q=0, en;q=0.1', 'en'],
  [undefined, 'den, tlh', 'en'],
  ['de', 'en', 'de'],
  ['klingon', 'de', 'de'],
])('chosen %s with Accept-Language %s is %s', (chosen, header, language) => {
  expect(chooseLanguage(chosen, header)).toBe(language);
});

test('any header of a browser leads to a language, any cookie to a value or none', () => {
  fc.assert(fc.property(fc.string(), (text) => ['en', 'de'].includes(chooseLanguage(text, text))));
  fc.assert(
    fc.property(fc.string(), fc.string(), (header, name) =>
      ['string', 'undefined'].includes(typeof readCookie(header, name)),
    ),
  );
  expect(readCookie('a=1; theme=dark%20; b=2', 'theme')).toBe('dark ');
  expect(readCookie('theme=%ff', 'theme')).toBeUndefined();
});

test('the next free extensions: existing ones first, then after the highest, with their zeros', () => {
  const free = (numbers: string[], taken: string[], count = 3) =>
    chooseFreeExtensions({ numbers, isTaken: (number) => taken.includes(number) }, count);
  expect(free([], [])).toEqual(['101', '102', '103']);
  expect(free(['101', '103', '110'], ['101'])).toEqual(['103', '110', '111']);
  expect(free(['0098', '0099'], ['0098', '0099'])).toEqual(['0100', '0101', '0102']);
  expect(free(['reception', '+4930123456789'], [])).toEqual(['101', '102', '103']);
  expect(free(['101'], ['101', '102'])).toEqual(['103', '104', '105']);
});

test('lists of numbers: ranges, lists, and lines with a MAC address', () => {
  expect(readNumberList('101-103, 110\n0010-0012').numbers).toEqual([
    '101',
    '102',
    '103',
    '110',
    '0010',
    '0011',
    '0012',
  ]);
  const pasted = readNumberList('00:15:65:aa:bb:cc\t205\n104\n001565AABBDD;206');
  expect([...pasted.byMac]).toEqual([['001565aabbcc', '205']]);
  expect(pasted.numbers).toEqual(['104', '206']);
  expect(readNumberList('101-999999').faults).toEqual(['101-999999']);
  expect(readNumberList('105-101 <b>').faults).toEqual(['105-101', '<b>']);
  expect(readNumberList('1000000-1000999, 1-999').numbers).toHaveLength(1000);
  fc.assert(fc.property(fc.string(), (text) => readNumberList(text).numbers.length <= 1000));
});

test('what is formatted as ranges is read back as it was', () => {
  const numbers = fc.array(
    fc.integer({ min: 1, max: 9_999 }).map((number) => String(number).padStart(4, '0')),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(numbers, (list) => {
      expect(readNumberList(formatRanges(list)).numbers).toEqual(list);
    }),
  );
  expect(formatRanges(['101', '102', '103', '110', '9', '10'])).toBe('101-103, 110, 9, 10');
});

test('a plan gives each phone its own number, and says what is taken and what is missing', () => {
  const phones = ['001565aabb01', '001565aabb02', '001565aabb03', '001565aabb04'].map((address) => ({
    mac: mac(address),
  }));
  const list = readNumberList('101, 101\n00:15:65:aa:bb:02 300');
  const plan = planBulkApproval(phones, list, (number) => (number === '300' ? mac('001565aabbff') : undefined));
  expect(plan.map(({ extension }) => extension)).toEqual(['101', '300', '101', '']);
  expect(plan.map(({ takenBy }) => takenBy)).toEqual([null, '001565aabbff', '001565aabb01', null]);
});

test.each([
  ['pending', { asked: 1 }, null, ['lit', 'waiting', 'hollow', 'hollow', 'hollow']],
  ['approved', { asked: 1, notified: 2 }, null, ['lit', 'skipped', 'lit', 'waiting', 'hollow']],
  ['approved', { asked: 1, answered: 1, notified: 2 }, 'stalled', ['lit', 'lit', 'lit', 'refused', 'hollow']],
  ['approved', {}, null, ['hollow', 'hollow', 'hollow', 'hollow', 'hollow']],
  ['blocked', { asked: 1 }, null, ['lit', 'hollow', 'hollow', 'hollow', 'hollow']],
] as const)('lamps of a phone that is %s with %o and trouble %s', (state, lit, step, states) => {
  const dark = { asked: null, answered: null, notified: null, acknowledged: null, configured: null };
  const trouble = step === null ? null : { step, at: 3, reason: '' };
  expect(buildLamps({ state }, { ...dark, ...lit }, trouble).map((lamp) => lamp.state)).toEqual(states);
});

test('a page of the list: waiting ones by their last word, others by extension, pages that exist', () => {
  const phones = Array.from({ length: 120 }, (_, index) =>
    device(`00156500${index.toString(16).padStart(4, '0')}`, { state: 'approved', extensions: [String(100 + index)] }),
  );
  const waiting = [device('001565000f01', { lastSeenAt: 1 }), device('001565000f02', { lastSeenAt: 2 })];
  const names = { vendorName: () => '', extensionName: () => '' };
  const find = (query: object) =>
    findPhones([...phones, ...waiting], readPhoneQuery(query), names, ({ mac }) => mac.endsWith('05'));
  expect(find({}).phones.map(({ extensions }) => extensions[0])).toEqual(
    phones.slice(0, PAGE_ROWS).map(({ extensions }) => extensions[0]),
  );
  expect(find({}).waiting.map(({ mac }) => mac)).toEqual(['001565000f02', '001565000f01']);
  expect(find({ page: '99' })).toMatchObject({ page: 3, pages: 3, phoneCount: 120 });
  expect(find({ order: 'down' }).phones[0]?.extensions).toEqual(['219']);
  expect(find({ show: 'stuck' }).phones.map(({ extensions }) => extensions[0])).toEqual(['105']);
  expect(find({ q: '00:15:65:00:0f' })).toMatchObject({ phoneCount: 0, waitingCount: 2 });
});

test('the address of the list survives, and nonsense in it is nothing', () => {
  const query = readPhoneQuery({ q: ' a&b ', show: 'stuck', sort: 'seen', order: 'down', page: '3' });
  expect(readPhoneQuery(Object.fromEntries(new URL(formatPhoneQuery(query), 'http://x').searchParams))).toEqual(query);
  expect(formatPhoneQuery(readPhoneQuery({ show: 'x', sort: ['y'], page: '-1' }))).toBe('/');
});

function step(name: JourneyStep, at: number, more: Partial<JourneyEvent> = {}): JourneyEvent {
  return { mac: mac('001565aabbcc'), at, step: name, reason: '', detail: {}, ...more };
}

test('a journey is told boot by boot, with what it took and where it got stuck', () => {
  const events = [
    step('seen', 1_000, { reason: 'nobody has decided yet' }),
    step('seen', 5_000, { reason: 'nobody has decided yet' }),
    step('approved', 6_000),
    step('notified', 6_010),
    step('stalled', 10_000, {
      ...giveReason(note('reason.no-answer', 'no answer to NOTIFY ({event})', { event: 'ua-profile' })),
    }),
    step('seen', 90_000),
    step('fetched', 91_400, { detail: { file: 'x.boot', status: 404 } }),
    step('fetched', 91_500, { reason: 'not here', detail: { file: 'y.boot', status: 404 } }),
    step('fetched', 92_000, { detail: { file: 'a.cfg', status: 200 } }),
  ];
  const [second, first] = buildJourney(events.reverse(), de);
  expect(first?.points.map(({ times, step }) => `${step}×${times}`)).toEqual([
    'seen×2',
    'approved×1',
    'notified×1',
    'stalled×1',
  ]);
  expect(first?.isStuck).toBe(true);
  expect(first?.points.at(-1)).toMatchObject({
    kind: 'bad',
    after: '+4 Sek.',
    reason: expect.stringContaining('keine Antwort auf NOTIFY'),
  });
  expect(second).toMatchObject({ isStuck: false, took: '2 Sek.' });
  expect(second?.points.map(({ kind }) => kind)).toEqual(['good', 'plain', 'good']);
  // What need not be there is told in one line that opens.
  expect(second?.points[1]).toMatchObject({
    title: 'fragte nach 2 Dateien, die es nicht geben muss',
    facts: '',
    folded: [expect.stringContaining('x.boot'), expect.stringContaining('y.boot · Status 404: not here')],
  });
  const places = second?.points.map(({ x }) => x) ?? [];
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(Math.max(...places)).toBeLessThan(640);
});

test('a reason that we do not know is told as it was written', () => {
  const reason = 'the extension has no password';
  expect(sayReason(de, { reason })).toBe(reason);
  expect(sayReason(de, { reason, because: note('test.unknown', reason) })).toBe(reason);
});

test('coloured lines are the text, whatever stands in it', () => {
  const formats = fc.constantFrom('key-value' as const, 'colon-value' as const, 'xml' as const);
  const line = fc.string({ maxLength: 60 }).map((text) => text.replace(/\n/g, ''));
  fc.assert(
    fc.property(line, formats, (text, format) => {
      const [built] = buildFileLines([{ kind: 'same', text }], format);
      expect(built?.parts.map((part) => part.text).join('')).toBe(text);
    }),
  );
  const kinds = (text: string, format: 'key-value' | 'xml') =>
    buildFileLines(linesOfText(text), format)[0]
      ?.parts.map(({ kind }) => kind)
      .join('');
  expect(kinds('password = ••••••', 'key-value')).toBe('kpvm');
  expect(kinds('# a comment = 1', 'key-value')).toBe('c');
  expect(kinds('  <P1>text</P1> <!-- why -->', 'xml')).toBe('vkvkvc');
});

test.each([
  ['Europe/Berlin', Date.UTC(2027, 0, 7), 2, 'Sun, 28 Mar 2027', '02:00', '03:00'],
  ['Europe/Berlin', Date.UTC(2027, 6, 7), 2, 'Sun, 31 Oct 2027', '03:00', '02:00'],
  ['Australia/Sydney', Date.UTC(2027, 11, 7), 2, 'Sun, 2 Apr 2028', '03:00', '02:00'],
  ['America/Los_Angeles', Date.UTC(2027, 5, 7), 2, 'Sun, 7 Nov 2027', '02:00', '01:00'],
])('the clock of %s at %i', (zone, now, marks, day, from, to) => {
  const rule = readTimeZone(zone, now);
  if (!rule.ok) throw new Error(rule.problem.kind);
  const clock = buildClock(rule.value, { settings: { tz: '1' }, exact: false, note: note('test.why', 'why') }, now, en);
  expect(clock.marks).toHaveLength(marks);
  expect(clock.next).toEqual({ day, from, to });
  expect(clock.pieces.reduce((sum, { width }) => sum + width, 0)).toBe(640);
  expect(clock.pieces.filter(({ isSummer }) => isSummer).length).toBeGreaterThan(0);
  expect(clock.pieces.filter(({ isSummer }) => !isSummer).length).toBeGreaterThan(0);
});

test('a clock that never changes says so', () => {
  const rule = readTimeZone('Asia/Kolkata', NOW);
  if (!rule.ok) throw new Error(rule.problem.kind);
  const clock = buildClock(rule.value, { settings: {}, exact: true, note: null }, NOW, de);
  expect(clock).toMatchObject({ next: null, marks: [], offset: 'UTC+05:30' });
});
