import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listKeys, patchFile } from '../../src/render/patch-file.ts';
import type { FileFormat } from '../../src/vendors/vendor.ts';
import { readKeys } from './readers.ts';

const LINES = `#!version:1.0.0.1
# static.x = a comment
account.1.label = Anna
account.10.label =
spaced   =   two words
login = admin:a
login = user:b
last=x=y
`;
const COLONS = `# sip mode: 1
sip line1 user name: 101
sip line1 password: "a#b"
!admin password: 22222
dst [start|end] relative date: 1
time format: 1     # 1 for 24 hours
empty:
`;
const XML = `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <mac>020000000001</mac>
  <!-- <vlan_id perm="RW">not this</vlan_id> -->
  <phone-settings e="2">
    <vlan_id perm="RW">5</vlan_id>
    <user_pass idx="1" perm="RW">a&amp;b</user_pass>
    <user_pass perm='RW' idx='2'></user_pass>
    <note perm="R" text="a > b">x</note>
    <empty perm="RW"/>
  </phone-settings>
  <functionKeys e="2">
    <fkey idx="0">line</fkey>
  </functionKeys>
</settings>
`;

function patch(text: string, format: FileFormat, set: Record<string, string>, add: Record<string, string> = {}) {
  const patched = patchFile(text, format, { set, add });
  if (!patched.ok) throw new Error(`${patched.problem.key}: ${patched.problem.reason}`);
  return patched.value;
}

