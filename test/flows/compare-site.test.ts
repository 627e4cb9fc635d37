import { beforeAll, expect, test } from 'vitest';
import type { Device } from '../../src/core/device.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Site } from '../../src/core/site.ts';
import { changeSite } from '../../src/flows/change-site.ts';
import { compareSite } from '../../src/flows/compare-site.ts';
import { createConfigCache } from '../../src/flows/config-cache.ts';
import { openTemplateSet, type TemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { device, extension, openDoors } from '../peers/office-doors.ts';

let templates: TemplateSet;
beforeAll(async () => {
  templates = await openTemplateSet({ vendors, siteDir: null });
});

const phone = (mac: string, vendorId: string, number: string, more: Partial<Device> = {}) =>
  device(mac, {
    state: 'approved',
    vendorId,
    extensions: [number],
    token: `t0ken-${mac}`,
    address: '192.168.10.41',
    ...more,
  });

const YEALINK = phone('001565000001', 'yealink', '101', { model: 'T46S' });
const SNOM = phone('000413000002', 'snom', '102', { model: 'D785', settings: { language: 'de' } });
const PENDING = device('001565000003', { vendorId: 'yealink' });

function open(devices: Device[] = [YEALINK, SNOM, PENDING], site: Partial<Site> = {}, mailbox = '') {
  const world = openDoors({
    devices,
    extensions: devices.flatMap(({ extensions }) =>
      extensions.map((number) => extension(number, { voicemail: mailbox })),
    ),
    site,
  });
  const { office, counters, clock } = world.doors;
  const cache = createConfigCache({ office, templates, counters, clock, phonePort: 8060 });
  const compare = (draft: Partial<Site>, example?: Device) =>
    compareSite(world.doors, cache, { ...office.site(), ...draft }, { example: example?.mac });
  return { ...world, cache, compare };
}

test('a change reaches the phones whose files become different, and shows one of them', async () => {
  const { compare, commits } = open();
  const result = await compare({ settings: { language: 'fr' } });
  // The Snom has a language of its own.
  expect(result).toMatchObject({ phones: 2, changed: [YEALINK.mac], broken: [], isExact: true });
  expect(result.example).toMatchObject({ mac: YEALINK.mac });
  const lines = result.example?.lines.flatMap((line) => (line === null || line.kind === 'same' ? [] : [line])) ?? [];
  expect(lines.length).toBeGreaterThan(1);
  for (const { kind, text } of lines) expect(text).toContain(kind === 'added' ? 'French' : 'English');
  expect(commits).toEqual([]);
});

test('a phone whose extension has a language of its own keeps it', async () => {
  const { office, compare } = open();
  office.adopt({ extensions: [extension('101', { language: 'it' })] });
  expect((await compare({ settings: { language: 'fr' } })).changed).toEqual([]);
});

test('what no file depends on changes no phone', async () => {
  const { compare } = open();
  expect(await compare({ retentionDays: 7, answerPending: true, settings: {} })).toMatchObject({
    changed: [],
    example: null,
    notes: [],
  });
  const none = open([]);
  expect(await none.compare({ settings: { language: 'fr' } })).toMatchObject({ phones: 0, changed: [] });
});

test('the example is the phone that was asked for', async () => {
  const { compare } = open();
  const result = await compare({ settings: { sipServer: 'pbx.example' } }, SNOM);
  expect(result.changed).toHaveLength(2);
  expect(result.example?.mac).toBe(SNOM.mac);
});

test('secrets are covered in the example, and a change of secrets alone shows no line', async () => {
  const { compare } = open([YEALINK], { consolePasswordPolicy: 'one', consolePassword: new Secret('0ld-Pa55') });
  const result = await compare({ consolePassword: new Secret('n3w-Pa55') });
  expect(result).toMatchObject({ changed: [YEALINK.mac], example: { lines: [] } });
  const all = await compare({ settings: { sipServer: 'pbx.example', sipPort: 5070 } });
  expect(JSON.stringify(all)).not.toMatch(/Pa55|pw-101|t0ken/);
});

test('what a phone cannot do as asked is told once, and only what is new', async () => {
  const { compare } = open([YEALINK], { settings: { toneCountry: 'XX' } });
  expect((await compare({ settings: { toneCountry: 'XX', sipPort: 5070 } })).notes).toEqual([]);
  expect((await compare({ settings: { toneCountry: 'XX', language: 'xx' } })).notes).toMatchObject([
    { text: expect.stringContaining('language "xx"') },
  ]);
});

test('phones that would get no file any more are told with the reason', async () => {
  const { compare } = open();
  const result = await compare({ consolePasswordPolicy: 'one' });
  expect(result.changed).toEqual([]);
  expect(result.broken).toHaveLength(2);
  expect(result.broken[0]?.reason.text).toContain('console password');
});

test('random console passwords are drawn for the phones that are approved already', async () => {
  const { compare, cache, office } = open();
  expect(await compare({ consolePasswordPolicy: 'random' })).toMatchObject({ broken: [], changed: { length: 2 } });
  await changeSite(office, (site) => ({ ...site, consolePasswordPolicy: 'random' }), 'anna', 1);
  const after = office.findDevice(YEALINK.mac);
  const drawn = after?.consolePasswords?.admin.reveal();
  expect(drawn).toHaveLength(16);
  expect(office.findDevice(PENDING.mac)?.consolePasswords).toBeNull();
  const [vendor] = vendors;
  if (after === undefined || vendor === undefined) throw new Error('the phone is gone');
  expect(cache.render(after, vendor, vendor.files[0], '192.168.10.2').ok).toBe(true);
  await changeSite(office, (site) => ({ ...site, retentionDays: 5 }), 'anna', 2);
  expect(office.findDevice(YEALINK.mac)).toBe(after);
});

test('of many phones one of each kind is rendered, and the counts are the same', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => {
    const mac = (0x001565100000 + index).toString(16).padStart(12, '0');
    const more = { model: index % 2 === 0 ? 'T46S' : 'T54W', settings: index % 4 === 0 ? { language: 'de' } : {} };
    return phone(mac, 'yealink', String(1000 + index), more);
  });
  const { compare, doors } = open(many);
  const before = doors.counters.read().filesRendered;
  const result = await compare({ settings: { language: 'fr' } });
  expect(result.isExact).toBe(false);
  expect(result.changed).toHaveLength(1_500);
  expect(doors.counters.read().filesRendered).toBe(before);
  // Half of the mailboxes are the extensions' own.
  const mailboxes = open(many, {}, '*97');
  expect((await mailboxes.compare({ settings: { voicemailNumber: '*98' } })).changed).toEqual([]);
});
