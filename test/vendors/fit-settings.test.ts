import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type SettingsPatch } from '../../src/core/settings.ts';
import { aastra } from '../../src/vendors/aastra.ts';
import { vendors } from '../../src/vendors/all.ts';
import { grandstream } from '../../src/vendors/grandstream.ts';
import { renderTemplate, sampleView } from './sample-view.ts';

function withPatch(patch: SettingsPatch) {
  return { ...DEFAULT_SETTINGS, ...patch };
}

test.each([
  [{ resyncMinutes: 30 }, /^resyncMinutes 30: the phone counts in days and looks for changes every night/],
  [{ resyncMinutes: 1441 }, /every 2 nights/],
  [{ pcVlanId: 6 }, /^pcVlanId 6 has no effect/],
  [{ pnpEnabled: false }, /^pnpEnabled false has no effect/],
])('an Aastra that is told %j gets a note', (patch, says) => {
  const { notes } = aastra.fitSettings(withPatch(patch));
  expect(notes).toHaveLength(1);
  expect(notes[0]?.text).toMatch(says);
});

test.each([{}, { resyncMinutes: 0 }, { resyncMinutes: 2880 }, { vlanId: 5, pcVlanId: 6 }])(
  'an Aastra that is told %j does it',
  (patch) => {
    expect(aastra.fitSettings(withPatch(patch))).toEqual({ settings: withPatch(patch), notes: [] });
  },
);

test('a Grandstream is never told less than an hour', () => {
  const { settings, notes } = grandstream.fitSettings(withPatch({ resyncMinutes: 30 }));
  expect(settings.resyncMinutes).toBe(60);
  expect(notes.map(({ text }) => text)).toEqual([expect.stringMatching(/^resyncMinutes 30: .* told 60$/)]);
  for (const resyncMinutes of [0, 60, 1440]) {
    expect(grandstream.fitSettings(withPatch({ resyncMinutes }))).toEqual({
      settings: withPatch({ resyncMinutes }),
      notes: [],
    });
  }
});

test('no vendor has anything to say of the defaults', () => {
  for (const { fitSettings } of vendors) expect(fitSettings?.(DEFAULT_SETTINGS).notes ?? []).toEqual([]);
});

test('an Aastra keeps its language where the file has none of its packs, and goes back to English where English is wanted', () => {
  const keep = renderTemplate(aastra, 'phone.cfg', sampleView(aastra, '6920', { language: '', languageIsKnown: '' }));
  expect(keep).not.toMatch(/language/);
  const english = renderTemplate(aastra, 'phone.cfg', sampleView(aastra, '6920', { language: '' }));
  expect(english).toMatch(/^language: 0\nweb language: 0$/m);
});
