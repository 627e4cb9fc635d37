import { expect, test } from 'vitest';
import { DEFAULT_INTERNET } from '../../src/core/internet.ts';
import { SETTING_NAMES } from '../../src/core/read-setting.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE, type Site } from '../../src/core/site.ts';
import { vendors } from '../../src/vendors/all.ts';
import { buildSiteModel } from '../../src/web/build-site-model.ts';
import { openMessageSet } from '../../src/web/message-set.ts';
import type { Form } from '../../src/web/read-form.ts';
import { parseSiteLayer, readSiteForm, type SiteLayer } from '../../src/web/read-site-form.ts';
import { SETTING_GROUPS } from '../../src/web/setting-fields.ts';

const { en, de } = openMessageSet();
const IDS = vendors.map(({ id }) => id);
const SITE_LAYER: SiteLayer = { kind: 'site' };

function formOf(fields: Readonly<Record<string, string>>): Form {
  return {
    get: (name) => (fields[name] ?? '').trim(),
    raw: (name) => fields[name] ?? '',
    all: (name) => (fields[name] === undefined ? [] : [fields[name]]),
    has: (name) => fields[name] !== undefined,
    names: () => Object.keys(fields),
  };
}

/** What the browser sends of a site's form that nobody touched. */
function untouched(site: Site, layer: SiteLayer = SITE_LAYER): Record<string, string> {
  const model = buildSiteModel(site, layer, vendors, en, {});
  const fields: Record<string, string> = { layer: model.layer, revision: model.revision };
  for (const { name, value, isOwnEmpty } of model.groups.flatMap((group) => group.fields)) {
    fields[name] = value;
    if (isOwnEmpty) fields[`own.${name}`] = 'yes';
  }
  if (!model.isSite) return fields;
  const { name, retentionDays, policies, rules, answerPending } = model;
  Object.assign(fields, { name: name.value, retentionDays: retentionDays.value, consolePassword: '' });
  fields.consolePasswordPolicy = policies.find(({ isChosen }) => isChosen)?.value ?? '';
  if (answerPending) fields.answerPending = 'yes';
  for (const rule of rules) {
    for (const field of [rule.vendorId, rule.macPrefix, rule.firstExtension, rule.lastExtension])
      fields[field.name] = field.value;
    if (rule.createExtensions) fields[`rule.${rule.index}.createExtensions`] = 'yes';
  }
  return fields;
}

function read(fields: Readonly<Record<string, string>>, site: Site = DEFAULT_SITE, layer: SiteLayer = SITE_LAYER) {
  return readSiteForm(formOf(fields), layer, site, IDS, en);
}

function apply(
  fields: Readonly<Record<string, string>>,
  site: Site = DEFAULT_SITE,
  layer: SiteLayer = SITE_LAYER,
): Site {
  const result = read(fields, site, layer);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value(site);
}

const RULE = {
  vendorId: null,
  macPrefix: '001565',
  firstExtension: '200',
  lastExtension: '219',
  createExtensions: false,
};
const FULL: Site = {
  ...DEFAULT_SITE,
  name: 'Praxis <Dr. Sommer>',
  settings: {
    sipServer: 'pbx.example',
    ntpServer: '',
    codecs: ['pcma', 'g722'],
    timeZone: 'Europe/Berlin',
    pnpEnabled: false,
    vlanId: 7,
    dateFormat: 'weekday dd mmm',
  },
  vendorSettings: { snom: { sipServer: '', srtp: 'required' } },
  modelSettings: { 'yealink/T46S': { dscpRtp: 34 } },
  consolePasswordPolicy: 'one',
  consolePassword: new Secret('c0nsole-Pa55'),
  answerPending: true,
  autoApprove: [RULE, { ...RULE, vendorId: 'snom', macPrefix: null, createExtensions: true }],
  retentionDays: 30,
  revision: 7,
};

test('every setting has a field, and each field a label in each language', () => {
  const fields = SETTING_GROUPS.flatMap((group) => group.fields);
  expect(fields.map(({ name }) => name).sort()).toEqual([...SETTING_NAMES].sort());
  for (const { name } of fields) for (const texts of [en, de]) expect(texts.t(`setting.${name}`)).not.toContain('⟦');
});

test('a form that nobody touched changes nothing, whatever the site is', () => {
  expect(apply(untouched(DEFAULT_SITE))).toEqual(DEFAULT_SITE);
  expect(apply(untouched(FULL), FULL)).toEqual(FULL);
  for (const id of ['snom', 'yealink/T46S', 'aastra']) {
    const layer = parseSiteLayer(id, IDS);
    if (!layer.ok) throw new Error(id);
    expect(apply(untouched(FULL, layer.value), FULL, layer.value)).toEqual(FULL);
  }
});

test('what is typed is what is set; what is emptied comes from below again', () => {
  const typed = { ...untouched(FULL), vlanId: ' 12 ', pnpEnabled: '', timeZone: 'America/New_York', ntpServer: '' };
  delete (typed as Record<string, string>)['own.ntpServer'];
  const { settings } = apply(typed, FULL);
  expect(settings).toMatchObject({ vlanId: 12, timeZone: 'America/New_York', sipServer: 'pbx.example' });
  expect('pnpEnabled' in settings || 'ntpServer' in settings).toBe(false);
});

