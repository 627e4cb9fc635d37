// Exchanges per second of several servers in turns, and what one costs.
import { setTimeout as sleep } from 'node:timers/promises';
import { runLoad, sum } from './load.mjs';
import { cpuSeconds, memoryMiB } from './process-figures.mjs';
import { measureQuietly, OTHERS_MAY_USE } from './quiet.mjs';
import { formatNumber, formatTable, median } from './report.mjs';
import { countLostHistory, startAppliance, startKamailio, startResponder } from './servers.mjs';

/** @typedef {import('./load.mjs').Bench} Bench */

/** Exchanges under way at a time: the load that feasibility was measured with, and small beside what a buffer holds. */
export const WINDOW = 64;

/** Per second; well below what each of them can do, so that it shows the time of an answer and not of a queue. */
const OPEN_RATE = 1_000;

/** Seconds. Node compiles its hot functions within the first second; two leave the rest out. */
const WARM_UP_SECONDS = 2;

/** Ms for a server to finish what it has queued before the next load. */
const REST_MS = 1_500;

/**
 * @param {Bench} bench
 * @param {readonly string[]} wanted names of servers
 */
export async function compareExchanges(bench, wanted) {
  const { network, folder, main, dataDir, load } = bench;
  const servers = [
    { name: 'responder', title: 'ceiling (C, does nothing else)', start: () => startResponder(network, folder, load) },
    { name: 'appliance', title: 'Plugtone', start: () => startAppliance({ network, main, dataDir, folder }) },
    { name: 'kamailio', title: 'Kamailio', start: () => startKamailio(network, folder, load) },
  ].filter(({ name }) => wanted.includes(name));

  const runs = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    for (const { name, start } of servers) {
      const server = await start();
      const closed = await measure(bench, server.pid, [
        '--window',
        String(WINDOW),
        '--warm-up',
        String(WARM_UP_SECONDS),
      ]);
      await sleep(REST_MS);
      const open = await measure(bench, server.pid, ['--rate', String(OPEN_RATE)]);
      await sleep(REST_MS);
      const historyLost = countLostHistory(server);
      await server.stop();
      runs.push({ repetition, name, closed, open, historyLost });
      process.stderr.write(`${repetition}/${bench.repetitions} ${name}: ${formatNumber(closed.perSecond)}/s\n`);
    }
  }
  const medians = servers.map(({ name, title }) => ({
    name,
    title,
    ...mediansOf(runs.filter((run) => run.name === name)),
  }));
  printExchanges(bench, medians);
  return { runs, medians };
}

/**
 * @param {Bench} bench
 * @param {number} pid
 * @param {readonly string[]} mode
 */
async function measure(bench, pid, mode) {
  return measureQuietly(bench.isPatient, async () => {
    const before = cpuSeconds(pid);
    const startedAt = performance.now();
    const figures = await runLoad(bench, ...mode, '--seconds', bench.seconds);
    if (figures.done === 0) {
      throw new Error('no exchange was completed: is the server deaf, or does it refuse these phones?');
    }
    const used = cpuSeconds(pid) - before;
    const cpuShare = used / ((performance.now() - startedAt) / 1000);
    return {
      figures: { ...figures, cpuShare, cpuMicros: (1e6 * used) / figures.started, memoryMiB: memoryMiB(pid) },
      ownSeconds: used + figures.cpuSeconds,
    };
  });
}

function mediansOf(runs) {
  const middle = (read) => median(runs.map(read));
  return {
    perSecond: middle(({ closed }) => closed.perSecond),
    spread: runs.map(({ closed }) => closed.perSecond).sort((a, b) => a - b),
    closedP50: middle(({ closed }) => closed.toNotifyMs.p50),
    closedP99: middle(({ closed }) => closed.toNotifyMs.p99),
    openP50: middle(({ open }) => open.toNotifyMs.p50),
    openP99: middle(({ open }) => open.toNotifyMs.p99),
    cpuMicros: middle(({ closed }) => closed.cpuMicros),
    openCpuShare: middle(({ open }) => open.cpuShare),
    memoryMiB: middle(({ open }) => open.memoryMiB),
    lost: sum(runs, ({ closed, open }) => closed.lost + open.lost),
    repeated: sum(runs, ({ closed, open }) => closed.repeatedNotifies + open.repeatedNotifies),
    othersShare: Math.max(...runs.flatMap(({ closed, open }) => [closed.othersShare, open.othersShare])),
    malformed: sum(runs, ({ closed, open }) => closed.malformed + open.malformed),
    historyLost: sum(runs, ({ historyLost }) => historyLost),
  };
}

/**
 * @param {Bench} bench
 * @param {readonly any[]} medians
 */
function printExchanges({ phones, repetitions, seconds }, medians) {
  process.stdout.write(
    `SUBSCRIBE → 200 + NOTIFY, ${formatNumber(phones)} approved phones in turns, each NOTIFY acknowledged; medians of ${repetitions}\n` +
      `closed loop: ${WINDOW} under way, ${seconds} s after ${WARM_UP_SECONDS} s; open loop: ${formatNumber(OPEN_RATE)}/s, ${seconds} s; ms from SUBSCRIBE until both are there\n\n`,
  );
  const heading = [
    '',
    'exchanges/s',
    '(lowest-highest)',
    'CPU µs each',
    'p50 ms',
    'p99 ms',
    'open p50',
    'open p99',
    'open CPU',
    'MiB',
    'lost',
    'repeated NOTIFYs',
  ];
  const rows = medians.map((one) => [
    one.title,
    formatNumber(one.perSecond),
    `${formatNumber(one.spread[0])}-${formatNumber(one.spread.at(-1))}`,
    formatNumber(one.cpuMicros),
    formatNumber(one.closedP50, 2),
    formatNumber(one.closedP99, 2),
    formatNumber(one.openP50, 2),
    formatNumber(one.openP99, 2),
    `${formatNumber(100 * one.openCpuShare)} %`,
    formatNumber(one.memoryMiB),
    formatNumber(one.lost),
    formatNumber(one.repeated),
  ]);
  process.stdout.write(`${formatTable([heading, ...rows])}\n`);
  for (const { title, othersShare, malformed, historyLost } of medians) {
    if (othersShare > OTHERS_MAY_USE) {
      process.stdout.write(
        `${title}: disturbed by other programs, which used up to ${formatNumber(100 * othersShare)} % of a core\n`,
      );
    }
    if (malformed > 0)
      process.stdout.write(`${title}: ${formatNumber(malformed)} answers that a phone could not use\n`);
    if (historyLost > 0) {
      process.stdout.write(
        `${title}: at the ceiling ${formatNumber(historyLost)} journey events did not fit the queue to the disk (logged as store.batch-dropped)\n`,
      );
    }
  }
  const rate = (name) => medians.find((one) => one.name === name)?.perSecond;
  const isDisturbed = medians.some(({ othersShare }) => othersShare > OTHERS_MAY_USE);
  const [appliance, kamailio] = [rate('appliance'), rate('kamailio')];
  if (appliance !== undefined && kamailio !== undefined) {
    process.stdout.write(
      `\nPlugtone ${formatNumber(appliance)}/s : Kamailio ${formatNumber(kamailio)}/s = ${formatNumber(appliance / kamailio, 2)}${isDisturbed ? ', not to be relied on: disturbed' : ''}\n\n`,
    );
  }
}
