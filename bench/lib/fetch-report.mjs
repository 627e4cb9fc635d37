// What bench/http.mjs found, for people.
import { OTHERS_MAY_USE } from './quiet.mjs';
import { formatNumber, formatTable, median } from './report.mjs';

/** Share of its core from which on the load generator is what is measured. */
const GENERATOR_IS_FULL = 0.95;

/** What may come instead of the phone's own whole file. */
const FAILURES = ['refused', 'wrongFile', 'broken', 'lost'];

const failuresOf = (figures) => FAILURES.reduce((sum, name) => sum + figures[name], 0);

/** As many as it can, with kept connections and without; and the ratio. */
export function printFetches({ phones, repetitions, seconds, 'warm-up': warmUp, window, ways }, servers, runs) {
  process.stdout.write(
    `GET of a phone's own file, ${formatNumber(phones)} phones in turns; medians of ${repetitions}\n` +
      `closed loop: ${window} under way, ${seconds} s after ${warmUp} s; ms from asking (connecting, where it is one connection for each) to the last byte\n\n`,
  );
  for (const { way, title } of ways) {
    const heading = [
      title,
      'GETs/s',
      '(lowest-highest)',
      'CPU µs each',
      'p50 ms',
      'p90 ms',
      'p99 ms',
      'max ms',
      'bytes',
      'failed',
      'generator',
    ];
    const rows = servers.map(({ name, title }) => {
      const own = runs.filter((run) => run.name === name).map((run) => run[way]);
      const middle = (read) => median(own.map(read));
      const rates = own.map(({ perSecond }) => perSecond).sort((a, b) => a - b);
      return [
        title,
        formatNumber(median(rates)),
        `${formatNumber(rates[0] ?? 0)}-${formatNumber(rates.at(-1) ?? 0)}`,
        formatNumber(middle(({ cpuMicros }) => cpuMicros)),
        ...['p50', 'p90', 'p99', 'max'].map((part) =>
          formatNumber(
            middle(({ toFileMs }) => toFileMs[part]),
            2,
          ),
        ),
        formatNumber(middle(({ fileBytes }) => fileBytes)),
        formatNumber(own.reduce((sum, figures) => sum + failuresOf(figures), 0)),
        `${formatNumber(100 * middle(({ ownShare }) => ownShare))} %`,
      ];
    });
    process.stdout.write(`${formatTable([heading, ...rows])}\n`);
    printRatio(way, title, servers, runs);
  }
  const memory = servers.map(({ name, title }) => {
    const own = runs.filter((run) => run.name === name);
    const middle = (read) => formatNumber(median(own.map(read)), 1);
    return [title, middle((run) => run.memoryMiB), middle((run) => run.peakMemoryMiB)];
  });
  process.stdout.write(`${formatTable([['memory after both loads', 'MiB (PSS)', 'peak MiB (RSS)'], ...memory])}\n`);
  const lost = runs.reduce((sum, { historyLost }) => sum + historyLost, 0);
  if (lost > 0) {
    process.stdout.write(
      `Plugtone: ${formatNumber(lost)} journey events did not fit the queue to the disk (logged as store.batch-dropped)\n\n`,
    );
  }
}

function printRatio(way, title, servers, runs) {
  const of = (name) => runs.filter((run) => run.name === name).map((run) => run[way]);
  const [appliance, nginx] = ['appliance', 'nginx'].map(of);
  const rate = (own) => median(own.map(({ perSecond }) => perSecond));
  for (const { name, title: server } of servers) {
    const others = Math.max(...of(name).map(({ othersShare }) => othersShare));
    if (others > OTHERS_MAY_USE) {
      process.stdout.write(
        `${server}: disturbed by other programs, which used up to ${formatNumber(100 * others)} % of a core\n`,
      );
    }
    if (median(of(name).map(({ ownShare }) => ownShare)) > GENERATOR_IS_FULL) {
      process.stdout.write(`${server}: the load generator's core was full: the server is at least as fast as this\n`);
    }
  }
  if (nginx.length === 0) return;
  const cost = (own) => median(own.map(({ cpuMicros }) => cpuMicros));
  const isDisturbed = [...appliance, ...nginx].some(({ othersShare }) => othersShare > OTHERS_MAY_USE);
  process.stdout.write(
    `${title}: Plugtone ${formatNumber(rate(appliance))}/s : nginx ${formatNumber(rate(nginx))}/s = ${formatNumber(rate(appliance) / rate(nginx), 2)}${isDisturbed ? ', not to be relied on: disturbed' : ''}; ` +
      `by the CPU time of each, which stays right on a busy machine, ${formatNumber(cost(nginx) / cost(appliance), 2)}\n\n`,
  );
}

const PASSES = [
  { pass: 'first', title: 'on loopback, one after the other: never asked for before' },
  { pass: 'again', title: 'on loopback, one after the other: asked for again' },
  { pass: 'changed', title: 'on loopback, one after the other: after a change of the site' },
  { pass: 'alone', title: 'phones, one after the other' },
  { pass: 'firstAll', title: 'phones, many at once: never asked for before' },
  { pass: 'all', title: 'phones, many at once: asked for again' },
  { pass: 'changedAll', title: 'phones, many at once: after a change of the site' },
];

/** Each phone's file once: the time of an answer, and how long all of them take. */
export function printSingles({ repetitions }, servers, runs) {
  process.stdout.write(
    `Each file once. On loopback nobody is looked up in the neighbour table; a phone's answer waits until the table was read. Medians of ${repetitions}\n\n`,
  );
  const heading = ['files', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms', 'CPU µs each', 'all in s', 'failed'];
  for (const { name, title: server } of servers) {
    const rows = PASSES.flatMap(({ pass, title }) => {
      const own = runs.filter((run) => run.name === name && run[pass] !== undefined).map((run) => run[pass]);
      if (own.length === 0) return [];
      const middle = (read) => median(own.map(read));
      return [
        [
          title,
          formatNumber(middle((figures) => figures.phones)),
          ...['p50', 'p90', 'p99', 'max'].map((part) =>
            formatNumber(
              middle(({ toFileMs }) => toFileMs[part]),
              3,
            ),
          ),
          formatNumber(middle(({ cpuMicros }) => cpuMicros)),
          formatNumber(
            middle(({ seconds }) => seconds),
            2,
          ),
          formatNumber(own.reduce((sum, figures) => sum + failuresOf(figures), 0)),
        ],
      ];
    });
    process.stdout.write(`${formatTable([[server, ...heading], ...rows])}\n`);
  }
  const changes = runs.flatMap(({ changeMs }) => changeMs ?? []);
  if (changes.length > 0) {
    process.stdout.write(`The change of the site itself (PUT /api/v1/site): ${formatNumber(median(changes), 1)} ms\n`);
  }
}
