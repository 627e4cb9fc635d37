import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeAllSteps } from '../../src/core/steps.ts';
import { importCsv } from '../../src/flows/import-csv.ts';
import { type ImportProgress, type ImportRow, importDevices, planImport } from '../../src/flows/import-devices.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

function row(line: number, macText: string, number: string, more: Partial<ImportRow> = {}): ImportRow {
  return { line, mac: mac(macText), extension: number, password: `secret-${number}`, ...more };
}

const OPTIONS = { actor: 'tester', partial: false, now: 7 };

test('a list becomes approved phones and their extensions, in one commit', async () => {
  const { office, commits } = openDoors();
  const rows = [
    row(2, '001565000001', '101', { displayName: 'Empfang' }),
    row(3, '000413000002', '102', { model: 'D785' }),
  ];
  const result = await importDevices(office, rows, OPTIONS);
  expect(result).toMatchObject({ stored: true, effects: [{ effect: 'new' }, { effect: 'new' }] });
  expect(commits).toHaveLength(1);
  expect(office.findDevice(mac('000413000002'))).toMatchObject({ state: 'approved', vendorId: 'snom', model: 'D785' });
  expect(office.findExtension('101')).toMatchObject({ displayName: 'Empfang', authName: '101' });
  expect(office.findExtension('101')?.password.reveal()).toBe('secret-101');
});

test('the same list again changes nothing', async () => {
  const { office, commits } = openDoors();
  const rows = [row(2, '001565000001', '101', { displayName: 'Empfang' })];
  await importDevices(office, rows, OPTIONS);
  const token = office.findDevice(mac('001565000001'))?.token;
  const again = await importDevices(office, rows, OPTIONS);
  expect(again.effects).toMatchObject([{ effect: 'unchanged' }]);
  expect(commits).toHaveLength(1);
  expect(office.findDevice(mac('001565000001'))?.token).toBe(token);
});

test("a language that a list says is the account's, and one that it leaves out stays", async () => {
  const { office } = openDoors();
  await importDevices(office, [row(2, '001565000001', '101', { language: 'fr' })], OPTIONS);
  expect(office.findExtension('101')?.language).toBe('fr');
  const same = await importDevices(office, [row(2, '001565000001', '101')], OPTIONS);
  expect(same.effects).toMatchObject([{ effect: 'unchanged' }]);
  const other = await importDevices(office, [row(2, '001565000001', '101', { language: 'de' })], OPTIONS);
  expect(other.effects).toMatchObject([{ effect: 'changed', changes: ['language'] }]);
});

test('a new password changes the account and leaves the phone its token', async () => {
  const { office } = openDoors();
  await importDevices(office, [row(2, '001565000001', '101')], OPTIONS);
  const token = office.findDevice(mac('001565000001'))?.token;
  const again = await importDevices(office, [row(2, '001565000001', '101', { password: 'other' })], OPTIONS);
  expect(again.effects).toMatchObject([{ effect: 'changed' }]);
  expect(office.findExtension('101')?.password.reveal()).toBe('other');
  expect(office.findDevice(mac('001565000001'))?.token).toBe(token);
});

test('one bad row keeps all out, unless a part is asked for', async () => {
  const taken = device('001565999999', { state: 'approved', extensions: ['102'] });
  const { office, commits } = openDoors({ devices: [taken], extensions: [extension('102')] });
  const rows = [row(2, '001565000001', '101'), row(3, '001565000002', '102')];
  const whole = await importDevices(office, rows, OPTIONS);
  expect(whole.stored).toBe(false);
  expect(whole.effects).toMatchObject([{ effect: 'new' }, { effect: 'refused', line: 3 }]);
  expect(commits).toEqual([]);
  const part = await importDevices(office, rows, { ...OPTIONS, partial: true });
  expect(part.stored).toBe(true);
  expect(office.findDevice(mac('001565000001'))?.state).toBe('approved');
  expect(office.holdersOf('102').map((holder) => holder.mac)).toEqual([taken.mac]);
});

test('two phones may swap their extensions in one list', async () => {
  const { office } = openDoors();
  await importDevices(office, [row(2, '001565000001', '101'), row(3, '001565000002', '102')], OPTIONS);
  await importDevices(office, [row(2, '001565000001', '102'), row(3, '001565000002', '101')], OPTIONS);
  expect(office.holdersOf('101').map((holder) => holder.mac)).toEqual(['001565000002']);
  expect(office.holdersOf('102').map((holder) => holder.mac)).toEqual(['001565000001']);
});

test('a phone of an unknown maker is refused with a sentence', async () => {
  const { office } = openDoors();
  const result = await importDevices(office, [row(2, '00304fa99948', '101')], OPTIONS);
  expect(result.effects[0]).toMatchObject({ effect: 'refused', reason: expect.stringContaining('00:30:4f:a9:99:48') });
});

test('a long import tells how far it is, and lets others have their turn', async () => {
  const { office } = openDoors();
  const macOf = (index: number) => (0x001565000000 + index).toString(16).padStart(12, '0');
  const lines = Array.from({ length: 3_000 }, (_, index) => `${macOf(index)},${10_000 + index}`);
  const seen: ImportProgress[] = [];
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const list = `mac,extension\n${lines.join('\n')}\n`;
  const result = await importCsv(office, list, { ...OPTIONS, onProgress: (progress) => seen.push(progress) });
  clearInterval(timer);
  expect(result).toMatchObject({ ok: true, value: { stored: true, counts: { new: 3_000 } } });
  expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['reading', 'checking']);
  for (const { done, total } of seen) expect([done <= total, total]).toEqual([true, 3_000]);
  expect(turns).toBeGreaterThan(0);
});

