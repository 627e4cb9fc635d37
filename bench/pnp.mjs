#!/usr/bin/env node
// SUBSCRIBE → 200 + NOTIFY, side by side: the appliance, Kamailio doing the same from a config file, and the least that can
// answer (the ceiling of generator and kernel). Then a burst, with two sizes of the receive buffer. See docs/performance.md.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBursts } from './lib/bursts.mjs';
import { compareExchanges, WINDOW } from './lib/exchanges.mjs';
import { runLoad } from './lib/load.mjs';
import { openNetwork } from './lib/network.mjs';
import { printHottest } from './lib/profile.mjs';
import { compilePrograms, leaveNothingBehind, openTempFolder } from './lib/programs.mjs';
import { waitUntilQuiet } from './lib/quiet.mjs';
import { describeMachine, formatNumber } from './lib/report.mjs';
import { kamailioVersion, macOf, prepareDataDir, startAppliance } from './lib/servers.mjs';

const HELP = `node bench/pnp.mjs [options]     as root for network namespaces, else over loopback
  --repetitions N   of each measurement, interleaved (default 3)
  --seconds S       of each load (default 5)
  --phones N        approved phones that ask in turns (default 5000; one that boots more than 30 times, and then more than
                    once a second, is not answered any more: with fewer than some 1000 that is what is measured)
  --burst N         SUBSCRIBEs of a burst (default 5000; 0: none)
  --appliance FILE  main.js of the appliance (default ../dist/main.js)
  --only NAMES      of appliance,kamailio,responder, comma list
  --profile DIR     profile the appliance under the closed loop, and nothing else
  --no-wait         do not wait for a quiet machine, nor measure again what was disturbed
  --json FILE       every single figure`;

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

if (flags.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main() {
  leaveNothingBehind();
  const main = resolve(flags.appliance);
  const phones = Number(flags.phones);
  const folder = openTempFolder();
  compilePrograms(folder, ['load', 'responder']);
  const network = openNetwork({ phoneAddresses: phones, macOf });
  const kamailio = kamailioVersion();
  process.stdout.write(`${describeMachine([kamailio === undefined ? 'no Kamailio' : `Kamailio ${kamailio}`])}\n`);
  process.stdout.write(`network   ${network.description}\n\n`);
  const dataDir = prepareDataDir(main, folder, phones);
  const bench = {
    ...{ network, folder, main, dataDir, phones, repetitions: Number(flags.repetitions), seconds: flags.seconds },
    ...{ load: join(folder, 'load'), isPatient: !flags['no-wait'] },
  };

  if (flags.profile !== undefined) {
    await profile(bench, resolve(flags.profile));
  } else {
    if (kamailio === undefined) {
      process.stdout.write('Kamailio is not installed (apt-get install kamailio): there is no peer, so no ratio.\n\n');
    }
    const wanted = flags.only.split(',').filter((name) => name !== 'kamailio' || kamailio !== undefined);
    const exchanges = await compareExchanges(bench, wanted);
    const bursts = Number(flags.burst) > 0 ? await measureBursts(bench, Number(flags.burst)) : [];
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ exchanges, bursts }, null, 2)}\n`);
  }
  network.close();
}

/**
 * @param {import('./lib/load.mjs').Bench} bench
 * @param {string} profileDir
 */
async function profile(bench, profileDir) {
  const nodeFlags = ['--cpu-prof', '--cpu-prof-dir', profileDir];
  const server = await startAppliance({ ...bench, nodeFlags });
  await waitUntilQuiet(bench.isPatient);
  const figures = await runLoad(bench, '--window', String(WINDOW), '--seconds', bench.seconds);
  await server.stop();
  process.stdout.write(`${formatNumber(figures.perSecond)} exchanges/s while profiled\n\n`);
  printHottest(profileDir, server.pid);
}