/** The lines that differ, as `-old` and `+new`. */
function changes(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `-${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

test.each([
  ['key-value', LINES, { 'account.1.label': 'Berta' }, ['-account.1.label = Anna', '+account.1.label = Berta']],
  ['key-value', LINES, { 'account.10.label': 'X' }, ['-account.10.label =', '+account.10.label =X']],
  ['key-value', LINES, { spaced: 'one' }, ['-spaced   =   two words', '+spaced   =   one']],
  ['key-value', LINES, { last: '' }, ['-last=x=y', '+last=']],
  [
    'colon-value',
    COLONS,
    { 'sip line1 password': 'c#d' },
    ['-sip line1 password: "a#b"', '+sip line1 password: "c#d"'],
  ],
  ['colon-value', COLONS, { 'admin password': '1' }, ['-!admin password: 22222', '+!admin password: 1']],
  ['colon-value', COLONS, { '!admin password': '1' }, ['-!admin password: 22222', '+!admin password: 1']],
  [
    'colon-value',
    COLONS,
    { 'dst [start|end] relative date': '0' },
    ['-dst [start|end] relative date: 1', '+dst [start|end] relative date: 0'],
  ],
  ['colon-value', COLONS, { 'time format': '0' }, ['-time format: 1     # 1 for 24 hours', '+time format: 0']],
  ['colon-value', COLONS, { empty: 'x' }, ['-empty:', '+empty: x']],
  ['xml', XML, { vlan_id: '6' }, ['-    <vlan_id perm="RW">5</vlan_id>', '+    <vlan_id perm="RW">6</vlan_id>']],
  [
    'xml',
    XML,
    { 'user_pass[2]': 'a<b' },
    [`-    <user_pass perm='RW' idx='2'></user_pass>`, `+    <user_pass perm='RW' idx='2'>a&lt;b</user_pass>`],
  ],
  ['xml', XML, { empty: 'x' }, ['-    <empty perm="RW"/>', '+    <empty perm="RW">x</empty>']],
  ['xml', XML, { fkey: 'x' }, ['-    <fkey idx="0">line</fkey>', '+    <fkey idx="0">x</fkey>']],
  [
    'xml',
    XML,
    { note: 'y' },
    ['-    <note perm="R" text="a > b">x</note>', '+    <note perm="R" text="a > b">y</note>'],
  ],
] as const)('%s: a value is replaced and all else keeps its bytes (%#)', (format, text, set, expected) => {
  const patched = patch(text, format, set);
  expect(changes(text, patched.text)).toEqual(expected);
  expect([...patched.missing, ...patched.ambiguous, ...patched.present]).toEqual([]);
});

test('several values at once, whatever their order', () => {
  const { text } = patch(XML, 'xml', { empty: '3', vlan_id: '1', 'user_pass[1]': '2' }, { new_one: '4' });
  const keys = readKeys(text, 'xml');
  expect(['vlan_id', 'user_pass[1]', 'empty', 'new_one'].map((key) => keys.get(key))).toEqual([
    ['1'],
    ['2'],
    ['3'],
    ['4'],
  ]);
});

test.each([
  ['key-value', LINES, 'account.1.labe'],
  ['key-value', LINES, 'static.x'],
  ['colon-value', COLONS, 'sip mode'],
  ['xml', XML, 'user_pass[3]'],
  ['xml', XML, 'phone-settings'],
] as const)('%s: a key that the file does not have is told, and nothing changes (%#)', (format, text, key) => {
  expect(patch(text, format, { [key]: 'x' })).toEqual({ text, missing: [key], ambiguous: [], present: [] });
});

test('a key that stands twice is told and left alone', () => {
  expect(patch(LINES, 'key-value', { login: 'x' })).toMatchObject({ text: LINES, ambiguous: ['login'] });
  expect(patch(XML, 'xml', { user_pass: 'x' })).toMatchObject({ text: XML, ambiguous: ['user_pass'] });
});

test('a key is added at the end of the lines', () => {
  expect(patch(LINES, 'key-value', {}, { 'a.b': '1', c: '2' }).text).toBe(`${LINES}a.b = 1\nc = 2\n`);
  expect(patch(COLONS, 'colon-value', {}, { 'web port': 'a#b' }).text).toBe(`${COLONS}web port: "a#b"\n`);
});

test('an element is added where most settings are, and looks like its neighbours', () => {
  const { text } = patch(XML, 'xml', {}, { dhcp: 'on', 'user_ringer[1]': 'a&b' });
  expect(changes(XML, text)).toEqual([
    '+    <dhcp perm="RW">on</dhcp>',
    '+    <user_ringer idx="1" perm="RW">a&amp;b</user_ringer>',
  ]);
  expect(text).toContain('<user_ringer idx="1" perm="RW">a&amp;b</user_ringer>\n  </phone-settings>');
});

test('an added key that is there already is told and left alone', () => {
  expect(patch(XML, 'xml', {}, { vlan_id: '9' })).toMatchObject({ text: XML, present: ['vlan_id'] });
});

test.each([
  ['key-value', 'a = b\nadmin', 'x'],
  ['key-value', 'a=b', 'x'],
  ['key-value', '#a', 'x'],
  ['key-value', '', 'x'],
  ['key-value', 'a', 'x\ny'],
  ['colon-value', 'a: b', 'x'],
  ['colon-value', 'a\nb', 'x'],
  ['colon-value', 'a', 'x"y'],
  ['xml', 'a b', 'x'],
  ['xml', 'a><b', 'x'],
  ['xml', 'a["]', 'x'],
  ['xml', 'a', '\u0001'],
] as const)('%s: the key %j with the value %j is not added', (format, key, value) => {
  const text = format === 'xml' ? XML : LINES;
  expect(patchFile(text, format, { set: {}, add: { [key]: value } })).toMatchObject({ ok: false, problem: { key } });
});

test.each([
  ['key-value', LINES, 'account.1.label', 'x\ny'],
  ['colon-value', COLONS, 'time format', 'x"y'],
  ['xml', XML, 'vlan_id', '\u0001'],
] as const)('%s: a value that cannot be written is refused (%#)', (format, text, key, value) => {
  expect(patchFile(text, format, { set: { [key]: value }, add: {} })).toMatchObject({ ok: false, problem: { key } });
});

test('a file without settings has no place for one', () => {
  expect(patchFile('<settings/>', 'xml', { set: {}, add: { a: '1' } }).ok).toBe(false);
});

test('keys are listed with and without their index', () => {
  expect([...listKeys(XML, 'xml')]).toEqual([
    ...['mac', 'vlan_id', 'user_pass[1]', 'user_pass', 'user_pass[2]', 'note', 'empty', 'fkey[0]', 'fkey'],
  ]);
});

test.each([
  ['key-value', LINES, 'account.1.label', 'added.key'],
  ['colon-value', COLONS, 'sip line1 password', 'added key'],
  ['xml', XML, 'user_pass[1]', 'added[3]'],
] as const)(
  '%s: any value that is not refused is read back, and every other key keeps its value',
  (format, text, key, added) => {
    const before = readKeys(text, format);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 30 }), (one, two) => {
        const patched = patchFile(text, format, { set: { [key]: one }, add: { [added]: two } });
        if (!patched.ok) return;
        const after = readKeys(Buffer.from(patched.value.text).toString('utf8'), format);
        expect(new Map(after)).toEqual(new Map([...before, [key, [one]], [added, [two]]]));
      }),
      { numRuns: 500 },
    );
  },
);

test('no text at all makes it throw or run for long', () => {
  const pieces = fc.constantFrom(
    '<a',
    ' b="',
    '"',
    '>',
    '</a>',
    '<!--',
    '-->',
    'k=',
    '=',
    ':',
    '\n',
    '\r',
    ' ',
    '/>',
    '<a>',
    "'",
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 40 }),
      fc.constantFrom<FileFormat>('xml', 'key-value', 'colon-value'),
      (parts, format) => {
        patchFile(parts.join(''), format, { set: { k: '1' }, add: { z: '2' } });
      },
    ),
  );
  // Seconds would turn into hours if these were not linear; the test's own time limit is the judge.
  patchFile(`<a${' b="c"'.repeat(20_000)}`, 'xml', { set: { k: '1' }, add: {} });
  patchFile(`${' '.repeat(50_000)}=`, 'key-value', { set: { k: '1' }, add: {} });
});
