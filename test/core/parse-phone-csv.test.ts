import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeCsvFault, type PhoneCsv, parsePhoneCsv } from '../../src/core/parse-phone-csv.ts';

const MAC = '00:15:65:aa:bb:01';
const OTHER = '00:15:65:aa:bb:02';

function read(text: string | Uint8Array, options = {}): PhoneCsv {
  const result = parsePhoneCsv(text, options);
  if (!result.ok) throw new Error(result.problem.faults.map(describeCsvFault).join('\n'));
  return result.value;
}

function refusal(text: string | Uint8Array): string[] {
  const result = parsePhoneCsv(text);
  return result.ok ? [] : result.problem.faults.map(describeCsvFault);
}

function faults(text: string, options = {}): string[] {
  return read(text, options).faults.map(describeCsvFault);
}

/** The one fault of the one cell. */
function faultOf(column: string, cell: string): string {
  const cells: Record<string, string> = { mac: MAC, extension: '101', [column]: cell };
  const quoted = Object.values(cells).map((value) => `"${value.replaceAll('"', '""')}"`);
  return faults(`${Object.keys(cells).join(',')}\n${quoted.join(',')}\n`).join('\n');
}

test('a list without a header is told so, and nothing of its first phone is said back', () => {
  const said = refusal(`${MAC},101,Theo,S3cret-of-Theo\n${OTHER},102,Vera,S3cret-of-Vera\n`);
  expect(said).toEqual([
    expect.stringContaining('a header line with a column "mac"'),
    expect.stringContaining('a header line with a column "extension"'),
  ]);
  expect(said.join()).not.toContain('S3cret');
});

test('a row is read with everything that it says', () => {
  const { rows, faults } = read(
    'mac,extension,display_name,password,auth_name,voicemail,Sprache,vendor,model,setting.language,setting.vlanId\n' +
      '00-15-65-AA-BB-01,101,"Müller, Jörg",pä;ss"w,u101,*97,fr,Yealink,T46S,de,20\n',
  );
  expect(faults).toEqual([]);
  expect(rows).toHaveLength(1);
  const [row] = rows;
  expect(row).toMatchObject({
    line: 2,
    mac: '001565aabb01',
    extension: '101',
    displayName: 'Müller, Jörg',
    authName: 'u101',
    voicemail: '*97',
    language: 'fr',
    vendorId: 'yealink',
    model: 'T46S',
    settings: { language: 'de', vlanId: 20 },
    moreLines: [],
  });
  expect(row?.password?.reveal()).toBe('pä;ss"w');
});

test('what the file does not say is undefined, not empty', () => {
  const [row] = read(`mac,extension,password,setting.vlanId\n${MAC},101,,\n`).rows;
  expect(row?.displayName).toBeUndefined();
  expect(row?.password).toBeUndefined();
  expect(row?.settings).toBeUndefined();
});

test('header names are understood in any case and spacing, and in German', () => {
  for (const header of [
    'MAC Address,Extension,Display Name,Password',
    'mac-address;EXTENSION;display-name;PASSWORD',
    'MAC-Adresse\tNebenstelle\tName\tPasswort',
    ' Mac , Durchwahl , Anzeigename , Kennwort ',
  ]) {
    const delimiter = /[;\t]/.exec(header)?.[0] ?? ',';
    const [row] = read(`${header}\r\n${[MAC, '101', 'Ada', 'pw'].join(delimiter)}\r\n`).rows;
    expect(row).toMatchObject({ mac: '001565aabb01', extension: '101', displayName: 'Ada' });
    expect(row?.password?.reveal()).toBe('pw');
  }
});

test('BOM, every line end, blank rows, quoted line breaks and the separator hint keep the line numbers right', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['\ufeffsep=;', 'mac;extension;note', `${MAC};101;"two`, 'lines"', '', ';;', `${OTHER};102;`].join(
      end,
    );
    expect(read(text).rows.map(({ line, extension }) => [line, extension])).toEqual([
      [3, '101'],
      [7, '102'],
    ]);
  }
});

test('UTF-8, UTF-16 and the Windows code page of older spreadsheets are told apart', () => {
  const text = `mac;extension;name\r\n${MAC};101;Jörg Groß\r\n`;
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), utf16, Buffer.from(text, 'latin1')]) {
    expect(read(bytes).rows[0]?.displayName).toBe('Jörg Groß');
  }
});

test('a phone with several lines has numbered columns', () => {
  const [row] = read(`mac,extension,password,extension_2,Password 2,voicemail-2\n${MAC},101,one,102,two,*98\n`).rows;
  expect(row?.extension).toBe('101');
  expect(row?.moreLines.map(({ extension, voicemail }) => [extension, voicemail])).toEqual([['102', '*98']]);
  expect(row?.moreLines[0]?.password?.reveal()).toBe('two');
});