test('a phone that is blocked stays so: its row is refused, and says why', async () => {
  const { office, commits } = openDoors({ devices: [device('001565000001', { state: 'blocked' })] });
  const rows = [row(2, '001565000001', '101'), row(3, '001565000002', '102')];
  const whole = await importDevices(office, rows, OPTIONS);
  expect(whole).toMatchObject({
    stored: false,
    effects: [{ effect: 'refused', problem: { kind: 'phone-blocked' } }, {}],
  });
  expect(whole.effects[0]?.reason).toContain('00:15:65:00:00:01 is blocked');
  await importDevices(office, rows, { ...OPTIONS, partial: true });
  expect(commits).toHaveLength(1);
  expect(office.findDevice(mac('001565000001'))?.state).toBe('blocked');
  expect(office.findExtension('101')).toBeUndefined();
});

test('an account that the phone cannot be told is refused by row, also where another phone has it', async () => {
  const aastra = (text: string) => ({ vendorId: 'aastra', model: '6920', extensions: [text], token: `t-${text}` });
  const { office } = openDoors({
    devices: [device('00085d000009', { state: 'approved', ...aastra('109') })],
    extensions: [extension('109')],
  });
  const result = await importDevices(
    office,
    [
      row(2, '00085d000001', '101', { password: 'a"b' }),
      row(3, '001565000002', '102', { password: 'a"b' }),
      row(4, '00085d000009', '109', { displayName: 'The "boss"' }),
    ],
    { ...OPTIONS, partial: true },
  );
  expect(result.effects.map(({ effect }) => effect)).toEqual(['refused', 'new', 'refused']);
  expect(result.effects[0]).toMatchObject({ problem: { kind: 'account-not-writable', field: 'password' } });
  expect(result.effects[2]).toMatchObject({ problem: { kind: 'account-not-writable', field: 'displayName' } });
  expect(result.effects[0]?.reason).toContain('quotation mark');
  expect(result.effects[0]?.reason).not.toContain('a"b');
});

function phoneAt(index: number, more: Parameters<typeof device>[1] = {}) {
  return device(macAt(index), {
    state: 'approved',
    extensions: [String(10_000 + index)],
    token: `t-${index}`,
    ...more,
  });
}

function macAt(index: number): string {
  return `001565${index.toString(16).padStart(6, '0')}`;
}

test('a chain of thousands of phones of which the last keeps its extension is refused in a few passes', () => {
  const length = 5_000;
  const devices = Array.from({ length }, (_, index) =>
    phoneAt(index, index === length - 1 ? { state: 'blocked' } : undefined),
  );
  const { office } = openDoors({ devices });
  // Each wants what the next one has, and the list begins where the chain does: a pass finds one more.
  const rows = devices.map((_, index) => row(index + 2, macAt(index), String(10_001 + index)));
  const steps = planImport(office, rows, 7);
  let taken = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) taken++;
  const { effects, devices: stored, extensions } = step.value;
  expect([stored, extensions]).toEqual([[], []]);
  expect(effects.at(-1)?.problem?.kind).toBe('phone-blocked');
  expect(new Set(effects.slice(0, -1).map(({ problem }) => problem?.kind))).toEqual(new Set(['extension-taken']));
  expect(taken).toBeLessThanOrEqual(3 * length);
});

test('whoever wants what a refused row keeps is refused, and nobody else', () => {
  const phones = 7;
  const index = fc.nat({ max: phones - 1 });
  const holder = fc.record({ isBlocked: fc.boolean(), has: fc.uniqueArray(index, { maxLength: 2 }) });
  const wish = fc.record({ phone: index, wants: fc.uniqueArray(index, { minLength: 1, maxLength: 2 }) });
  fc.assert(
    fc.property(
      fc.array(holder, { minLength: phones, maxLength: phones }),
      fc.array(wish, { maxLength: phones }),
      (holders, wishes) => {
        const devices = holders.map(({ isBlocked, has }, at) =>
          phoneAt(at, { state: isBlocked ? 'blocked' : 'approved', extensions: has.map((n) => String(10_000 + n)) }),
        );
        const numbers = Array.from({ length: phones }, (_, n) => extension(String(10_000 + n)));
        const { office } = openDoors({ devices, extensions: numbers });
        const rows = wishes.map(({ phone, wants }, line): ImportRow => {
          const [first = 0, ...more] = wants;
          const moreLines = more.map((n) => ({ extension: String(10_000 + n) }));
          return { line, mac: mac(macAt(phone)), extension: String(10_000 + first), moreLines };
        });
        const { effects } = takeAllSteps(planImport(office, rows, 7));
        // Pass after pass, until one finds nobody.
        const isSo = ({ phone, wants }: (typeof wishes)[number]) =>
          holders[phone]?.isBlocked === false && holders[phone]?.has.join() === wants.join();
        let standing = new Set(wishes);
        for (let before = -1; before !== standing.size; ) {
          before = standing.size;
          const giving = new Set([...standing].map(({ phone }) => phone));
          const isKept = (n: number, phone: number) =>
            holders.some(({ has }, other) => other !== phone && !giving.has(other) && has.includes(n));
          standing = new Set(
            [...standing].filter(
              (wish) =>
                isSo(wish) || (!holders[wish.phone]?.isBlocked && !wish.wants.some((n) => isKept(n, wish.phone))),
            ),
          );
        }
        expect(effects.map(({ effect }) => effect !== 'refused')).toEqual(wishes.map((wish) => standing.has(wish)));
      },
    ),
  );
});
