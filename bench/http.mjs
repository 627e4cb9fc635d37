#!/usr/bin/env node
// Configuration files per second, side by side: the appliance, which proves each phone, renders, and remembers; and nginx with
// the very same bytes in files. Then what a file costs that was never rendered, or is not right any more. See docs/performance.md.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printFetches, printSingles } from './lib/fetch-report.mjs';
import { runFetches } from './lib/fetches.mjs';
import { openNetwork } from './lib/network.mjs';
import { nginxVersion, startNginx } from './lib/nginx.mjs';
import { cpuSeconds, memoryMiB, peakMemoryMiB } from './lib/process-figures.mjs';
import { printHottest } from './lib/profile.mjs';
import { compilePrograms, leaveNothingBehind, openTempFolder } from './lib/programs.mjs';
import { measureQuietly, waitUntilQuiet } from './lib/quiet.mjs';
import { describeMachine, formatNumber } from './lib/report.mjs';
import { countLostHistory, lastTrouble, macOf, prepareDataDir, startAppliance } from './lib/servers.mjs';
import { addAdministrator, listPaths, trustPhones } from './lib/stored.mjs';
import { askWeb } from './lib/web-client.mjs';

const HELP = `node bench/http.mjs [options]     as root for network namespaces, else over loopback
  --repetitions N   of each measurement, the servers in turns (default 3)
  --seconds S       of each load (default 5), after --warm-up S (default 2)
  --phones N        approved phones, each with its own URL, address and connection (default 5000; with fewer than some 500
                    each asks so often that the appliance stops recording it, which makes it faster)
  --window N        requests under way at a time (default 1000: the appliance answers in groups, each after a look at
                    the neighbour table, so that few who ask one after the other wait, and many at once do not)
  --singles N       phones that ask one after the other (default 100)
  --appliance FILE  main.js of the appliance (default ../dist/main.js)
  --profile DIR     profile the appliance under the load with kept connections, and nothing else
  --no-wait         do not wait for a quiet machine, nor measure again what was disturbed
  --json FILE       every single figure`;

/** Both ways in which phones fetch: several files over one connection, or one each. */
const WAYS = [
  { way: 'kept', title: 'connections kept open', flags: ['--keep-alive'] },
  { way: 'single', title: 'one connection for each', flags: [] },
];

const ONE_BY_ONE = ['--window', '1', '--rounds', '1', '--keep-alive'];

const { values: flags } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '2' },
    phones: { type: 'string', default: '5000' },
    window: { type: 'string', default: '1000' },
    singles: { type: 'string', default: '100' },
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
  const phones = Number(flags.phones);
  const folder = openTempFolder();
  compilePrograms(folder, ['get'], 'http');
  const network = openNetwork({ phoneAddresses: phones, macOf });
  const nginx = nginxVersion();
  process.stdout.write(`${describeMachine([nginx === undefined ? 'no nginx' : `nginx ${nginx}`])}\n`);
  process.stdout.write(`network   ${network.description}\n\n`);

  const dataDir = prepareDataDir(main, folder, phones);
  await trustPhones(main, dataDir, network);
  const list = join(folder, 'paths');
  const singles = join(folder, 'single-paths');
  await listPaths({ main, dataDir, list, count: phones });
  await listPaths({ main, dataDir, list: singles, count: Math.min(phones, Number(flags.singles)) });
  const password = await addAdministrator({ network, main, dataDir, folder });
  const bench = { network, folder, main, dataDir, phones, list, singles, password, isPatient: !flags['no-wait'] };

  if (flags.profile === undefined) await compare(bench, nginx !== undefined);
  else await profile(bench, resolve(flags.profile));
  network.close();
}

