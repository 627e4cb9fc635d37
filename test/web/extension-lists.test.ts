import { expect, test } from 'vitest';
import { parsePhoneCsv } from '../../src/core/parse-phone-csv.ts';
import { previewCsvImport } from '../../src/flows/import-csv.ts';
import { vendors } from '../../src/vendors/all.ts';
import { buildImportRows } from '../../src/web/build-import-rows.ts';
import { describeCsvFault } from '../../src/web/describe-csv-fault.ts';
import {
  EXTENSION_ROWS,
  findExtensions,
  formatExtensionQuery,
  readExtensionQuery,
} from '../../src/web/find-extensions.ts';
import { openMessageSet } from '../../src/web/message-set.ts';
import { device, extension, openDoors } from '../peers/office-doors.ts';

const { en, de } = openMessageSet();

test.each([
  '',
  'colour\nred',
  'mac,extension,mac\n',
  'mac,extension\n1.2E+11,101\n,102\n00:15:65:aa:bb:cc,\n',
  'mac,extension\n156512345,101\n00:15:65:00:00:01,12.03.2026\n00:15:65:00:00:02,101.0\nxx,a b\n',
  'mac,extension\n00:15:65:00:00:01,0101\n00:15:65:00:00:02,0102\n00:15:65:00:00:03,103\n',
  'mac,extension,password\n00:15:65:00:00:01,101,1.2E+11\n00:15:65:00:00:01,101,x,y\n',
  `mac,extension,vendor,display_name\n00:15:65:00:00:01,101,nobody,${'x'.repeat(200)}\n`,
  'mac,extension,extension_2\n00:15:65:00:00:01,101,101\n',
  "mac;extension;voicemail\n1,565,123,456;'505\n00:15:65:00:00:01;TRUE\n00:15:65:00:00:02;#N/A\n00:15:65:00:00:03;103;x y\n",
  'mac,extension,vendor,model\n00:15:65:00:00:01,101,snom,\n00:15:65:00:00:02,102,,T4711\n',
  'PK\u0003\u0004\u0014',
])('every fault of a list is said in German, too: %j', (list) => {
  const parsed = parsePhoneCsv(list, { vendors, vendorOfMac: () => 'yealink' });
  const { faults } = parsed.ok ? parsed.value : parsed.problem;
  expect(faults.length).toBeGreaterThan(0);
  for (const fault of faults) {
    const sentence = describeCsvFault(de, fault);
    expect(sentence).not.toContain('⟦');
    expect(sentence).not.toContain(fault.want);
    expect(describeCsvFault(en, fault)).toMatch(/^saw .+, wanted .+/);
  }
});

test('the rows of a preview stand line by line, bad ones among good ones', async () => {
  const { office } = openDoors({
    devices: [device('001565000009', { state: 'approved', vendorId: 'yealink', extensions: ['109'] })],
    extensions: [extension('109')],
  });
  const list = 'mac,extension\n00:15:65:00:00:01,101\nxx,102\n00:15:65:00:00:03,109\n00:15:65:00:00:09,110\n';
  const preview = await previewCsvImport(office, list, { now: 1 });
  if (!preview.ok) throw new Error('no list');
  const { rows, hidden } = buildImportRows(preview.value, en);
  expect(rows.map(({ line, effect }) => `${line} ${effect}`)).toEqual(['2 new', '3 refused', '4 new', '5 changed']);
  expect(rows[1]).toMatchObject({ mac: null, remarks: [expect.stringContaining('Column mac')] });
  expect(rows[3]?.remarks).toEqual(['other extensions', 'makes the extension']);
  expect(hidden).toBe(0);
});

test('of a long list the bad rows are shown, and only some of the good ones', async () => {
  const { office } = openDoors({});
  const mac = (index: number) => (0x001565000000 + index).toString(16).padStart(12, '0');
  const lines = Array.from({ length: 1_000 }, (_, index) => `${mac(index)},${index === 990 ? 'a b' : 1_000 + index}`);
  const preview = await previewCsvImport(office, `mac,extension\n${lines.join('\n')}\n`, { now: 1 });
  if (!preview.ok) throw new Error('no list');
  const { rows, hidden } = buildImportRows(preview.value, en);
  expect(rows.filter(({ effect }) => effect === 'refused')).toMatchObject([{ line: 992 }]);
  expect(rows.length + hidden).toBe(1_000);
  expect(rows.length).toBeLessThan(300);
});

test('rows whose faults are not listed are counted as hidden', async () => {
  const { office } = openDoors({});
  const preview = await previewCsvImport(office, `mac,extension\n${'x,y z\n'.repeat(300)}`, { now: 1 });
  if (!preview.ok) throw new Error('no list');
  expect(preview.value.moreFaults).toBe(500);
  const { rows, hidden } = buildImportRows(preview.value, en);
  expect([rows.length, hidden]).toEqual([50, 250]);
});

const list = ['20', '1000', '99', 'lobby', '101'].map((number) =>
  extension(number, { displayName: `Name ${number.length}` }),
);
const numbers = (query: Parameters<typeof readExtensionQuery>[0]) =>
  findExtensions(list, readExtensionQuery(query), (number) => (number === '99' ? 2 : 0)).extensions.map(
    ({ number }) => number,
  );

test('extensions are sorted by number, name or phones, and found by a part', () => {
  expect(numbers({})).toEqual(['20', '99', '101', '1000', 'lobby']);
  expect(numbers({ order: 'descending' })).toEqual(['lobby', '1000', '101', '99', '20']);
  expect(numbers({ sort: 'name' })).toEqual(['20', '99', '101', '1000', 'lobby']);
  expect(numbers({ sort: 'phones', order: 'descending' })[0]).toBe('99');
  expect(numbers({ find: 'LOB' })).toEqual(['lobby']);
  expect(numbers({ find: ['x'], sort: 'colour', page: '0' })).toHaveLength(5);
});

test('5,000 extensions come in pages, and a page too far is the last one', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => extension(String(10_000 + index)));
  const found = findExtensions(many, readExtensionQuery({ page: '9999' }), () => 1);
  expect([found.count, found.pages, found.page, found.extensions.length]).toEqual([5_000, 100, 100, EXTENSION_ROWS]);
  const query = readExtensionQuery({ find: 'a&b', sort: 'name', page: '3' });
  expect(readExtensionQuery(Object.fromEntries(new URL(formatExtensionQuery(query), 'http://x').searchParams))).toEqual(
    query,
  );
  expect(formatExtensionQuery(readExtensionQuery({}))).toBe('/extensions');
});
