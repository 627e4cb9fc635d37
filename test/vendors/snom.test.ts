import { expect, test } from 'vitest';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import type { PhoneWords } from '../../src/core/sighting.ts';
import { matchFile } from '../../src/vendors/match-file.ts';
import { snom } from '../../src/vendors/snom.ts';
import { snomUserAgents } from './user-agents.ts';

const NOTHING_SAID: PhoneWords = { userAgent: '', vendor: '', model: '', firmware: '' };

function macOf(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(`no MAC: ${text}`);
  return mac;
}

const MAC = macOf('00:04:13:aa:bb:cc');

test.each(snomUserAgents)('reads $text', ({ text, model, firmware, mac }) => {
  expect(snom.readUserAgent(text)).toEqual({ model, firmware, mac });
});

test.each([
  ['snomD120', 'D120'],
  ['snom370', '370'],
  ['D785', 'D785'],
  ['d785', 'D785'],
  ['snomPA1', 'PA1'],
  ['D710', '710'],
  ['snom712', 'D712'],
  // Newer than the list.
  ['snomD999', 'D999'],
])('the Event header’s model %s is %s', (said, model) => {
  expect(snom.modelOf({ ...NOTHING_SAID, vendor: 'snom', model: said })).toBe(model);
});

test('a model that says nothing is none', () => {
  expect(snom.modelOf({ ...NOTHING_SAID, vendor: 'OEM', model: 'OEM', firmware: '7.1.19' })).toBeNull();
  expect(snom.modelOf(NOTHING_SAID)).toBeNull();
});

test('the User-Agent is believed before the Event header', () => {
  expect(snom.modelOf({ ...NOTHING_SAID, userAgent: 'snomD120/10.1.39.11', model: 'snomD785' })).toBe('D120');
});

test('words of its own are recognised, and firmware 7 that calls itself OEM', () => {
  expect(snom.recogniseWords({ ...NOTHING_SAID, vendor: 'snom', model: 'snom370', firmware: '7.1.24' })).toBe(true);
  expect(snom.recogniseWords({ ...NOTHING_SAID, vendor: 'OEM', model: 'OEM', firmware: '7.1.19' })).toBe(true);
  expect(snom.recogniseWords({ ...NOTHING_SAID, vendor: 'OEM', model: 'OEM', firmware: '2.4.1' })).toBe(false);
  expect(
    snom.recogniseWords({ ...NOTHING_SAID, userAgent: 'Escene', vendor: 'OEM', model: 'OEM', firmware: '7.1' }),
  ).toBe(false);
  expect(snom.recogniseWords(NOTHING_SAID)).toBe(false);
});

test('the NOTIFY carries the URL of the phone’s own file, MAC in upper case', () => {
  expect(snom.profileUrl('http://192.0.2.1:8060/p/token/', MAC)).toBe('http://192.0.2.1:8060/p/token/000413AABBCC.xml');
});

test.each([
  ['000413AABBCC.xml', undefined],
  ['000413aabbcc.xml', undefined],
  ['snomD785-000413AABBCC.htm', 'D785'],
  ['snom360-000413aabbcc.htm', '360'],
])('%s is the phone’s own file', (name, model) => {
  expect(matchFile(snom, name)).toEqual({ kind: 'file', file: snom.files[0], mac: MAC, ...(model && { model }) });
});

test.each(['snomD785.htm', 'snom320.htm'])('%s is the model’s file', (name) => {
  const match = matchFile(snom, name);
  expect(match).toMatchObject({ kind: 'file', file: { name: 'model.htm', holdsSecrets: false } });
});

test.each([
  '000413AABBC.xml',
  'xsnomD785.htm',
  'snomD785-000413AABBCC.xml',
  'snom-firmware.xml',
  '000413AABBCC.cfg',
  'snom.htm',
])('%s is none of its files', (name) => {
  expect(matchFile(snom, name)).toEqual({ kind: 'unknown' });
});

test('the simulated phone fetches the URL that it was given, or makes two names of a folder', () => {
  const url = snom.profileUrl('http://192.0.2.1:8060/p/t/', MAC);
  expect(snom.simulated.requests(url, MAC, 'D785')).toEqual([url]);
  expect(snom.simulated.requests('http://h/{mac}.xml', MAC, 'D785')).toEqual(['http://h/000413AABBCC.xml']);
  expect(snom.simulated.requests('http://h/p/t/', MAC, 'D785')).toEqual([
    'http://h/p/t/snomD785.htm',
    'http://h/p/t/snomD785-000413AABBCC.htm',
  ]);
});
