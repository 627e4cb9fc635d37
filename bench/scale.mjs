#!/usr/bin/env node
// What it costs to know many phones: start, memory, and whatever is done for one phone or one person, with 100 known phones and
// with 100,000. All on the loopback interface of a host of its own, so that nothing but the number of phones differs. See
// docs/performance.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runFetches } from './lib/fetches.mjs';
import { runLoad } from './lib/load.mjs';
import { openNetwork } from './lib/network.mjs';
import { cpuSeconds, memoryMiB, peakMemoryMiB, residentMiB } from './lib/process-figures.mjs';
import { compilePrograms, leaveNothingBehind, openTempFolder } from './lib/programs.mjs';
import { measureQuietly, waitUntilQuiet } from './lib/quiet.mjs';
import { describeMachine, formatNumber, median } from './lib/report.mjs';
import { printScale, writeCurves } from './lib/scale-report.mjs';
import { lastTrouble, macOf, prepareDataDir, startAppliance } from './lib/servers.mjs';
import { addAdministrator, addPending, listPaths } from './lib/stored.mjs';
import { askWeb } from './lib/web-client.mjs';

const HELP = `node bench/scale.mjs [options]     as root in a network namespace, else on the machine's loopback
  --sizes LIST      numbers of known phones (default 100,1000,10000,100000)
  --repetitions N   of each, in turns, each with an appliance that has just started (default 3)
  --svg FILE        the curves (default ../docs/images/scale.svg; none: no drawing)
  --appliance FILE  main.js of the appliance (default ../dist/main.js)
  --no-wait         do not wait for a quiet machine
  --json FILE       every single figure`;

/** Phones that ask: no more where more are known, so that each exchange is the same work. */
const ASKING = 1_000;

/** Phones that fetch: the same number everywhere, or those who come later would find code that is compiled already. */
const FETCHING = 100;

/**
 * Per second, for so many seconds, and so many before that do not count: far below what one core does, so that it shows the cost and
 * no queue. With 100 phones 25 boots each: more than 200 events of one phone in ten minutes are not recorded (docs/architecture.md).
 */
const EXCHANGES = { rate: 500, seconds: 4, warmUpSeconds: 1 };

/** GETs of files that are rendered already. */
const GETS = 2_000;

/** Phones that wait, beside those that are known: each is approved once. */
const APPROVALS = 25;

/** Loads of each page. */
const PAGE_LOADS = 15;

