import { expect, test } from 'vitest';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { readSiteChange } from '../../src/http/read-site-change.ts';
import { chooseCountries, chooseLanguages, chooseSetupDefaults } from '../../src/web/choose-setup-defaults.ts';
import { describeBrowser } from '../../src/web/describe-browser.ts';
import { describeClock } from '../../src/web/describe-clock.ts';
import type { Form } from '../../src/web/read-form.ts';
import { readSetupForm } from '../../src/web/read-setup-form.ts';

const GOOD = {
  code: 'ABC',
  user: 'anna',
  password: ' correct horse ',
  repeat: ' correct horse ',
  siteName: 'Praxis',
  sipServer: 'pbx.example',
  sipPort: '',
  sipTransport: 'udp',
  timeZone: 'Europe/Berlin',
  language: 'de',
  toneCountry: 'DE',
  ntpServer: '',
  approval: 'people',
};

function read(more: Record<string, string> = {}) {
  const fields = new Map(Object.entries({ ...GOOD, ...more }));
  const form: Form = {
    get: (name) => (fields.get(name) ?? '').trim(),
    raw: (name) => fields.get(name) ?? '',
    all: () => [],
    has: (name) => fields.has(name),
    names: () => [...fields.keys()],
  };
  return readSetupForm(form);
}

test('what is left empty keeps its default, and passwords are neither trimmed nor sent back', () => {
  const { errors, site, password, values } = read();
  expect(errors).toEqual({});
  expect(site).toEqual({
    name: 'Praxis',
    settings: {
      sipServer: 'pbx.example',
      sipTransport: 'udp',
      timeZone: 'Europe/Berlin',
      language: 'de',
      toneCountry: 'DE',
    },
    autoApprove: [],
  });
  expect(password).toBe(' correct horse ');
  expect(JSON.stringify(values)).not.toContain('horse');
});

test('ports are opened on the router only where somebody asked for it', () => {
  expect(read().site.internet).toBeUndefined();
  const { site } = read({ openPorts: 'yes' });
  expect(site.internet).toEqual({ mapPorts: true });
  const edit = readSiteChange(site, DEFAULT_SITE, []);
  // No port is chosen yet, so none is open.
  expect(edit.ok && edit.value(DEFAULT_SITE).internet).toEqual({ ...DEFAULT_SITE.internet, mapPorts: true });
});

test.each([
  [{ repeat: 'other' }, { repeat: 'setup.wrong-repeat' }],
  [{ sipServer: 'http://pbx' }, { sipServer: 'setup.wrong-host' }],
  [{ sipPort: '99999' }, { sipPort: 'setup.wrong-port' }],
  [{ sipTransport: 'ws' }, { sipTransport: 'setup.wrong-choice' }],
  [{ timeZone: '' }, { timeZone: 'setup.wrong-zone' }],
  [{ timeZone: 'Mars/Olympus' }, { timeZone: 'setup.wrong-zone' }],
  [{ language: 'klingon' }, { language: 'setup.wrong-choice' }],
  [{ siteName: 'x'.repeat(101) }, { siteName: 'setup.wrong-name' }],
  [{ siteName: 'a\u0000b' }, { siteName: 'setup.wrong-name' }],
  [{ approval: 'range' }, { firstExtension: 'setup.wrong-extension', lastExtension: 'setup.wrong-extension' }],
  [{ approval: 'range', firstExtension: '219', lastExtension: '200' }, { lastExtension: 'setup.wrong-range' }],
  [{ approval: 'range', firstExtension: '1', lastExtension: '99999' }, { lastExtension: 'setup.wrong-range' }],
])('%o is told at its field', (more, wanted) => {
  expect(read(more).errors).toEqual(wanted);
});

test('a range approves every known make', () => {
  const { site } = read({ approval: 'range', firstExtension: '0200', lastExtension: '0219' });
  expect(site.autoApprove).toEqual([
    { vendorId: null, macPrefix: null, firstExtension: '0200', lastExtension: '0219', createExtensions: true },
  ]);
});

test.each([
  ['de-DE,de;q=0.9,en;q=0.8', 'Etc/UTC', { language: 'de', country: 'DE', timeZone: 'Europe/Berlin' }],
  ['de-AT', 'UTC', { language: 'de', country: 'AT', timeZone: 'Europe/Vienna' }],
  ['fr', 'UTC', { language: 'fr', country: 'FR', timeZone: 'Europe/Paris' }],
  ['en-US', 'UTC', { language: 'en', country: 'US', timeZone: '' }],
  ['en-US', 'America/Denver', { language: 'en', country: 'US', timeZone: 'America/Denver' }],
  ['*', 'UTC', { language: 'en', country: 'US', timeZone: '' }],
  [undefined, 'UTC', { language: 'en', country: 'US', timeZone: '' }],
  ['x'.repeat(5_000), 'Nowhere/Land', { language: 'en', country: 'US', timeZone: '' }],
  ['en-001', 'Etc/UTC', { language: 'en', country: 'US', timeZone: '' }],
])('a browser that says %s on a host in %s: %o', (header, zone, wanted) => {
  expect(chooseSetupDefaults(header, zone)).toEqual(wanted);
});

test('countries and languages have names in the language of the reader', () => {
  expect(chooseCountries('de')).toContainEqual({ value: 'AT', label: 'Österreich' });
  const codes = chooseCountries('en').map(({ value }) => value);
  expect(codes.length).toBeGreaterThan(200);
  for (const none of ['EU', 'UN', 'ZZ', 'DD', 'SU']) expect(codes).not.toContain(none);
  expect(new Set(codes).size).toBe(codes.length);
  expect(chooseLanguages('en')).toContainEqual({ value: 'de', label: 'German' });
});

const WINTER = Date.UTC(2027, 0, 7, 8);

test('a clock says what it shows and when it changes next', () => {
  expect(describeClock('Europe/Berlin', WINTER)).toEqual({
    kind: 'changes',
    zone: 'Europe/Berlin',
    now: '09:00',
    at: Date.UTC(2027, 2, 28, 1),
    before: '02:00',
    after: '03:00',
  });
  expect(describeClock('America/New_York', Date.UTC(2027, 5, 1))).toMatchObject({ before: '02:00', after: '01:00' });
  expect(describeClock('Australia/Lord_Howe', WINTER)).toMatchObject({ before: '02:00', after: '01:30' });
  expect(describeClock('Asia/Kolkata', WINTER)).toEqual({ kind: 'steady', zone: 'Asia/Kolkata', now: '13:30' });
  expect(describeClock('Europe/Berlinn', WINTER)).toMatchObject({ kind: 'unknown', near: ['Europe/Berlin'] });
  // A small box without a battery starts in 1970.
  expect(describeClock('Europe/Berlin', 0)).toMatchObject({ kind: 'changes' });
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'Chrome · Linux',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0',
    'Edge · Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile/15E148 Safari/604',
    'Safari · iOS',
  ],
  ['Mozilla/5.0 (Android 16; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0', 'Firefox · Android'],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['', ''],
])('%s is %s', (userAgent, name) => {
  expect(describeBrowser(userAgent)).toBe(name);
});
