import { expect, test } from 'vitest';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import type { PhoneWords } from '../../src/core/sighting.ts';
import { aastra as facts } from '../../src/vendors/aastra.ts';
import { matchFile } from '../../src/vendors/match-file.ts';
import type { Vendor, VendorFile } from '../../src/vendors/vendor.ts';
import { aastraUserAgents } from './user-agents.ts';

const aastra: Vendor = facts;

const NOTHING_SAID: PhoneWords = { userAgent: '', vendor: '', model: '', firmware: '' };

function macOf(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(`no MAC: ${text}`);
  return mac;
}

const MAC = macOf('00:08:5d:aa:bb:cc');

test.each(aastraUserAgents)('reads $text', ({ text, model, firmware, mac }) => {
  expect(aastra.readUserAgent(text)).toEqual({ model, firmware, mac });
});

test.each([
  ['6869i', '6869i'],
  ['Mitel 6920w', '6920w'],
  ['Aastra6731i', '6731i'],
  ['57i', '6757i'],
])('the Event header’s model %s is %s', (said, model) => {
  expect(aastra.modelOf({ ...NOTHING_SAID, vendor: 'Mitel', model: said })).toBe(model);
});

test('a model that is none of its own is none', () => {
  expect(aastra.modelOf({ ...NOTHING_SAID, model: 'GRP2612W' })).toBeNull();
  expect(aastra.modelOf(NOTHING_SAID)).toBeNull();
});

test('its words are recognised, those of Mitel’s exchanges are not', () => {
  expect(aastra.recogniseWords({ ...NOTHING_SAID, userAgent: 'Mitel-6920-SIP/6.4.0.140' })).toBe(true);
  expect(aastra.recogniseWords({ ...NOTHING_SAID, vendor: 'Aastra' })).toBe(true);
  expect(aastra.recogniseWords({ ...NOTHING_SAID, userAgent: 'Mitel-3300-ICP', vendor: 'Mitel' })).toBe(false);
  expect(aastra.recogniseWords(NOTHING_SAID)).toBe(false);
});

test('its URL is a folder, for DHCP and the doorstep', () => {
  expect(aastra.profileUrl('http://192.0.2.1:8060/p/token/', MAC)).toBe('http://192.0.2.1:8060/p/token/');
});

test.each([
  ['00085DAABBCC.cfg', 'phone.cfg'],
  ['00085daabbcc.cfg', 'phone.cfg'],
  ['startup.cfg', 'startup.cfg'],
  ['aastra.cfg', 'startup.cfg'],
  ['6869i.cfg', 'model.cfg'],
  ['6920.cfg', 'model.cfg'],
  ['57iCT.cfg', 'model.cfg'],
])('%s is rendered from %s', (name, file) => {
  expect(matchFile(aastra, name)).toMatchObject({ kind: 'file', file: { name: file } });
});

test.each([
  'security.tuz',
  'startup.tuz',
  'aastra.tuz',
  '00085DAABBCC.tuz',
  '6869i.tuz',
  'startup.lic',
  '00085DAABBCC.lic',
  'firmware/6869i.st',
  '6869i.st',
])('%s is answered with 404 on purpose', (name) => {
  expect(matchFile(aastra, name).kind).toBe('absent');
});

test.each(['startup', 'firmware/../startup.cfg', 'sub/startup.cfg', 'y000000000028.cfg', 'lang_de.txt'])(
  '%s is none of its files',
  (name) => {
    expect(matchFile(aastra, name)).toEqual({ kind: 'unknown' });
  },
);

test('older models ask for aastra.cfg, newer ones for startup.cfg', () => {
  const common: VendorFile = facts.files[1];
  expect(['6731i', '57i', '9143i'].map((model) => common.pathFor(MAC, model))).toEqual(Array(3).fill('aastra.cfg'));
  expect(['6869i', '6920w'].map((model) => common.pathFor(MAC, model))).toEqual(Array(2).fill('startup.cfg'));
});

test('the simulated phone asks in the order that a real one was seen to', () => {
  expect(aastra.simulated.requests('http://h/p/t/', MAC, '6869i')).toEqual([
    'http://h/p/t/security.tuz',
    'http://h/p/t/startup.cfg',
    'http://h/p/t/6869i.cfg',
    'http://h/p/t/00085DAABBCC.cfg',
    'http://h/p/t/startup.lic',
    'http://h/p/t/00085DAABBCC.lic',
    'http://h/p/t/firmware/6869i.st',
  ]);
});