async function compare(bench, hasNginx) {
  const { folder } = bench;
  const root = join(folder, 'root');
  await saveFiles(bench, root);
  const startPeer = (own) => startNginx(own.network, folder, root, () => answers(own));
  const servers = [
    { name: 'appliance', title: 'Plugtone', start: startAppliance },
    ...(hasNginx ? [{ name: 'nginx', title: 'nginx', start: startPeer }] : []),
  ];
  if (!hasNginx) {
    process.stdout.write('nginx is not installed (apt-get install nginx-light): there is no peer, so no ratio.\n\n');
  }
  const runs = [];
  for (let repetition = 1; repetition <= Number(flags.repetitions); repetition++) {
    for (const server of servers) {
      const { name } = server;
      const run = {
        repetition,
        name,
        ...(await measureSingles(bench, server)),
        ...(await measureLoads(bench, server)),
      };
      runs.push(run);
      const rates = WAYS.map(({ way }) => `${formatNumber(run[way].perSecond)}/s`);
      process.stderr.write(`${repetition}/${flags.repetitions} ${name}: ${rates.join(', ')}\n`);
    }
  }
  const settings = { ...flags, phones: bench.phones, ways: WAYS };
  printFetches(settings, servers, runs);
  printSingles(settings, servers, runs);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(runs, null, 2)}\n`);
}

/** One after the other where no neighbour table is asked, so that it shows the time of finding, rendering and sending alone. */
async function measureSingles(bench, { name, start }) {
  const own = { ...bench, network: bench.network.inside() };
  const server = await start(own);
  const first = await once(own, server, ONE_BY_ONE);
  const again = await once(own, server, ONE_BY_ONE);
  if (name !== 'appliance') {
    await server.stop();
    return { first, again };
  }
  const changeMs = await changeSite(own, 'one.example.net');
  const changed = await once(own, server, ONE_BY_ONE);
  await server.stop();
  return { first, again, changed, changeMs };
}

/** Over the cable: one after the other, all at once, and as many as it can, both ways. */
async function measureLoads(bench, { name, start }) {
  const server = await start(bench);
  const all = ['--window', flags.window, '--rounds', '1'];
  const figures = { firstAll: await once(bench, server, all), all: await once(bench, server, all) };
  figures.alone = await once({ ...bench, list: bench.singles }, server, ONE_BY_ONE);
  for (const { way, flags } of WAYS) figures[way] = await load(bench, server, flags);
  figures.memoryMiB = memoryMiB(server.pid);
  figures.peakMemoryMiB = peakMemoryMiB(server.pid);
  figures.historyLost = countLostHistory(server);
  if (name === 'appliance') {
    await changeSite(bench, 'two.example.net');
    figures.changedAll = await once(bench, server, all);
  }
  await server.stop();
  return figures;
}

/** It is in every phone's file: all that was rendered is of no use any more. Ms that it took. */
async function changeSite({ network, password }, sipServer) {
  const body = { settings: { sipServer } };
  const [answer] = await askWeb(network, password, [{ method: 'PUT', path: '/api/v1/site', body }]);
  return answer?.ms;
}

function load(bench, server, way) {
  const times = ['--window', flags.window, '--seconds', flags.seconds, '--warm-up', flags['warm-up']];
  return measureQuietly(bench.isPatient, () => fetchAll(bench, server, [...times, ...way]));
}

async function once(bench, server, mode) {
  await waitUntilQuiet(bench.isPatient);
  return (await fetchAll(bench, server, mode)).figures;
}

async function fetchAll(bench, server, mode) {
  const before = cpuSeconds(server.pid);
  const figures = await runFetches(bench, ...mode);
  const used = cpuSeconds(server.pid) - before;
  if (figures.done === 0) throw new Error(`no file came:\n${lastTrouble(server)}`);
  return { figures: { ...figures, cpuMicros: (1e6 * used) / figures.started }, ownSeconds: used + figures.cpuSeconds };
}

/** What nginx serves. */
async function saveFiles(bench, root) {
  const server = await startAppliance(bench);
  const figures = await runFetches(bench, '--rounds', '1', '--save', root);
  await server.stop();
  if (figures.done !== bench.phones) {
    throw new Error(
      `${formatNumber(figures.done)} files came, wanted ${formatNumber(bench.phones)}: ${JSON.stringify(figures)}`,
    );
  }
}

async function answers(bench) {
  const one = join(bench.folder, 'path');
  await listPaths({ ...bench, list: one, count: 1 });
  return (await runFetches({ ...bench, list: one }, '--rounds', '1', '--timeout', '1')).done === 1;
}

async function profile(bench, profileDir) {
  const server = await startAppliance({ ...bench, nodeFlags: ['--cpu-prof', '--cpu-prof-dir', profileDir] });
  const figures = await load(bench, server, ['--keep-alive']);
  await server.stop();
  process.stdout.write(`${formatNumber(figures.perSecond)} GETs/s while profiled\n\n`);
  printHottest(profileDir, server.pid);
}
