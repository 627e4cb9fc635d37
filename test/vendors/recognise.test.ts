import { expect, test } from 'vitest';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import type { PhoneWords } from '../../src/core/sighting.ts';
import { vendorById, vendors } from '../../src/vendors/all.ts';
import { findMakeByPrefix } from '../../src/vendors/find-make.ts';
import { findOtherMake } from '../../src/vendors/other-makes.ts';
import { type Clues, recognise } from '../../src/vendors/recognise.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';

const NOTHING_SAID: PhoneWords = { userAgent: '', vendor: '', model: '', firmware: '' };

function macOf(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(`no MAC: ${text}`);
  return mac;
}

function clues(given: { mac?: string; words?: Partial<PhoneWords>; httpUserAgent?: string; path?: string }): Clues {
  const { mac, words, ...rest } = given;
  return { mac: mac === undefined ? undefined : macOf(mac), words: { ...NOTHING_SAID, ...words }, ...rest };
}

test('the MAC prefix decides, whatever the phone says', () => {
  const words = { vendor: 'Yealink', model: 'T46S', userAgent: 'Yealink SIP-T46S 66.86.0.15' };
  expect(recognise(vendors, clues({ mac: '00:04:13:aa:bb:cc', words }))).toEqual({
    vendorId: 'snom',
    model: null,
    firmware: null,
    by: 'mac-prefix',
  });
});

test('model and firmware come from the phone’s words, in the vendor’s spelling', () => {
  const words = { userAgent: 'snomD120/10.1.39.11', vendor: 'snom', model: 'snomD120', firmware: '10.1.39.11' };
  expect(recognise(vendors, clues({ mac: '000413AABBCC', words }))).toEqual({
    vendorId: 'snom',
    model: 'D120',
    firmware: '10.1.39.11',
    by: 'mac-prefix',
  });
});

test('without a known prefix the SIP words decide', () => {
  const words = { vendor: 'OEM', model: 'OEM', firmware: '7.1.19' };
  expect(recognise(vendors, clues({ mac: '00:13:5e:87:4b:49', words }))).toEqual({
    vendorId: 'snom',
    model: null,
    firmware: '7.1.19',
    by: 'words',
  });
});

test('then the HTTP User-Agent', () => {
  const httpUserAgent = 'Mitel6920 MAC:14-00-E9-1F-03-EA V:6.4.0.140-SIP';
  expect(recognise(vendors, clues({ mac: '02:00:00:00:00:01', httpUserAgent }))).toEqual({
    vendorId: 'aastra',
    model: '6920',
    firmware: '6.4.0.140',
    by: 'user-agent',
  });
});

test('then the file asked for, where only one vendor has such a name', () => {
  expect(recognise(vendors, clues({ path: '/snomD785.htm' }))).toMatchObject({ vendorId: 'snom', by: 'file' });
  expect(recognise(vendors, clues({ path: 'security.tuz' }))).toMatchObject({ vendorId: 'aastra', by: 'file' });
  expect(recognise(vendors, clues({ path: '020000000001.cfg' }))).toBeUndefined();
});

test('a stranger is nobody’s', () => {
  expect(recognise(vendors, clues({}))).toBeUndefined();
  const words = { userAgent: 'AUDC-IPPhone/2.2.2', model: '440HD', firmware: '2.2.2' };
  expect(recognise(vendors, clues({ mac: '00:90:8f:00:00:01', words }))).toBeUndefined();
});

test.each([
  ['00:04:13:80:00:01', 'Gigaset'],
  ['00:04:13:80:a1:ff', undefined],
  ['00:04:13:80:a2:00', 'Gigaset'],
  ['00:04:13:80:f8:df', undefined],
  ['00:04:13:80:f8:e0', 'Gigaset'],
  ['00:04:13:d8:4f:2f', undefined],
  ['00:04:13:d8:4f:30', 'Gigaset'],
  ['00:04:13:d8:50:80', undefined],
  ['00:04:13:e2:12:34', 'Gigaset'],
  ['00:04:13:e4:12:34', undefined],
  ['00:04:13:e5:12:34', 'Gigaset'],
  ['7c:2f:80:e0:d6:05', 'Gigaset'],
  ['0c:38:3e:07:e1:6c', 'Fanvil'],
])('the address %s belongs to %s', (mac, make) => {
  expect(findOtherMake(macOf(mac))?.make).toBe(make);
});

test('a Gigaset with an address out of Snom’s block never becomes a Snom, whatever it says', () => {
  const given = {
    mac: '00:04:13:e5:12:34',
    words: { vendor: 'OEM', model: 'OEM', firmware: '7.1.19' },
    path: '000413E51234.xml',
  };
  expect(recognise(vendors, clues(given))).toBeUndefined();
  expect(recognise(vendors, clues({ mac: '00:04:13:e4:12:34' }))?.vendorId).toBe('snom');
});

test('the make of an address is told by the address alone', () => {
  const fail = () => {
    throw new Error('nothing was said');
  };
  const silent = vendors.map((vendor) => ({ ...vendor, recogniseWords: fail, readUserAgent: fail, modelOf: fail }));
  const makes = ['00:04:13:e4:12:34', '00:04:13:e5:12:34', '0c:38:3e:07:e1:6c', '02:00:00:00:00:01'];
  expect(makes.map((mac) => findMakeByPrefix(silent, macOf(mac)))).toEqual(['Snom', 'Gigaset', 'Fanvil', null]);
});

test('a longer prefix of another vendor wins over a shorter one, in any order', () => {
  const [one, two] = [vendorById('snom'), vendorById('aastra')];
  if (one === undefined || two === undefined) throw new Error('both vendors are needed');
  const narrow: Vendor = { ...two, macPrefixes: ['0004138'] };
  const given = clues({ mac: '000413870001' });
  expect(recognise([one, narrow], given)?.vendorId).toBe('aastra');
  expect(recognise([narrow, one], given)?.vendorId).toBe('aastra');
});

test('words that two vendors claim are no evidence', () => {
  const all: readonly Vendor[] = vendors.map((vendor) => ({ ...vendor, recogniseWords: () => true }));
  expect(recognise(all, clues({ words: { vendor: 'anything' } }))).toBeUndefined();
});

test('a vendor is found by its id, and nothing by another', () => {
  for (const vendor of vendors) expect(vendorById(vendor.id)).toBe(vendor);
  expect(vendorById('toString')).toBeUndefined();
});
