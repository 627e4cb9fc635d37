#!/usr/bin/env node
// SUBSCRIBE → 200 + NOTIFY, side by side: the appliance, Kamailio doing the same from a config file, and the least that can
// answer (the ceiling of generator and kernel). Then a burst, with two sizes of the receive buffer. See docs/performance.md.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openNetwork } from './lib/network.mjs';
import { cpuSeconds, droppedDatagrams, memoryMiB } from './lib/process-figures.mjs';
import { printHottest } from './lib/profile.mjs';
import {
  compileBufferGrant,
  compilePrograms,
  leaveNothingBehind,
  openTempFolder,
  runForJson,
} from './lib/programs.mjs';
import { measureQuietly, OTHERS_MAY_USE, waitUntilQuiet } from './lib/quiet.mjs';
import { describeMachine, formatNumber, formatTable, median } from './lib/report.mjs';
import {
  FIRST_MAC,
  kamailioVersion,
  macOf,
  prepareDataDir,
  startAppliance,
  startKamailio,
  startResponder,
} from './lib/servers.mjs';

const HELP = `node bench/pnp.mjs [options]     as root for network namespaces, else over loopback
  --repetitions N   of each measurement, interleaved (default 3)
  --seconds S       of each load (default 5)
  --phones N        approved phones that ask in turns (default 5000)
  --burst N         SUBSCRIBEs of a burst (default 5000; 0: none)
  --appliance FILE  main.js of the appliance (default ../dist/main.js)
  --only NAMES      of appliance,kamailio,responder, comma list
  --profile DIR     profile the appliance under the closed loop, and nothing else
  --no-wait         do not wait for a quiet machine, nor measure again what was disturbed
  --json FILE       every single figure`;

/** Exchanges under way at a time: the load that feasibility was measured with, and small beside what a buffer holds. */
const WINDOW = 64;

/** Per second; well below what each of them can do, so that it shows the time of an answer and not of a queue. */
const OPEN_RATE = 1_000;

/** Seconds. Node compiles its hot functions within the first second; two leave the rest out. */
const WARM_UP_SECONDS = 2;

/** Ms for a server to finish what it has queued before the next load. */
const REST_MS = 1_500;

/** net.core.rmem_max: the default of kernels for decades, and what systemd/plugtone-sysctl.conf raises it to. */
const BUFFER_LIMITS = [212_992, 4_194_304];

