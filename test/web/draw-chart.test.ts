import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import type { Sample } from '../../src/core/sample.ts';
import { BINS, binSamples } from '../../src/web/build-charts.ts';
import { drawChart } from '../../src/web/draw-chart.ts';
import { readOfficeDay, readOfficeDayEnd } from '../../src/web/read-office-day.ts';

const HALF_HOUR = 1_800_000;
const sample = (at: number, filesServed: number, more: Partial<Sample> = {}): Sample => ({
  at,
  span: 300_000,
  pending: 1,
  approved: 2,
  blocked: 3,
  exchanges: 0,
  filesServed,
  refusals: 0,
  ...more,
});

function readSvg(svg: string) {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) =>
    elements.push({ name, attributes: attributes as Record<string, string> }),
  );
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
  return elements;
}

test('a chart is well-formed, says what it shows, and has no style or script of its own', () => {
  const svg = drawChart({
    id: 'c',
    title: 'Files <served> & "more"',
    description: '3 in 24 hours',
    labels: ['09:00', '09:30', '10:00'],
    series: [
      { name: 'a', className: 'c1', values: [1, 0, null] },
      { name: 'b', className: 'c2', values: [4, 0, null] },
    ],
  });
  const elements = readSvg(svg);
  expect(elements[0]?.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'c-title c-desc' });
  expect(elements.filter(({ name }) => name === 'rect').map(({ attributes }) => attributes.class)).toEqual([
    'c1',
    'c2',
  ]);
  expect(elements.filter(({ attributes }) => attributes.class === 'unknown')).toHaveLength(1);
  expect(
    elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => /^(style|on|href|fill)/.test(name)),
  ).toEqual([]);
  expect(svg).toContain('Files &#60;served&#62; &#38; &#34;more&#34;');
});

test('bars stand on one another, inside of the drawing, and high as their numbers', () => {
  const values = [3, 20, 7];
  const svg = drawChart({
    id: 'c',
    title: '',
    description: '',
    labels: ['1', '2', '3'],
    series: [
      { name: 'a', className: 'c1', values },
      { name: 'b', className: 'c2', values },
    ],
  });
  const bars = readSvg(svg)
    .filter(({ name }) => name === 'rect')
    .map(({ attributes: { x, y, width, height } }) => ({
      x: Number(x),
      y: Number(y),
      width: Number(width),
      height: Number(height),
    }));
  expect(bars).toHaveLength(6);
  for (const { x, y, width, height } of bars) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(240);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y + height).toBeLessThanOrEqual(104);
  }
  const [low, high] = [bars[0], bars[2]];
  expect((high?.height ?? 0) / (low?.height ?? 1)).toBeCloseTo(20 / 3, 1);
  expect((bars[3]?.y ?? 0) + (bars[3]?.height ?? 0)).toBeCloseTo(bars[2]?.y ?? 0, 1);
});

test('samples fall into half hours: counts are summed up, phones are as they were last, gaps stay gaps', () => {
  const now = 1_000 * HALF_HOUR + 60_000;
  const start = 1_000 * HALF_HOUR;
  const bins = binSamples(
    [
      sample(start - 26 * 60 * 60_000, 99),
      sample(start - 2 * HALF_HOUR + 300_000, 1, { approved: 5 }),
      sample(start - HALF_HOUR, 2, { approved: 6 }),
      sample(now, 4, { span: 60_000 }),
    ],
    now,
  );
  expect(bins).toHaveLength(BINS);
  const known = bins.flatMap(({ start: at, sample: found }) =>
    found === null ? [] : [[at, found.filesServed, found.approved]],
  );
  expect(known).toEqual([
    [start - 2 * HALF_HOUR, 3, 6],
    [start, 4, 2],
  ]);
});

test('a day begins and ends at midnight of the office, on days of 23 and 25 hours too', () => {
  const zone = 'Europe/Berlin';
  expect(readOfficeDay('2026-01-07', zone)).toBe(Date.UTC(2026, 0, 6, 23));
  expect(readOfficeDayEnd('2026-01-07', zone)).toBe(Date.UTC(2026, 0, 7, 23));
  const hours = (day: string) => ((readOfficeDayEnd(day, zone) ?? 0) - (readOfficeDay(day, zone) ?? 0)) / 3_600_000;
  expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-07-01')]).toEqual([23, 25, 24]);
  expect(readOfficeDay('2026-01-07', 'Nowhere/At-All')).toBe(Date.UTC(2026, 0, 7));
  for (const wrong of ['', '2026-02-30', '2026-1-7', 'x']) expect(readOfficeDay(wrong, zone)).toBeUndefined();
});