test('an account without an extension is a fault, wherever it is', () => {
  const text = `mac,extension,extension_2,password_2\n${MAC},101,,secret\n${OTHER},,,\n`;
  expect(faults(text)).toEqual([
    'line 2, column extension_2: saw an empty cell, wanted an extension',
    'line 3, column extension: saw an empty cell, wanted an extension',
  ]);
});

test.each<readonly [column: string, cell: string, reason: RegExp]>([
  ['mac', '1565123456', /saw "1565123456", wanted 12 hex digits, here are 10: a spreadsheet has cut the leading zeros/],
  ['mac', '1.2E+11', /a spreadsheet has turned a long number into a rounded one/],
  ['mac', '1,565E+9', /a spreadsheet has turned a long number into a rounded one/],
  ['mac', '01:00:5e:00:00:01', /the MAC address of a phone/],
  ['extension', '1.2E+11', /a spreadsheet has turned a long number into a rounded one/],
  ['extension', '02.01.2024', /no date/],
  ['extension', '2024-01-02', /no date/],
  ['extension', '02-Jan', /no date/],
  ['extension', 'Mrz 24', /no date/],
  ['extension', '101.0', /a number without decimals/],
  ['extension', '5,07', /a number without decimals/],
  ['extension', '1,001', /digits without separators/],
  ['extension', '12. Mai', /no date/],
  ['extension', '12. Mai 2024', /no date/],
  ['mac', '12. Mai', /no date/],
  ['mac', '156,512,345,678', /digits without separators/],
  ['mac', '1.565.123.456', /digits without separators/],
  ['mac', "'00156512", /saw "'00156512", wanted the same without the apostrophe/],
  ['extension', "'505", /without the apostrophe/],
  ...['TRUE', 'False', 'WAHR', 'falsch'].map((word) => ['extension', word, /has made yes or no/] as const),
  ...['mac', 'extension', 'display_name', 'auth_name', 'voicemail', 'vendor', 'model', 'setting.language'].map(
    (column) => [column, '#NAME?', /a spreadsheet shows an error/] as const,
  ),
  ...['#N/A', '#REF!', '#VALUE!', '#DIV/0!', '#NUM!', '#NULL!', '#NV', '#BEZUG!', '#', '####'].map(
    (value) => ['password', value, /a spreadsheet shows an error/] as const,
  ),
  ['password', '12. Mai', /no date/],
  ['extension', 'a b', /1-32 characters of 0-9 A-Z a-z/],
  ['auth_name', '1,2E+11', /rounded/],
  ['voicemail', 'x y', /a number of up to 32 characters/],
  ['language', 'Klingon', /a language such as de/],
  ['language', 'FALSE', /a language such as de/],
  ['display_name', 'two\nlines', /text in one line/],
  ['display_name', 'x'.repeat(129), /128 characters at most/],
  ['setting.vlanId', '5000', /a whole number 0-4094/],
])('in column %s, %j is refused with a reason', (column, cell, reason) => {
  expect(faultOf(column, cell)).toMatch(reason);
});

test.each(['101', '1-2', '0101', '+493012345', '*97', '12-abc', '1E5'])(
  'the extension %s is taken as it is',
  (cell) => {
    expect(faultOf('extension', cell)).toBe('');
  },
);

test.each(['#1', 'a#', 'TRUE', '5,07', '2024-01-02', '12-Mai', "'505", '1,001'])(
  'the password %s may be meant so',
  (cell) => {
    expect(faultOf('password', cell)).toBe('');
  },
);

test.each([
  ['password', "'####", '####'],
  ['password', "'1.5E+11", '1.5E+11'],
  ['display_name', "'#NAME?", '#NAME?'],
  ['auth_name', "'12. Mai", '12. Mai'],
])('in column %s, the apostrophe of %s says that it is meant so', (column, cell, value) => {
  const [row] = read(`mac,extension,${column}\n${MAC},101,${cell}\n`).rows;
  expect([row?.password?.reveal(), row?.displayName, row?.authName]).toContain(value);
});

test.each([
  ['.xlsx', [0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x06, 0x0a, 0x9b]],
  ['.xls', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]],
])('a workbook (%s) is told for what it is, in one sentence', (_name, bytes) => {
  const said = 'line 1: saw a workbook of a spreadsheet program, wanted a list: save it as CSV there';
  expect(refusal(Uint8Array.from(bytes))).toEqual([said]);
});