/** Ms after a start until the memory is read: what was needed for it alone is given back by then, or is not. */
const SETTLED_MS = 5_000;

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,10000,100000' },
    repetitions: { type: 'string', default: '3' },
    svg: { type: 'string', default: join(import.meta.dirname, '../docs/images/scale.svg') },
    appliance: { type: 'string', default: join(import.meta.dirname, '../dist/main.js') },
    'no-wait': { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main() {
  leaveNothingBehind();
  const main = resolve(flags.appliance);
  const sizes = flags.sizes.split(',').map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1)) throw new Error(`--sizes: saw ${flags.sizes}`);
  const folder = openTempFolder();
  compilePrograms(folder, ['load']);
  compilePrograms(folder, ['get'], 'http');
  const outer = openNetwork({ phoneAddresses: 1, macOf });
  const network = outer.inside();
  process.stdout.write(`${describeMachine(['no peer but itself'])}\nnetwork   ${network.description}\n\n`);

  const benches = [];
  for (const size of sizes) benches.push(await prepare({ network, main, root: folder, size }));
  const runs = [];
  for (let repetition = 1; repetition <= Number(flags.repetitions); repetition++) {
    for (const bench of benches) {
      const run = { repetition, size: bench.size, fillMs: bench.fillMs, ...(await measure(bench)) };
      runs.push(run);
      process.stderr.write(
        `${repetition}/${flags.repetitions} ${formatNumber(bench.size)}: up after ${formatNumber(run.startMs)} ms\n`,
      );
    }
  }
  const counts = { asking: ASKING, fetching: FETCHING };
  printScale({ sizes, repetitions: flags.repetitions, exchanges: EXCHANGES, ...counts }, runs);
  if (flags.svg !== 'none') writeCurves(resolve(flags.svg), sizes, runs);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(runs, null, 2)}\n`);
  outer.close();
}

/** A data directory with so many approved phones, some that wait, and an administrator. */
async function prepare({ network, main, root, size }) {
  const folder = join(root, `${size}`);
  mkdirSync(folder);
  const startedAt = performance.now();
  const dataDir = prepareDataDir(main, folder, size);
  const fillMs = performance.now() - startedAt;
  process.stderr.write(`${formatNumber(size)} phones are stored (${formatNumber(fillMs)} ms)\n`);
  await addPending(main, dataDir, size, APPROVALS);
  const list = join(folder, 'paths');
  const phones = Math.min(size, ASKING);
  const fetching = Math.min(size, FETCHING);
  await listPaths({ main, dataDir, list, count: fetching });
  const password = await addAdministrator({ network, main, dataDir, folder });
  return {
    network,
    main,
    root,
    folder,
    dataDir,
    list,
    password,
    size,
    phones,
    fetching,
    fillMs,
    isPatient: !flags['no-wait'],
  };
}

async function measure(bench) {
  await waitUntilQuiet(bench.isPatient);
  const server = await startAppliance(bench);
  await sleep(SETTLED_MS);
  const figures = { startMs: server.startMs, rssMiB: residentMiB(server.pid), pssMiB: memoryMiB(server.pid) };
  figures.exchange = await exchange(bench, server);
  figures.firstGet = await get(bench, server, 1);
  figures.get = await get(bench, server, Math.ceil(GETS / bench.fetching));
  Object.assign(figures, await askPages(bench), { peakMiB: peakMemoryMiB(server.pid) });
  await server.stop();
  // A copy of its own each time, and of 100,000 phones.
  rmSync(server.dataDir, { recursive: true });
  return figures;
}

async function exchange({ network, root, phones, isPatient }, server) {
  const { rate, seconds, warmUpSeconds } = EXCHANGES;
  const load = { network, phones, load: join(root, 'load') };
  const mode = ['--rate', rate, '--seconds', seconds, '--warm-up', warmUpSeconds].map(String);
  // Once: a second time would be other work, more events of each phone being there.
  return charge(server, isPatient, () => runLoad(load, ...mode));
}

/** One after the other, each of the phones so many times. */
function get({ network, root, list, isPatient }, server, rounds) {
  const mode = ['--window', '1', '--rounds', String(rounds), '--keep-alive'];
  return charge(server, isPatient, () => runFetches({ network, folder: root, list }, ...mode));
}

/** What of the server's CPU time belongs to each, and whether others disturbed it. */
async function charge(server, isPatient, work) {
  await waitUntilQuiet(isPatient);
  return measureQuietly(false, async () => {
    const before = cpuSeconds(server.pid);
    const figures = await work();
    const used = cpuSeconds(server.pid) - before;
    const failed = (figures.sent ?? figures.started) - figures.done;
    if (failed > 0)
      throw new Error(`${formatNumber(failed)} were not answered: ${JSON.stringify(figures)}\n${lastTrouble(server)}`);
    const micros = (1e6 * used) / figures.started;
    return { figures: { ...figures, cpuMicros: micros }, ownSeconds: used + figures.cpuSeconds };
  });
}

/** Pages of the list, and approvals, one after the other. */
async function askPages({ network, password, size, isPatient }) {
  await waitUntilQuiet(isPatient);
  const number = String(10_000 + Math.floor(size / 2));
  const pages = { first: '/', filter: `/?q=${number}`, last: '/?page=99999' };
  const figures = {};
  for (const [name, path] of Object.entries(pages)) {
    figures[name] = await medianMs(network, password, Array(PAGE_LOADS).fill({ method: 'GET', path }));
  }
  const approvals = Array.from({ length: APPROVALS }, (_, index) => ({
    method: 'POST',
    path: `/api/v1/devices/${macOf(size + index)}/approve`,
    body: { extension: String(500_000 + index) },
  }));
  return { pagesMs: figures, approveMs: await medianMs(network, password, approvals) };
}

async function medianMs(network, password, requests) {
  const answers = await askWeb(network, password, requests);
  return median(answers.map(({ ms }) => ms));
}
