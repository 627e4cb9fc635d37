#!/usr/bin/env node
// What the appliance needs when it has nothing to do: time to start, memory, CPU time, and room on the disk. See docs/performance.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serveAsService } from './lib/as-service.mjs';
import { openLoopback } from './lib/network.mjs';
import { readPackageFigures } from './lib/package-figures.mjs';
import { cpuSeconds, memoryMiB, peakMemoryMiB, residentMiB } from './lib/process-figures.mjs';
import { leaveNothingBehind, openTempFolder } from './lib/programs.mjs';
import { measureQuietly, OTHERS_MAY_USE, waitUntilQuiet } from './lib/quiet.mjs';
import { describeMachine, formatNumber, formatTable, median } from './lib/report.mjs';
import { start } from './lib/servers.mjs';

const HELP = `node bench/footprint.mjs [options]     over loopback, no root needed
  --starts N        of each kind (default 5)
  --idle S          seconds of doing nothing (default 60)
  --deb FILE        the Debian package to weigh (default: the newest plugtone_*.deb of this checkout, if there is one)
  --appliance FILE  main.js of the appliance (default ../dist/main.js)
  --no-wait         do not wait for a quiet machine
  --json FILE       every single figure`;

/** Ms between two knocks at the door of an appliance that starts. */
const KNOCK_MS = 5;

/** Ms until a start has failed. */
const START_WITHIN_MS = 30_000;

const { values: flags } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    idle: { type: 'string', default: '60' },
    deb: { type: 'string' },
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
  const folder = openTempFolder();
  const network = openLoopback();
  process.stdout.write(`${describeMachine(['no peer'])}\nnetwork   ${network.description}\n\n`);

  const first = [];
  const again = [];
  for (let number = 1; number <= Number(flags.starts); number++) {
    const own = mkdtempSync(join(folder, 'start-'));
    first.push(await measureStart(network, main, own));
    again.push(await measureStart(network, main, own));
    rmSync(own, { recursive: true });
    process.stderr.write(
      `${number}/${flags.starts} starts: ${formatNumber(first.at(-1) ?? 0)} ms with a new data directory, ${formatNumber(again.at(-1) ?? 0)} ms again\n`,
    );
  }
  const idle = await measureIdle(network, main, mkdtempSync(join(folder, 'idle-')));
  const sizes = readPackageFigures(flags.deb);
  printFootprint(first, again, idle, sizes);
  if (flags.json !== undefined) {
    writeFileSync(flags.json, `${JSON.stringify({ first, again, idle, package: sizes }, null, 2)}\n`);
  }
}

function spawnAppliance(network, main, folder) {
  return start(serveAsService({ network, main, folder }), folder);
}

/** Ms until it has answered its first request. */
async function untilItAnswers(network, server, startedAt) {
  for (;;) {
    const hasAnswered = await fetch(`http://${network.serverAddress}:${network.webPort}/healthz`).then(
      async (reply) => {
        await reply.arrayBuffer();
        return reply.ok;
      },
      () => false,
    );
    const ms = performance.now() - startedAt;
    if (hasAnswered && !server.hasEnded()) return ms;
    if (server.hasEnded() || ms > START_WITHIN_MS) {
      throw new Error(`the appliance did not start:\n${server.readLog()}`);
    }
    await sleep(KNOCK_MS);
  }
}

async function measureStart(network, main, folder) {
  await waitUntilQuiet(!flags['no-wait']);
  const startedAt = performance.now();
  const server = spawnAppliance(network, main, folder);
  const ms = await untilItAnswers(network, server, startedAt);
  await server.stop();
  return ms;
}

/** Nobody asks anything: what is used is its own. */
async function measureIdle(network, main, folder) {
  const server = spawnAppliance(network, main, folder);
  await untilItAnswers(network, server, performance.now());
  const seconds = Number(flags.idle);
  process.stderr.write(`doing nothing for twice ${formatNumber(seconds)} s\n`);
  await sleep(1_000 * seconds);
  const figures = { seconds, rssMiB: residentMiB(server.pid), pssMiB: memoryMiB(server.pid) };
  figures.peakMiB = peakMemoryMiB(server.pid);
  // Its start is over by now; another minute is its rest.
  const cpu = await measureQuietly(false, async () => {
    const before = cpuSeconds(server.pid);
    await sleep(1_000 * seconds);
    const used = cpuSeconds(server.pid) - before;
    return { figures: { cpuSeconds: used }, ownSeconds: used };
  });
  await server.stop();
  return { ...figures, ...cpu };
}

function printFootprint(first, again, idle, { deb, archive, modules, dependencies }) {
  const ms = (times) =>
    `${formatNumber(median(times))} ms (${formatNumber(Math.min(...times))}-${formatNumber(Math.max(...times))})`;
  const mib = (bytes) => `${formatNumber(bytes / 2 ** 20, 1)} MiB`;
  const rows = [
    ['from spawn to the first answer over HTTP, new data directory', ms(first)],
    ['the same, data directory there', ms(again)],
    [`memory after ${formatNumber(idle.seconds)} s, RSS`, `${formatNumber(idle.rssMiB, 1)} MiB`],
    ['  of it its own and its share of what is shared, PSS', `${formatNumber(idle.pssMiB, 1)} MiB`],
    ['  at its highest so far, RSS', `${formatNumber(idle.peakMiB, 1)} MiB`],
    [
      `CPU time in the next ${formatNumber(idle.seconds)} s`,
      `${formatNumber(1_000 * idle.cpuSeconds)} ms = ${formatNumber((100 * idle.cpuSeconds) / idle.seconds, 2)} % of a core`,
    ],
    ['Debian package', deb === undefined ? 'none was built' : `${mib(deb.bytes)} (${deb.name})`],
    ['  installed', deb === undefined ? '' : mib(deb.installedBytes)],
    ['npm package', archive === undefined ? 'npm is missing' : mib(archive.bytes)],
    [
      '  unpacked',
      archive === undefined ? '' : `${mib(archive.unpackedBytes)} in ${formatNumber(archive.files)} files`,
    ],
    ['node_modules of production', `${mib(modules.bytes)} in ${formatNumber(modules.files)} files`],
    ['dependencies, direct', formatNumber(dependencies.direct)],
    ['dependencies, all that are installed', formatNumber(dependencies.all)],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  process.stdout.write(`${formatTable([[`medians of ${flags.starts} starts (lowest-highest)`, ''], ...shown])}\n`);
  process.stdout.write(
    'The files of program and Node are in the page cache: a start after a boot reads them from the disk.\n',
  );
  if (idle.othersShare > OTHERS_MAY_USE) {
    process.stdout.write(
      `While it idled other programs used ${formatNumber(100 * idle.othersShare)} % of a core; its own CPU time is not touched by that.\n`,
    );
  }
}
