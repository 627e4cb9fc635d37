#!/usr/bin/env node
// The moment when the power comes back: all phones of an office ask within a second, and each wants its own file. See
// docs/performance.md.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { openNetwork } from './lib/network.mjs';
import { cpuSeconds, droppedDatagrams, peakMemoryMiB } from './lib/process-figures.mjs';
import { printHottest } from './lib/profile.mjs';
import { compilePrograms, leaveNothingBehind, openTempFolder, runForJson } from './lib/programs.mjs';
import { waitUntilQuiet } from './lib/quiet.mjs';
import { describeMachine, formatNumber, formatTable, median } from './lib/report.mjs';
import { FIRST_MAC, macOf, PASSWORD_MARK, prepareDataDir, startAppliance } from './lib/servers.mjs';
import { createViewerToken, startWatchers } from './lib/watchers.mjs';

const HELP = `node bench/boot-storm.mjs [options]     as root for network namespaces, else over loopback
  --phones N        or several: 100,1000,5000,20000 (default 5000)
  --watchers N      people who look on meanwhile, or several: 0,20 (default 0)
  --over-ms MS      time within which they ask for the first time (default 1000)
  --give-up S       after which a phone without its file is lost (default 30)
  --repetitions N   each with an appliance that has just started (default 3)
  --appliance FILE  main.js of the appliance (default ../dist/main.js)
  --profile DIR     one storm, and what the appliance spent its time with
  --no-wait         do not wait for a quiet machine
  --json FILE       every single figure`;

/** Ms that an appliance has been up before the storm: its start is not what is measured. */
const SETTLED_MS = 1_000;

const { values: flags } = parseArgs({
  options: {
    phones: { type: 'string', default: '5000' },
    watchers: { type: 'string', default: '0' },
    'over-ms': { type: 'string', default: '1000' },
    'give-up': { type: 'string', default: '30' },
    repetitions: { type: 'string', default: '3' },
    appliance: { type: 'string', default: join(import.meta.dirname, '../dist/main.js') },
    profile: { type: 'string' },
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
  const sizes = flags.phones.split(',').map(Number);
  const folder = openTempFolder();
  compilePrograms(folder, ['phones']);
  process.stdout.write(`${describeMachine(['no peer'])}\n`);
  const repetitions = flags.profile === undefined ? Number(flags.repetitions) : 1;
  const storms = [];
  for (const phones of sizes) {
    // Of its own for each size: the server's table of neighbours is read again and again, and has one line for each phone.
    const network = openNetwork({ phoneAddresses: phones, macOf });
    process.stdout.write(`network   ${network.description}\n`);
    const own = mkdtempSync(join(folder, 'phones-'));
    const dataDir = prepareDataDir(main, own, phones);
    const token = createViewerToken(main, dataDir);
    for (const watchers of flags.watchers.split(',').map(Number)) {
      const runs = [];
      for (let repetition = 1; repetition <= repetitions; repetition++) {
        runs.push(await runStorm({ network, folder, main, dataDir, phones, token, watchers }));
        const title = `${formatNumber(phones)} phones, ${watchers} look on, ${repetition}/${repetitions}`;
        process.stderr.write(`${title}: ${formatNumber(runs.at(-1).lost)} lost\n`);
      }
      storms.push({ phones, watchers, runs });
    }
    network.close();
  }
  process.stdout.write('\n');
  for (const { phones, watchers, runs } of storms) printStorm(phones, watchers, runs);
  if (storms.length > 1) printComparison(storms);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(storms, null, 2)}\n`);
}

/**
 * @param {object} storm
 * @param {import('./lib/network.mjs').Network} storm.network
 * @param {string} storm.folder
 * @param {string} storm.main
 * @param {string} storm.dataDir
 * @param {number} storm.phones
 * @param {string} storm.token
 * @param {number} storm.watchers
 */
async function runStorm({ network, folder, main, dataDir, phones, token, watchers }) {
  const nodeFlags = flags.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(flags.profile)];
  const server = await startAppliance({ network, main, dataDir, folder, nodeFlags });
  const lookingOn = watchers > 0 ? await startWatchers(network, token, watchers) : undefined;
  await sleep(SETTLED_MS);
  await waitUntilQuiet(!flags['no-wait']);
  // The event loop's delay is counted from one reading to the next.
  await readEventLoopDelays(network);
  const droppedBefore = droppedDatagrams(server.pid);
  const cpuBefore = cpuSeconds(server.pid);
  const figures = await runForJson(
    network.onPhones([
      ...[join(folder, 'phones'), '--source', network.phoneAddress, '--sources', String(network.phoneAddresses)],
      ...['--port', String(network.sipPort), '--first-mac', FIRST_MAC.toString(16), '--count', String(phones)],
      ...['--over-ms', flags['over-ms'], '--give-up', flags['give-up'], '--mark', PASSWORD_MARK],
    ]),
  );
  const cpu = cpuSeconds(server.pid) - cpuBefore;
  const delays = await readEventLoopDelays(network);
  const dropped = droppedDatagrams(server.pid) - droppedBefore;
  const peak = peakMemoryMiB(server.pid);
  const watched = await lookingOn?.stop();
  await server.stop();
  if (flags.profile !== undefined) printHottest(resolve(flags.profile), server.pid);
  return { ...figures, cpuSeconds: cpu, eventLoopDelayMs: delays, dropped, peakMemoryMiB: peak, watched };
}

/**
 * From /metrics, as a monitoring system sees it: ms at the longest, and at p99, since the last reading.
 * @param {import('./lib/network.mjs').Network} network
 */
async function readEventLoopDelays(network) {
  const script = 'fetch(process.argv[1]).then((reply) => reply.text()).then((text) => process.stdout.write(text))';
  const [program = '', ...args] = network.onPhones([
    ...[process.execPath, '-e', script],
    `http://${network.serverAddress}:${network.webPort}/metrics`,
  ]);
  const { stdout } = await promisify(execFile)(program, args);
  const read = (name) =>
    1000 * Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(stdout)?.[1]);
  return { p99: read('p99'), max: read('max') };
}

