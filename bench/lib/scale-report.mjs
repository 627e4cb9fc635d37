// What bench/scale.mjs found, for people.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { drawCurves } from './draw-curves.mjs';
import { OTHERS_MAY_USE } from './quiet.mjs';
import { formatNumber, formatTable, median } from './report.mjs';

/** A row of the table each; `digits` behind the point. */
const ROWS = [
  { title: 'import of the list, ms (once)', read: (run) => run.fillMs, digits: 0 },
  { title: 'start, ms', read: (run) => run.startMs, digits: 0 },
  { title: 'memory, RSS, MiB', read: (run) => run.rssMiB, digits: 0 },
  { title: 'memory, PSS, MiB', read: (run) => run.pssMiB, digits: 0 },
  { title: 'memory at its peak, RSS, MiB', read: (run) => run.peakMiB, digits: 0 },
  { title: 'exchange, CPU µs', read: (run) => run.exchange.cpuMicros, digits: 0 },
  { title: 'exchange, p50 ms', read: (run) => run.exchange.toNotifyMs.p50, digits: 2 },
  { title: 'exchange, p99 ms', read: (run) => run.exchange.toNotifyMs.p99, digits: 2 },
  { title: 'first GETs after the start, p50 ms', read: (run) => run.firstGet.toFileMs.p50, digits: 3 },
  { title: 'GET, p50 ms', read: (run) => run.get.toFileMs.p50, digits: 3 },
  { title: 'GET, CPU µs', read: (run) => run.get.cpuMicros, digits: 0 },
  { title: 'approval, ms', read: (run) => run.approveMs, digits: 1 },
  { title: 'list, first page, ms', read: (run) => run.pagesMs.first, digits: 1 },
  { title: 'list, a search, ms', read: (run) => run.pagesMs.filter, digits: 1 },
  { title: 'list, last page, ms', read: (run) => run.pagesMs.last, digits: 1 },
];

const middleOf = (runs, size, read) => median(runs.filter((run) => run.size === size).map(read));

export function printScale({ sizes, repetitions, exchanges, asking, fetching }, runs) {
  process.stdout.write(
    `Known phones, all approved; medians of ${repetitions}, each with an appliance that has just started\n` +
      `${formatNumber(asking)} of them ask (all, where there are fewer): ${formatNumber(exchanges.rate)} exchanges/s for ${exchanges.seconds} s; ${formatNumber(fetching)} fetch their files; GETs, approvals and pages one after the other\n\n`,
  );
  const heading = ['phones', ...sizes.map((size) => formatNumber(size)), 'last : first'];
  const rows = ROWS.map(({ title, read, digits }) => {
    const values = sizes.map((size) => middleOf(runs, size, read));
    const ratio = (values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN);
    return [title, ...values.map((value) => formatNumber(value, digits)), formatNumber(ratio, 2)];
  });
  process.stdout.write(`${formatTable([heading, ...rows])}\n`);
  for (const size of sizes) {
    const own = runs.filter((run) => run.size === size);
    const others = Math.max(
      ...own.flatMap((run) => [run.exchange, run.firstGet, run.get].map(({ othersShare }) => othersShare)),
    );
    if (others > OTHERS_MAY_USE) {
      process.stdout.write(
        `${formatNumber(size)} phones: disturbed by other programs, which used up to ${formatNumber(100 * others)} % of a core\n`,
      );
    }
  }
}

/**
 * @param {string} file
 * @param {readonly number[]} sizes
 * @param {readonly any[]} runs
 */
export function writeCurves(file, sizes, runs) {
  const curve = (name, read) => ({ name, values: sizes.map((size) => middleOf(runs, size, read)) });
  const panels = [
    { title: 'Start', unit: 'ms', curves: [curve('start', (run) => run.startMs)] },
    { title: 'Memory after the start', unit: 'MiB (RSS)', curves: [curve('RSS', (run) => run.rssMiB)] },
    {
      title: 'SUBSCRIBE exchange',
      unit: 'µs of CPU time',
      curves: [curve('exchange', (run) => run.exchange.cpuMicros)],
    },
    {
      title: 'GET of a file',
      unit: 'ms',
      curves: [
        curve('first ones after the start', (run) => run.firstGet.toFileMs.p50),
        curve('again', (run) => run.get.toFileMs.p50),
      ],
    },
    { title: 'Approval', unit: 'ms', curves: [curve('approval', (run) => run.approveMs)] },
    {
      title: 'Page of the list of phones',
      unit: 'ms',
      curves: [
        curve('first', (run) => run.pagesMs.first),
        curve('search', (run) => run.pagesMs.filter),
        curve('last', (run) => run.pagesMs.last),
      ],
    },
  ];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    drawCurves({
      heading: 'What it costs to know many phones',
      across: 'across: known phones, logarithmic',
      sizes,
      panels,
    }),
  );
  process.stdout.write(`\nThe curves: ${file}\n`);
}
