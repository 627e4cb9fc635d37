import { expect, test } from 'vitest';
import { note } from '../../src/core/note.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { readTimeZone } from '../../src/core/time-zones.ts';
import { vendors } from '../../src/vendors/all.ts';
import { openMessageSet } from '../../src/web/message-set.ts';
import { sayNote } from '../../src/web/say-note.ts';

const { en, de } = openMessageSet();

test('a note is said in the reader’s language, with the notes and spans within it', () => {
  const why = note('clock.late', '{span} late', { span: { seconds: 7_201 } });
  const zone = note('note.time-zone', 'time zone {zone}: {why}', { zone: 'Asia/Gaza', why });
  expect(zone.text).toBe('time zone Asia/Gaza: 2 hours 1 second late');
  expect(sayNote(en, zone)).toBe('time zone Asia/Gaza: 2 hours 1 second late');
  expect(sayNote(de, zone)).toBe('Zeitzone Asia/Gaza: 2 Stunden 1 Sekunde zu spät');
});

test('a note that no message says is said in English', () => {
  expect(sayNote(de, note('nobody.says-so', 'it is {what}', { what: 'so' }))).toBe('it is so');
});

test('why a phone cannot follow a zone has no English left in German', () => {
  const english = /\b(?:the|late|early|starts|ends|takes|wrong|phone|hours?|minutes?)\b/;
  let inexact = 0;
  for (const zone of ['Pacific/Chatham', 'America/Nuuk', 'Africa/Cairo', 'Antarctica/Troll', 'America/Havana']) {
    const rule = readTimeZone(zone, Date.UTC(2026, 11, 1));
    if (!rule.ok) throw new Error(zone);
    for (const vendor of vendors) {
      const { note: why } = vendor.spellTimeZone(rule.value);
      if (why === null) continue;
      inexact += 1;
      expect(why.text).toMatch(english);
      expect(sayNote(de, why)).not.toMatch(english);
      expect(sayNote(de, why)).toMatch(/zum ersten Mal falsch am \d{4}-\d\d-\d\d/);
    }
  }
  expect(inexact).toBeGreaterThan(4);
});

test('what the makes tell of themselves is said in German', () => {
  const settings = { ...DEFAULT_SETTINGS, resyncMinutes: 30, pcVlanId: 6, pnpEnabled: false };
  const notes = vendors.flatMap((vendor) => [
    ...(vendor.fitSettings?.(settings).notes ?? []),
    ...vendor.absentFiles.map(({ why }) => why),
  ]);
  expect(notes.length).toBeGreaterThan(10);
  for (const told of notes) expect(sayNote(de, told)).not.toBe(told.text);
});
