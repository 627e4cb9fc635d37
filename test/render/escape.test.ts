import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeValue, escapeView } from '../../src/render/escape.ts';
import { buildSampleView } from '../../src/render/sample-view.ts';
import type { FileFormat } from '../../src/vendors/vendor.ts';
import { readKeys } from './readers.ts';
import { testVendor } from './test-vendor.ts';

const FORMATS: readonly FileFormat[] = ['key-value', 'colon-value', 'xml'];

const WRAPPED: Readonly<Record<FileFormat, (value: string) => string>> = {
  'key-value': (value) => `first = 1\nsecret = ${value}\nlast = 2\n`,
  'colon-value': (value) => `first: 1\nsecret: ${value}\nlast: 2\n`,
  xml: (value) => `<settings><first>1</first><secret a="${value}">${value}</secret><last>2</last></settings>`,
};

/** Any UTF-16, with the characters that formats trip over made frequent. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(...'&<>"\'#;%{}=:!^\\/ \t\n\r\0\u0085\u00a0\u2028\u2029\ufeff\ufffe\ud800aä€😀]'.split('')),
    maxLength: 12,
  }),
);

test.each(FORMATS)(
  'an independent reader of %s reads back every value that is not refused, and nothing besides',
  (format) => {
    let written = 0;
    fc.assert(
      fc.property(anyText, (value) => {
        const escaped = escapeValue(value, format);
        if (!escaped.ok) return;
        written++;
        // As the phone gets it: UTF-8.
        const text = Buffer.from(WRAPPED[format](escaped.value), 'utf8').toString('utf8');
        expect([...readKeys(text, format)]).toEqual([
          ['first', ['1']],
          ['secret', [value]],
          ['last', ['2']],
        ]);
      }),
      { numRuns: 3_000 },
    );
    expect(written).toBeGreaterThan(300);
  },
);

test.each(FORMATS)('printable text without outer blanks and quotation marks is never refused in %s', (format) => {
  const printable = fc
    .string({ unit: 'grapheme', maxLength: 64 })
    .filter((text) => !/[\p{Cc}"\u2028\u2029]|^\s|\s$/u.test(text));
  fc.assert(
    fc.property(printable, (value) => {
      expect(escapeValue(value, format).ok || value === '%NULL%').toBe(true);
    }),
  );
});

test.each(FORMATS)('what would end a line is refused in %s, wherever it stands', (format) => {
  for (const control of ['\n', '\r', '\r\n', '\0', '\t', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029']) {
    for (const value of [control, `a${control}b`, `${control}b`, `a${control}`]) {
      expect(escapeValue(value, format), JSON.stringify(value)).toMatchObject({ ok: false });
    }
  }
});

test('half a character is refused: it would reach the phone as another one', () => {
  for (const format of FORMATS) expect(escapeValue('a\ud800b', format).ok).toBe(false);
  for (const format of FORMATS) expect(escapeValue('a😀b', format).ok).toBe(true);
});

test.each([
  ['key-value', ' password', 'begins or ends with a blank'],
  ['key-value', 'password\u00a0', 'begins or ends with a blank'],
  ['key-value', '%NULL%', 'resets'],
  ['colon-value', 'pass"word', 'quotation mark'],
  ['xml', 'a\uffffb', 'U+FFFF'],
] as const)('%s refuses %j and says why', (format, value, why) => {
  const escaped = escapeValue(value, format);
  expect(escaped).toMatchObject({ ok: false, problem: { text: expect.stringContaining(why) } });
  expect(JSON.stringify(escaped)).not.toContain(value);
});

test.each([
  ['colon-value', 'plain;x=1', 'plain;x=1'],
  ['colon-value', 'a#b', '"a#b"'],
  ['colon-value', ' a', '" a"'],
  ['xml', `a&<>"'b`, 'a&amp;&lt;&gt;&quot;&#39;b'],
  ['key-value', `a&<>"'#;%{}=b`, `a&<>"'#;%{}=b`],
] as const)('%s writes %j as %j', (format, value, written) => {
  expect(escapeValue(value, format)).toEqual({ ok: true, value: written });
});

test.each(FORMATS)('the empty text stays empty in %s, so that a template can ask for it', (format) => {
  expect(escapeValue('', format)).toEqual({ ok: true, value: '' });
});

test('every text of a view is escaped, however deep, and the first that does not fit is named', () => {
  const view = buildSampleView(testVendor);
  const [account] = view.accounts;
  if (account === undefined) throw new Error('no account');
  const hostile = { ...view, siteName: 'a&b', accounts: [{ ...account, displayName: '<x>' }], activeAccounts: [] };
  const escaped = escapeView(hostile, 'xml');
  if (!escaped.ok) throw new Error('refused');
  expect(escaped.value.siteName).toBe('a&amp;b');
  expect(escaped.value.accounts[0]?.displayName).toBe('&lt;x&gt;');
  expect(hostile.siteName).toBe('a&b');

  expect(escapeView({ ...hostile, accounts: [account, { ...account, password: 'a\nb' }] }, 'xml')).toMatchObject({
    ok: false,
    problem: {
      kind: 'value-not-writable',
      field: 'accounts[1].password',
      reason: { text: 'it holds the control character U+000A' },
    },
  });
});

test('a newline is refused in every single field of a view', () => {
  const view = buildSampleView(testVendor);
  const fields: string[] = [];
  const collect = (value: unknown, path: string): void => {
    if (typeof value === 'string') fields.push(path);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) collect(inner, path === '' ? name : `${path}.${name}`);
    }
  };
  collect(view, '');
  expect(fields.length).toBeGreaterThan(80);
  for (const format of FORMATS) {
    for (const field of fields) {
      const copy: unknown = structuredClone(view);
      const names = field.split('.');
      let holder = copy;
      for (const name of names.slice(0, -1)) holder = Reflect.get(holder as object, name);
      Reflect.set(holder as object, names.at(-1) ?? '', 'one\nadmin = two');
      expect(escapeView(copy as typeof view, format), `${field} in ${format}`).toMatchObject({ ok: false });
    }
  }
});