const { values: flags } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    phones: { type: 'string', default: '5000' },
    burst: { type: 'string', default: '5000' },
    appliance: { type: 'string', default: join(import.meta.dirname, '../dist/main.js') },
    only: { type: 'string', default: 'responder,appliance,kamailio' },
    profile: { type: 'string' },
    'no-wait': { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const isPatient = !flags['no-wait'];

if (flags.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main() {
  leaveNothingBehind();
  const main = resolve(flags.appliance);
  const repetitions = Number(flags.repetitions);
  const phones = Number(flags.phones);
  const folder = openTempFolder();
  compilePrograms(folder, ['load', 'responder']);
  const network = openNetwork({ phoneAddresses: phones, macOf });
  const kamailio = kamailioVersion();
  process.stdout.write(`${describeMachine([kamailio === undefined ? 'no Kamailio' : `Kamailio ${kamailio}`])}\n`);
  process.stdout.write(`network   ${network.description}\n\n`);
  const dataDir = prepareDataDir(main, folder, phones);
  const bench = { network, folder, main, dataDir, phones, repetitions, load: join(folder, 'load') };

  if (flags.profile !== undefined) {
    await profile(bench, resolve(flags.profile));
  } else {
    if (kamailio === undefined) {
      process.stdout.write('Kamailio is not installed (apt-get install kamailio): there is no peer, so no ratio.\n\n');
    }
    const exchanges = await compareExchanges(bench, kamailio !== undefined);
    const bursts = Number(flags.burst) > 0 ? await measureBursts(bench, Number(flags.burst)) : [];
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ exchanges, bursts }, null, 2)}\n`);
  }
  network.close();
}

/**
 * @typedef {object} Bench
 * @property {import('./lib/network.mjs').Network} network
 * @property {string} folder
 * @property {string} main
 * @property {string} dataDir
 * @property {number} phones
 * @property {number} repetitions
 * @property {string} load
 */

/**
 * @param {Bench} bench
 * @param {readonly string[]} mode
 */
async function runLoad({ network, phones, load }, ...mode) {
  return runForJson(
    network.onPhones([
      ...[load, '--source', network.phoneAddress, '--sources', String(network.phoneAddresses)],
      ...['--port', String(network.sipPort), '--first-mac', FIRST_MAC.toString(16), '--macs', String(phones), ...mode],
    ]),
  );
}

/**
 * @param {Bench} bench
 * @param {boolean} hasKamailio
 */
async function compareExchanges(bench, hasKamailio) {
  const { network, folder, main, dataDir, load } = bench;
  const wanted = flags.only.split(',');
  const servers = [
    { name: 'responder', title: 'ceiling (C, does nothing else)', start: () => startResponder(network, folder, load) },
    { name: 'appliance', title: 'Plugtone', start: () => startAppliance({ network, main, dataDir, folder }) },
    { name: 'kamailio', title: 'Kamailio', start: () => startKamailio(network, folder, load) },
  ].filter(({ name }) => wanted.includes(name) && (name !== 'kamailio' || hasKamailio));

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
      const historyLost = countLostHistory(server.readLog());
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
  return measureQuietly(isPatient, async () => {
    const before = cpuSeconds(pid);
    const startedAt = performance.now();
    const figures = await runLoad(bench, ...mode, '--seconds', flags.seconds);
    const used = cpuSeconds(pid) - before;
    const cpuShare = used / ((performance.now() - startedAt) / 1000);
    return {
      figures: { ...figures, cpuShare, cpuMicros: (1e6 * used) / figures.started, memoryMiB: memoryMiB(pid) },
      ownSeconds: used + figures.cpuSeconds,
    };
  });
}

/** Journey events that did not fit the appliance's queue; it says so in its log. */
function countLostHistory(log) {
  return [...log.matchAll(/"event":"store\.batch-dropped","count":(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
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

function sum(runs, read) {
  return runs.map(read).reduce((total, one) => total + one, 0);
}

/**
 * @param {Bench} bench
 * @param {readonly any[]} medians
 */
function printExchanges({ phones, repetitions }, medians) {
  process.stdout.write(
    `SUBSCRIBE → 200 + NOTIFY, ${formatNumber(phones)} approved phones in turns, each NOTIFY acknowledged; medians of ${repetitions}\n` +
      `closed loop: ${WINDOW} under way, ${flags.seconds} s after ${WARM_UP_SECONDS} s; open loop: ${formatNumber(OPEN_RATE)}/s, ${flags.seconds} s; ms from SUBSCRIBE until both are there\n\n`,
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
  const [appliance, kamailio] = [rate('appliance'), rate('kamailio')];
  if (appliance !== undefined && kamailio !== undefined) {
    process.stdout.write(
      `\nPlugtone ${formatNumber(appliance)}/s : Kamailio ${formatNumber(kamailio)}/s = ${formatNumber(appliance / kamailio, 2)}\n\n`,
    );
  }
}

/**
 * A burst to an appliance that has just started, which is the hardest: nothing is compiled yet.
 * @param {Bench} bench
 * @param {number} size
 */
async function measureBursts(bench, size) {
  const { network, folder } = bench;
  const isGrantable = network.kind === 'namespaces';
  const limits = isGrantable ? BUFFER_LIMITS : [undefined];
  const library = isGrantable ? compileBufferGrant(folder) : '';
  const runs = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    for (const limit of limits) {
      const environment = limit === undefined ? {} : { LD_PRELOAD: library, RCVBUF_LIMIT: String(limit) };
      const server = await startAppliance({ ...bench, environment });
      await waitUntilQuiet(isPatient);
      const before = droppedDatagrams(server.pid);
      const figures = await runLoad(bench, '--burst', String(size), '--timeout', '4');
      runs.push({ repetition, limit, ...figures, dropped: droppedDatagrams(server.pid) - before });
      await server.stop();
    }
  }
  const heading = [
    'net.core.rmem_max',
    'sent in ms',
    'lost',
    '(lowest-highest)',
    'dropped by the kernel',
    'p50 ms',
    'p99 ms',
    'last ms',
    'repeated NOTIFYs',
  ];
  const rows = limits.map((limit) => {
    const own = runs.filter((run) => run.limit === limit);
    const middle = (read) => median(own.map(read));
    const lost = own.map((run) => run.lost).sort((a, b) => a - b);
    return [
      limit === undefined ? 'as the machine has it' : formatNumber(limit),
      formatNumber(1000 * middle((run) => run.sendingSeconds)),
      formatNumber(median(lost)),
      `${formatNumber(lost[0] ?? 0)}-${formatNumber(lost.at(-1) ?? 0)}`,
      formatNumber(middle((run) => run.dropped)),
      formatNumber(
        middle((run) => run.toNotifyMs.p50),
        1,
      ),
      formatNumber(
        middle((run) => run.toNotifyMs.p99),
        1,
      ),
      formatNumber(1000 * middle((run) => run.seconds)),
      formatNumber(sum(own, (run) => run.repeatedNotifies)),
    ];
  });
  process.stdout.write(
    `Burst: ${formatNumber(size)} SUBSCRIBEs as fast as they can be sent, each once, to an appliance that has just started; medians of ${bench.repetitions}\n` +
      (isGrantable ? 'The receive buffer is granted as a kernel with that net.core.rmem_max would.\n\n' : '\n'),
  );
  process.stdout.write(`${formatTable([heading, ...rows])}\n`);
  return runs;
}

/**
 * @param {Bench} bench
 * @param {string} profileDir
 */
async function profile(bench, profileDir) {
  const nodeFlags = ['--cpu-prof', '--cpu-prof-dir', profileDir];
  const server = await startAppliance({ ...bench, nodeFlags });
  await waitUntilQuiet(isPatient);
  const figures = await runLoad(bench, '--window', String(WINDOW), '--seconds', flags.seconds);
  await server.stop();
  process.stdout.write(`${formatNumber(figures.perSecond)} exchanges/s while profiled\n\n`);
  printHottest(profileDir, server.pid);
}