test('a layer that is emptied is gone, and the others stay', () => {
  const layer: SiteLayer = { kind: 'vendor', id: 'snom' };
  const after = apply({ layer: 'snom' }, FULL, layer);
  expect(after.vendorSettings).toEqual({});
  expect(after.modelSettings).toEqual(FULL.modelSettings);
  const set = apply({ language: 'de' }, FULL, { kind: 'model', id: 'yealink/T54W' });
  expect(set.modelSettings).toEqual({ ...FULL.modelSettings, 'yealink/T54W': { language: 'de' } });
});

test('rules are added, changed and removed by their rows', () => {
  const fields = untouched(FULL);
  expect(fields['rule.2.firstExtension']).toBe('');
  const added = apply({ ...fields, 'rule.2.firstExtension': '300', 'rule.2.lastExtension': '309' }, FULL);
  expect(added.autoApprove).toHaveLength(3);
  expect(added.autoApprove[2]).toMatchObject({
    vendorId: null,
    macPrefix: null,
    firstExtension: '300',
    createExtensions: true,
  });
  const removed = apply({ ...fields, 'rule.0.remove': 'yes', 'rule.1.macPrefix': '00:04:13' }, FULL);
  expect(removed.autoApprove).toEqual([{ ...RULE, vendorId: 'snom', macPrefix: '000413', createExtensions: true }]);
});

test.each([
  [{ vlanId: 'many' }, 'vlanId', 'Saw "many", wanted a whole number from 0 to 4094.'],
  [{ timeZone: 'Europe/Berlim' }, 'timeZone', 'Is it one of Europe/Berlin'],
  [{ sipServer: 'a b' }, 'sipServer', 'a host name or address'],
  [{ codecs: 'g722, mp3' }, 'codecs', 'best first'],
  [{ sipTransport: 'carrier-pigeon' }, 'sipTransport', 'one of udp, tcp, tls'],
  [{ name: '' }, 'name', 'a name in one line'],
  [{ retentionDays: '' }, 'retentionDays', 'from 1 to 3650'],
  [{ retentionDays: '9999' }, 'retentionDays', 'from 1 to 3650'],
  [{ consolePasswordPolicy: 'one' }, 'consolePassword', 'has none to use'],
  [{ consolePassword: 'x'.repeat(65) }, 'consolePassword', 'Saw [secret]'],
  [
    { 'rule.4.macPrefix': '00', 'rule.4.firstExtension': '1', 'rule.4.lastExtension': '2' },
    'rule.4.macPrefix',
    'hex digits',
  ],
  [{ 'rule.0.firstExtension': '20', 'rule.0.lastExtension': '10' }, 'rule.0.lastExtension', 'not before the first'],
  [{ 'rule.0.macPrefix': '001565' }, 'rule.0.firstExtension', 'digits'],
])('%j is a fault of its field', (typed, field, sentence) => {
  const result = read({ ...untouched(DEFAULT_SITE), ...typed });
  if (result.ok) throw new Error('it was taken');
  expect(result.problem[field]).toContain(sentence);
  expect(Object.keys(result.problem).filter((name) => name !== field && !name.startsWith('rule.'))).toEqual([]);
});

test('every fault is told at once, in the language of the reader', () => {
  const fields = { ...untouched(DEFAULT_SITE), vlanId: '-1', language: 'german', name: '' };
  const result = readSiteForm(formOf(fields), SITE_LAYER, DEFAULT_SITE, IDS, de);
  if (result.ok) throw new Error('it was taken');
  expect(Object.keys(result.problem).sort()).toEqual(['language', 'name', 'vlanId']);
  expect(result.problem.vlanId).toContain('eine ganze Zahl von 0 bis 4094');
});

test('layers are those of makers that exist', () => {
  expect(parseSiteLayer('', IDS)).toEqual({ ok: true, value: { kind: 'site' } });
  expect(parseSiteLayer('snom', IDS)).toMatchObject({ ok: true, value: { kind: 'vendor' } });
  expect(parseSiteLayer('aastra/6869i', IDS)).toMatchObject({ ok: true, value: { kind: 'model' } });
  for (const text of ['nobody', 'nobody/T1', 'snom/', 'snom/ ', '__proto__', `snom/${'x'.repeat(65)}`]) {
    expect(parseSiteLayer(text, IDS).ok).toBe(false);
  }
});

test('the form of the site leaves the way to the Internet as it is', () => {
  const internet = { ...DEFAULT_INTERNET, mapPorts: true, hostName: 'office.example.com' };
  const site: Site = { ...FULL, internet, webhookSecret: new Secret('wh-s3cret-0f-the-0ffice') };
  const after = apply({ ...untouched(site), name: 'Praxis am Markt' }, site);
  expect(after.name).toBe('Praxis am Markt');
  expect(after.internet).toEqual(internet);
  expect(after.webhookSecret).toBe(site.webhookSecret);
});
