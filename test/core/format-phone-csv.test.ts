import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Extension } from '../../src/core/extension.ts';
import { formatPhoneCsv, type ListedPhone } from '../../src/core/format-phone-csv.ts';
import { parseMacAddress } from '../../src/core/mac-address.ts';
import { parsePhoneCsv } from '../../src/core/parse-phone-csv.ts';
import { Secret } from '../../src/core/secret.ts';

function phone(number: number, extensions: readonly Partial<Extension>[], device = {}): ListedPhone {
  const mac = parseMacAddress((0x001565000000 + number).toString(16).padStart(12, '0'));
  if (mac === undefined) throw new Error('bad sample');
  const names = { number: '101', displayName: '', authName: '' };
  const blank = { ...names, password: new Secret(''), voicemail: '', language: '' };
  return {
    device: { mac, vendorId: null, model: null, settings: {}, ...device },
    extensions: extensions.map((extension) => ({ ...blank, ...extension })),
  };
}

// Values as the store may hold them: in one line, and not blank at their ends but for passwords.
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...`=+-@'",;#%{}&<> äß€`) },
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((text) => !/\p{C}|[\u2028\u2029]/u.test(text)),
);
const text = fc.array(character, { maxLength: 40 }).map((parts) => parts.join(''));
// What a spreadsheet might have made of something else, and what guards it.
const spoiled = fc.constantFrom('####', '#N/A', "'#NV", '1.5E+11', '12. Mai', "''2024-01-02", '1,001', '5,07', '101.0');
const trimmed = fc.oneof({ weight: 3, arbitrary: text.map((value) => value.trim()) }, spoiled);
const password = fc.oneof({ weight: 3, arbitrary: text.filter((value) => value.trim() !== '') }, spoiled);

test('what is written is read back to the same values, whatever they begin with', () => {
  const sample = fc.record({
    displayName: trimmed,
    authName: trimmed.filter((value) => !value.startsWith('="')),
    password: password.map((value) => new Secret(value)),
    voicemail: fc.constantFrom('', '*97', '+49301', '-1'),
    language: fc.constantFrom('', 'de', 'xx', 'yue'),
  });
  const settings = fc.constantFrom(
    {},
    { language: 'de' },
    { codecs: ['pcma', 'g722'], outboundProxy: '', pnpEnabled: false },
  );
  const delimiter = fc.constantFrom(',' as const, ';' as const, '\t' as const);
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 4 }),
      settings,
      delimiter,
      (samples, settings, delimiter) => {
        const phones = samples.map((extension, index) =>
          phone(
            index,
            [
              { ...extension, number: `+${100 + index}` },
              { ...extension, number: `-${200 + index}` },
            ],
            { settings, vendorId: 'acme', model: '=T1' },
          ),
        );
        const parsed = parsePhoneCsv(formatPhoneCsv(phones, { delimiter, passwords: true }));
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
        expect(parsed.value.faults).toEqual([]);
        const account = (extension: Extension) => ({
          extension: extension.number,
          displayName: extension.displayName || undefined,
          authName: extension.authName || undefined,
          voicemail: extension.voicemail || undefined,
          language: extension.language || undefined,
        });
        expect(parsed.value.rows).toMatchObject(
          phones.map(({ device, extensions: [first, second] }) => ({
            mac: device.mac,
            vendorId: 'acme',
            model: '=T1',
            ...(Object.keys(settings).length > 0 ? { settings } : {}),
            ...(first && account(first)),
            moreLines: second && [account(second)],
          })),
        );
        const secrets = parsed.value.rows.flatMap((row) =>
          [row, ...row.moreLines].map((line) => line.password?.reveal()),
        );
        expect(secrets).toEqual(phones.flatMap((listed) => listed.extensions.map((one) => one.password.reveal())));
      },
    ),
  );
});

test('no cell begins like a formula', () => {
  const phones = [
    phone(1, [{ number: '+49', displayName: '=1+1', authName: '@a', password: new Secret('-x'), voicemail: '*97' }]),
  ];
  const [, row = ''] = formatPhoneCsv(phones, { passwords: true }).split('\r\n');
  expect(row.split(',').filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([]);
  expect(row).toBe("00:15:65:00:00:01,'+49,'=1+1,'-x,'@a,*97,,,");
});

test('passwords are written only where they are asked for', () => {
  const phones = [phone(1, [{ password: new Secret('hunter2') }])];
  expect(formatPhoneCsv(phones, { passwords: false })).not.toMatch(/hunter2|password/);
  expect(formatPhoneCsv(phones, { passwords: true })).toContain('hunter2');
});

test('a list of no phones is a header that can be filled in', () => {
  const text = formatPhoneCsv([], { passwords: true });
  expect(text).toBe('\ufeffmac,extension,display_name,password,auth_name,voicemail,language,vendor,model\r\n');
  expect(parsePhoneCsv(text)).toEqual({ ok: true, value: { rows: [], faultyRows: 0, faults: [], moreFaults: 0 } });
});
