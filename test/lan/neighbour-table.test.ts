import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createNeighbourTable,
  type NeighbourTable,
  type NeighbourTableOptions,
} from '../../src/lan/neighbour-table.ts';
import { parseNeighbourTable, parseNeighbourTableAfter } from '../../src/lan/parse-neighbour-table.ts';
import { keepingLog } from './fake-lan.ts';

const HEAD = 'IP address       HW type     Flags       HW address            Mask     Device\n';
function row(address: string, mac: string, { type = '0x1', flags = '0x2', device = 'eth0' } = {}): string {
  return `${address.padEnd(17)}${type.padEnd(12)}${flags.padEnd(12)}${mac}     *        ${device}\n`;
}

function openTable(file: string, options: Partial<NeighbourTableOptions> = {}): NeighbourTable {
  return createNeighbourTable({ log: keepingLog(), readText: () => readFile(file, 'utf8'), ...options });
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neighbours-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the table that Linux prints is read, with its devices', () => {
  const text =
    HEAD + row('10.77.4.1', '80:5e:c0:00:00:01') + row('10.78.4.1', '00:15:65:AA:bb:cc', { device: 'br0.5' });
  expect([...parseNeighbourTable(text)]).toEqual([
    ['10.77.4.1', { mac: '805ec0000001', device: 'eth0' }],
    ['10.78.4.1', { mac: '001565aabbcc', device: 'br0.5' }],
  ]);
});

test('permanent entries count; incomplete, foreign and broken ones do not', () => {
  const text =
    HEAD +
    row('10.0.0.1', '80:5e:c0:00:00:01', { flags: '0x6' }) +
    row('10.0.0.2', '00:00:00:00:00:00', { flags: '0x0' }) +
    row('10.0.0.3', '80:5e:c0:00:00:03', { flags: '0x0' }) +
    row('10.0.0.4', '80:5e:c0:00:00:04', { type: '0x20' }) +
    row('10.0.0.5', '00:00:00:00:00:00') +
    '10.0.0.6 0x1\n\n';
  expect([...parseNeighbourTable(text).keys()]).toEqual(['10.0.0.1']);
});

test('an address that two interfaces tell different MACs of is nobody; with the same MAC it is one', () => {
  const text =
    HEAD +
    row('10.0.0.1', '80:5e:c0:00:00:01') +
    row('10.0.0.1', '80:5e:c0:00:00:09', { device: 'eth1' }) +
    row('10.0.0.2', '80:5e:c0:00:00:02') +
    row('10.0.0.2', '80:5e:c0:00:00:02', { device: 'eth1' });
  expect([...parseNeighbourTable(text).keys()]).toEqual(['10.0.0.2']);
});

test('no text throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseNeighbourTable(HEAD + text)));
});

test('a table that is read again says what it would say by itself', () => {
  const host = fc.integer({ min: 1, max: 4 });
  const line = fc.record({ address: host, mac: host, flags: fc.constantFrom('0x0', '0x2'), device: host });
  const text = fc
    .array(line, { maxLength: 8 })
    .map((lines) =>
      lines
        .map(({ address, mac, flags, device }) =>
          row(`10.100.100.10${address}`, `80:5e:c0:00:00:0${mac}`, { flags, device: `enx80${device}ec0000001` }),
        )
        .join(''),
    )
    .map((rows) => HEAD + rows);
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (texts) => {
      let known = parseNeighbourTableAfter(undefined, '');
      for (const text of texts) {
        known = parseNeighbourTableAfter(known, text);
        expect(known.neighbours).toEqual(parseNeighbourTable(text));
        expect(known.lines.size).toBeLessThanOrEqual(text.split('\n').length);
      }
    }),
  );
});

test('what is not new in a table is not taken apart again', () => {
  const kept = row('10.0.0.1', '80:5e:c0:00:00:01');
  const before = parseNeighbourTableAfter(undefined, HEAD + kept + row('10.0.0.2', '80:5e:c0:00:00:02'));
  const after = parseNeighbourTableAfter(before, HEAD + row('10.0.0.2', '80:5e:c0:00:00:09') + kept);
  expect(after.neighbours.get('10.0.0.1')).toBe(before.neighbours.get('10.0.0.1'));
  expect(after.neighbours.get('10.0.0.2')?.mac).toBe('805ec0000009');
  expect(parseNeighbourTableAfter(after, after.text)).toBe(after);
});