test('no fault holds a character that steers a terminal', () => {
  const wild = '\u001b[2J\u009b31m\u007f\u202e';
  for (const text of [`mac,extension,${wild}\n`, `mac,extension\n${wild},${wild}\n`]) {
    const result = parsePhoneCsv(text);
    const { faults: told } = result.ok ? result.value : result.problem;
    expect(told.length).toBeGreaterThan(0);
    for (const fault of told) expect(describeCsvFault(fault)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const result = parsePhoneCsv(`mac,extension\n${text}\n`);
      const { faults: told } = result.ok ? result.value : result.problem;
      for (const fault of told) expect(describeCsvFault(fault)).not.toMatch(/[\p{Cc}\u2028]/u);
    }),
  );
});

test('a password is never shown, not even a wrong one', () => {
  const fault = faultOf('password', '1.23457E+15');
  expect(fault).toContain('a password that is not shown here');
  expect(fault).not.toContain('1.23457');
});

test('an extension that lost its zeros among others that kept them is found, unless the file is certain about it', () => {
  const text = `mac,extension\n00156500000a,0101\n00156500000b,0102\n00156500000c,103\n`;
  expect(faults(text).join()).toMatch(/^line 4, .*cut the leading zeros; if it is right, write ="103"/);
  expect(faults(text.replace(',103', ',"=""103"""'))).toEqual([]);
});

test('one padded number among many short ones proves nothing', () => {
  expect(faults(`mac,extension\n00156500000a,0101\n00156500000b,102\n00156500000c,103\n`)).toEqual([]);
});

test('a MAC address that comes twice is a fault on both rows, in every spelling, and beside other faults', () => {
  const text = `mac,extension\n00:15:65:aa:bb:01,101\n${OTHER},102\n001565AABB01,a b\n`;
  expect(faults(text)).toEqual([
    'line 2, column mac: saw 00:15:65:aa:bb:01, wanted each phone once; it is also on line 4',
    expect.stringMatching(/^line 4, column extension: saw "a b"/),
    'line 4, column mac: saw 00:15:65:aa:bb:01, wanted each phone once; it is also on line 2',
  ]);
  expect(read(text).rows.map(({ extension }) => extension)).toEqual(['102']);
});

test('an extension on two phones is a fault on both rows', () => {
  expect(faults(`mac,extension\n${MAC},101\n${OTHER},101\n`)).toEqual([
    'line 2, column extension: saw 101, wanted an extension for one phone only; it is also on line 3',
    'line 3, column extension: saw 101, wanted an extension for one phone only; it is also on line 2',
  ]);
});

test('where extensions may be shared, only contradictions are faults', () => {
  const shared = { allowSharedExtensions: true };
  expect(faults(`mac,extension,password\n${MAC},101,a\n${OTHER},101,\n`, shared)).toEqual([]);
  const text = `mac,extension,password\n${MAC},101,alpha\n${OTHER},101,beta\n`;
  expect(faults(text, shared)[0]).toBe('line 2, column extension: saw 101, wanted the same password as on line 3');
  expect(faults(text, shared).join()).not.toMatch(/alpha|beta/);
});

test('a column that nobody knows stops the import, and the nearest name is said', () => {
  expect(refusal(`mac,extension,pasword\n${MAC},101,x\n`)).toEqual([
    'line 1, column pasword: saw a column "pasword", wanted one that is known: password?',
  ]);
  expect(refusal('mac,extension,setting.vlan\n').join()).toMatch(/setting\.vlan/);
});

test('a file without the needed columns, or with one of them twice, is no list', () => {
  expect(refusal('')).toHaveLength(1);
  expect(refusal('name;password\n').join('\n')).toMatch(/no column for the MAC[\s\S]*no column for the extension/);
  expect(refusal('mac,extension,Nebenstelle\n').join()).toMatch(/two columns, "extension" and "Nebenstelle"/);
});

test('a quote that is never closed is told with the line where its row begins', () => {
  expect(refusal(`mac,extension\n${MAC},101\n${OTHER},"102\nx,y\n`)).toEqual([
    'line 3: saw a quoted cell that never ends, wanted a closing "',
  ]);
});

test('a row with more cells than the header is a fault, so that no value lands in a wrong column', () => {
  expect(faults(`mac,extension,name\n${MAC},101,Doe, Jane\n`)).toEqual([
    'line 2: saw 4 cells, wanted 3, as the header has; a cell that holds the separator is quoted by "',
  ]);
});

test('a vendor that is not known is a fault that lists those that are', () => {
  const vendors = [
    { id: 'acme', name: 'Acme Phones' },
    { id: 'other', name: 'Other' },
  ];
  const text = (vendor: string) => `mac,extension,vendor\n${MAC},101,${vendor}\n`;
  expect(read(text('ACME phones'), { vendors }).rows[0]?.vendorId).toBe('acme');
  expect(faults(text('acmee'), { vendors })[0]).toMatch(/saw "acmee", wanted one of acme, other/);
});