function printStorm(phones, watchers, runs) {
  const middle = (read) => median(runs.map(read));
  const whole = (read) => formatNumber(middle(read));
  process.stdout.write(
    `Boot storm: ${formatNumber(phones)} approved phones ask within ${formatNumber(Number(flags['over-ms']))} ms, ${watchers} people look on; SUBSCRIBE → 200 → NOTIFY → 200 → GET of its own file,\n` +
      `ms since a phone's first SUBSCRIBE; medians of ${runs.length}, counts of all runs\n\n`,
  );
  const stage = (title, name) => [
    title,
    formatNumber(runs.reduce((sum, run) => sum + run[name].count, 0)),
    ...['p50', 'p90', 'p99', 'max'].map((part) => whole((run) => run[name][part])),
  ];
  process.stdout.write(
    `${formatTable([
      ['', 'phones', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'],
      stage('answered (200)', 'to200Ms'),
      stage('told the URL (NOTIFY)', 'toNotifyMs'),
      stage('has its own file', 'toFileMs'),
      stage('  of it: NOTIFY to file', 'fetchingMs'),
    ])}\n`,
  );
  const total = (name) => formatNumber(runs.reduce((sum, run) => sum + run[name], 0));
  process.stdout.write(
    `${formatTable([
      ['over all runs', ''],
      ['lost (no file of its own in the end)', total('lost')],
      ['files of another phone', total('wrongFile')],
      ['files refused / broken', `${total('refused')} / ${total('broken')}`],
      ['SUBSCRIBEs repeated by phones', total('repeatedSubscribes')],
      ['NOTIFYs repeated by the appliance', total('repeatedNotifies')],
      ['datagrams dropped by the kernel', total('dropped')],
    ])}\n`,
  );
  process.stdout.write(
    `${formatTable([
      ['median of the runs', ''],
      ['asking took', `${whole((run) => 1000 * run.askingSeconds)} ms`],
      ['last file after', `${whole((run) => 1000 * run.allDoneSeconds)} ms`],
      ['bytes of a file', whole((run) => run.fileBytes)],
      [
        "appliance's CPU time",
        `${formatNumber(
          middle((run) => run.cpuSeconds),
          2,
        )} s`,
      ],
      ["appliance's peak memory (RSS)", `${whole((run) => run.peakMemoryMiB)} MiB`],
      [
        'event loop delay p99 / max',
        `${whole((run) => run.eventLoopDelayMs.p99)} / ${whole((run) => run.eventLoopDelayMs.max)} ms`,
      ],
    ])}\n`,
  );
}

function printComparison(storms) {
  const rows = storms.map(({ phones, watchers, runs }) => {
    const middle = (read, digits = 0) => formatNumber(median(runs.map(read)), digits);
    const total = (read) => formatNumber(runs.reduce((sum, run) => sum + read(run), 0));
    return [
      formatNumber(phones),
      formatNumber(watchers),
      total((run) => run.lost),
      ...['p50', 'p99', 'max'].map((part) => middle((run) => run.toFileMs[part])),
      middle((run) => run.cpuSeconds, 2),
      middle((run) => run.peakMemoryMiB),
      middle((run) => run.eventLoopDelayMs.p99),
      middle((run) => run.eventLoopDelayMs.max),
      total((run) => run.repeatedSubscribes),
      total((run) => run.dropped),
      watchers === 0 ? '' : middle((run) => run.watched.events),
      watchers === 0 ? '' : total((run) => run.watched.lost),
    ];
  });
  const heading = [
    'phones',
    'look on',
    'lost',
    'file p50 ms',
    'p99',
    'max',
    'CPU s',
    'peak MiB',
    'delay p99 ms',
    'max',
  ];
  process.stdout.write(formatTable([[...heading, 'repeated', 'dropped', 'events to each', 'streams lost'], ...rows]));
}