test('a neighbour is who he is now, and not who had the address a moment ago', async () => {
  const file = join(folder, 'believed');
  let now = 1_000;
  const table = openTable(file, { clock: () => now });
  await writeFile(file, HEAD + row('10.0.0.1', '80:5e:c0:00:00:01'));
  expect(await table.macOf('10.0.0.1')).toBe('805ec0000001');
  await writeFile(file, HEAD + row('10.0.0.1', '80:5e:c0:00:00:02'));
  now += 1;
  expect(await table.macOf('10.0.0.1')).toBe('805ec0000002');
  // The clock was set back: the age of what is known is unknown.
  await writeFile(file, HEAD + row('10.0.0.1', '80:5e:c0:00:00:03'));
  now = 0;
  expect(await table.macOf('10.0.0.1')).toBe('805ec0000003');
});

test('who came after the last reading is found all the same', async () => {
  const file = join(folder, 'late');
  await writeFile(file, HEAD + row('10.0.0.1', '80:5e:c0:00:00:01'));
  const table = openTable(file);
  expect(await table.macOf('10.0.0.1')).toBe('805ec0000001');
  await writeFile(file, HEAD + row('10.0.0.2', '80:5e:c0:00:00:02'));
  expect(await table.macOf('10.0.0.2')).toBe('805ec0000002');
});

test('who is not there is undefined', async () => {
  const file = join(folder, 'missing');
  await writeFile(file, HEAD + row('10.0.0.1', '80:5e:c0:00:00:01'));
  const table = openTable(file);
  expect(await Promise.all([table.macOf('10.0.0.7'), table.macOf('10.0.0.7'), table.macOf('')])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('a thousand questions about strangers are few readings', async () => {
  const file = join(folder, 'storm');
  await writeFile(file, HEAD);
  let readings = 0;
  const readText = () => {
    readings++;
    return readFile(file, 'utf8');
  };
  const table = openTable(file, { readText });
  const first = await Promise.all(Array.from({ length: 1_000 }, (_, i) => table.macOf(`10.0.${i % 250}.${i % 4}`)));
  await writeFile(file, HEAD + row('10.0.0.0', '80:5e:c0:00:00:01'));
  const second = await Promise.all(Array.from({ length: 1_000 }, () => table.macOf('10.0.0.0')));
  expect(new Set(first)).toEqual(new Set([undefined]));
  expect(new Set(second)).toEqual(new Set(['805ec0000001']));
  // Of the first thousand one, of the second one.
  expect(readings).toBeLessThanOrEqual(4);
});

test('between two readings there is a pause, also for who asks during the first, and he hears of the second only', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    let now = 0;
    const readings: ((text: string) => void)[] = [];
    const readText = () => new Promise<string>((resolve) => readings.push(resolve));
    const table = createNeighbourTable({ log: keepingLog(), readText, clock: () => now });
    const early = table.macOf('10.0.0.1');
    now = 1;
    const late = table.macOf('10.0.0.1');
    now = 4;
    readings[0]?.(HEAD + row('10.0.0.1', '80:5e:c0:00:00:01'));
    expect(await early).toBe('805ec0000001');
    // It took 4 ms: so the pause is 40.
    await vi.advanceTimersByTimeAsync(39);
    expect(readings.length).toBe(1);
    now = 44;
    await vi.advanceTimersByTimeAsync(1);
    expect(readings.length).toBe(2);
    readings[1]?.(HEAD + row('10.0.0.1', '80:5e:c0:00:00:02'));
    expect(await late).toBe('805ec0000002');
  } finally {
    vi.useRealTimers();
  }
});

test('who waited for the same reading goes on a few at a time, with the rest of the program in between', async () => {
  const table = createNeighbourTable({ log: keepingLog(), readText: async () => HEAD });
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  const seenAt = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      await table.macOf('10.0.0.1');
      if (index === 0) turn();
      return turns;
    }),
  );
  isOver = true;
  const perTurn = new Map<number, number>();
  for (const at of seenAt) perTurn.set(at, (perTurn.get(at) ?? 0) + 1);
  expect(Math.max(...perTurn.values())).toBeLessThanOrEqual(16);
});

test('a system without the file knows nobody, and says so once', async () => {
  const log = keepingLog();
  const table = openTable(join(folder, 'nowhere'), { log });
  expect(await table.macOf('10.0.0.1')).toBeUndefined();
  expect(await table.macOf('10.0.0.1')).toBeUndefined();
  expect(log.events()).toEqual(['neighbours.unreadable']);
});

test('a file that cannot be read now is tried again, and it is said once', async () => {
  const log = keepingLog();
  const file = join(folder, 'folder-first');
  await mkdir(file);
  const table = openTable(file, { log });
  expect(await table.macOf('10.0.0.1')).toBeUndefined();
  expect(await table.macOf('10.0.0.1')).toBeUndefined();
  await rmdir(file);
  await writeFile(file, HEAD + row('10.0.0.1', '80:5e:c0:00:00:01'));
  expect(await table.macOf('10.0.0.1')).toBe('805ec0000001');
  expect(log.events()).toEqual(['neighbours.unreadable']);
});