const KINDS = {
  vendors: [
    { id: 'acme', name: 'Acme Phones', models: [{ name: 'A10' }, { name: 'A20' }, { name: 'B7' }] },
    { id: 'other', name: 'Other', models: [{ name: 'X1' }], modelOf: () => 'X1' },
  ],
  vendorOfMac: (mac: string) => (mac.startsWith('001565') ? 'acme' : undefined),
};

test('a vendor that contradicts the MAC address is a fault, unless the office has decided so before', () => {
  const text = `mac,extension,vendor\n${MAC},101,other\n`;
  expect(faults(text, KINDS)).toEqual([
    'line 2, column vendor: saw "other", wanted acme, whose MAC address it is; if it is right all the same, approve this phone by itself',
  ]);
  expect(faults(text, { ...KINDS, decided: () => ({ vendorId: 'other', model: null }) })).toEqual([]);
  expect(faults(text.replace('other', 'acme'), KINDS)).toEqual([]);
  expect(faults(text.replace(MAC, '02:00:00:00:00:01'), KINDS)).toEqual([]);
});

test('a model that its vendor does not have is a fault that names near ones, unless the office has it so already', () => {
  const text = (model: string) => `mac,extension,model\n${MAC},101,${model}\n`;
  expect(faults(text('A21'), KINDS)).toEqual([
    'line 2, column model: saw "A21", wanted a model of Acme Phones: A20; if it is a new one, leave the cell empty',
  ]);
  expect(faults(text('QQQ'), KINDS)[0]).toContain('one of A10, A20, B7');
  expect(faults(text('Z9'), { ...KINDS, decided: () => ({ vendorId: 'acme', model: 'Z9' }) })).toEqual([]);
  expect(read(text('b7'), KINDS).rows[0]?.model).toBe('B7');
  expect(read(`mac,extension,model\n02:00:00:00:00:01,101,Z9\n`, KINDS).rows[0]?.model).toBe('Z9');
  expect(read(`mac,extension,vendor,model\n02:00:00:00:00:01,101,other,whatever\n`, KINDS).rows[0]?.model).toBe('X1');
});

test('no input makes the parser throw', () => {
  const snippet = fc.constantFrom(
    'mac',
    'extension',
    ',',
    ';',
    '\t',
    '"',
    '\n',
    '\r',
    "'",
    '=',
    MAC,
    '101',
    'sep=;',
    '\u0000',
  );
  const soup = fc
    .array(fc.oneof(snippet, fc.string({ unit: 'binary' })), { maxLength: 60 })
    .map((parts) => parts.join(''));
  fc.assert(fc.property(soup, (text) => void parsePhoneCsv(text)));
  fc.assert(fc.property(soup, (text) => void parsePhoneCsv(`mac,extension,name\n${text}`)));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parsePhoneCsv(bytes)));
});

test('a file that repeats one phone on every line costs no more than another', () => {
  const rows = Array.from({ length: 20_000 }, () => `${MAC},101`).join('\n');
  const { faults, moreFaults, faultyRows } = read(`mac,extension\n${rows}\n`);
  expect(faults.length + moreFaults).toBe(40_000);
  expect(faultyRows).toBe(20_000);
});

test('of many faults the first ones by line are listed, whichever was found first, and the others counted', () => {
  const bad = Array.from({ length: 150 }, () => 'x,y').join('\n');
  const { rows, faults, moreFaults, faultyRows } = read(`mac,extension\n${MAC},101\n${bad}\n${OTHER},101\n`);
  // The one of line 2 only shows at the end: line 153 has the same extension.
  expect(faults.map(({ line }) => line)).toEqual([2, ...Array.from({ length: 99 }, (_, i) => 3 + Math.floor(i / 2))]);
  expect([moreFaults, faultyRows, rows]).toEqual([202, 152, []]);

  const columns = parsePhoneCsv(`${Array.from({ length: 300 }, (_, i) => `column ${i}`).join(',')},mac\n`);
  if (columns.ok) throw new Error('was a list');
  expect(columns.problem.faults.map(({ column }) => column).slice(0, 2)).toEqual(['column 0', 'column 1']);
  expect([columns.problem.faults.length, columns.problem.moreFaults]).toEqual([100, 201]);
});

test('what is said of a list has an end, however long its cells and its column names are', () => {
  const long = ' '.repeat(20_000);
  const rows = Array.from({ length: 200 }, () => `${'z'.repeat(5_000)},"\u0001${'y'.repeat(300)}"`).join('\n');
  for (const text of [
    `m${long}ac,exten${long}sion\n${rows}\n`,
    `mac,m${long}ac\n`,
    `mac,extension,x${long}y\n`,
    `mac,extension,setting.${'x'.repeat(20_000)}\n`,
  ]) {
    const result = parsePhoneCsv(text);
    const { faults } = result.ok ? result.value : result.problem;
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.map(describeCsvFault).join('\n').length).toBeLessThan(50_000);
  }
});
