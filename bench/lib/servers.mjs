// What is measured: the appliance, Kamailio, and the least that can answer.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveAsService } from './as-service.mjs';
import { family } from './process-figures.mjs';
import { runForJson } from './programs.mjs';

/**
 * @typedef {import('./network.mjs').Network} Network
 * @typedef {object} Server
 * @property {number} pid
 * @property {() => string} readLog
 * @property {() => boolean} hasEnded
 * @property {() => Promise<void>} stop
 */

const KAMAILIO_CONFIG = join(import.meta.dirname, '../pnp/kamailio.cfg');

/** The first of the phones' MACs; Yealink's prefix. */
export const FIRST_MAC = 0x805ec0000000;

/** Each phone's password starts with this; the six digits of its index follow. */
export const PASSWORD_MARK = 'bench-secret-';

/** Ms. Node starts in half a second here; a slow machine gets its time. */
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 15_000;

/** @param {number} index */
export function macOf(index) {
  return (FIRST_MAC + index)
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?=.)/g, '$&:');
}

/**
 * A data directory in which so many phones are approved already.
 * @param {string} main the appliance's main.js
 * @param {string} folder
 * @param {number} phones
 */
export function prepareDataDir(main, folder, phones) {
  const rows = ['mac,extension,password'];
  for (let index = 0; index < phones; index++) {
    rows.push(`${macOf(index)},${10_000 + index},${PASSWORD_MARK}${String(index).padStart(6, '0')}`);
  }
  const list = join(folder, 'phones.csv');
  const dataDir = join(folder, 'data');
  writeFileSync(list, `${rows.join('\n')}\n`);
  execFileSync(process.execPath, [main, 'import', list, '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return dataDir;
}

/**
 * Starts from a copy of the data directory: no run sees what an earlier one left.
 * @param {object} options
 * @param {Network} options.network
 * @param {string} options.main
 * @param {string} options.dataDir
 * @param {string} options.folder
 * @param {readonly string[]} [options.nodeFlags]
 * @param {Readonly<Record<string, string>>} [options.environment]
 * @returns {Promise<Server & { dataDir: string, startMs: number }>} `startMs`: from the call until it says that it serves
 */
export async function startAppliance({ network, main, dataDir, folder, nodeFlags = [], environment = {} }) {
  const own = mkdtempSync(join(folder, 'appliance-'));
  cpSync(dataDir, join(own, 'data'), { recursive: true });
  const startedAt = performance.now();
  const server = start(serveAsService({ network, main, folder: own, nodeFlags, environment }), own);
  const deadline = Date.now() + START_WITHIN_MS;
  while (!server.readLog().includes('"appliance.started"')) {
    if (server.hasEnded() || Date.now() > deadline)
      throw new Error(`the appliance did not start:\n${server.readLog()}`);
    await sleep(10);
  }
  return { ...server, dataDir: join(own, 'data'), startMs: performance.now() - startedAt };
}

/**
 * Why it refuses, if it says so: the last warning or error in its log.
 * @param {Pick<Server, 'readLog'>} server
 */
export function lastTrouble(server) {
  const told = server
    .readLog()
    .split('\n')
    .filter((line) => /"level":[45]0/.test(line));
  return told.at(-1) ?? 'its log holds no warning';
}

/**
 * Journey events that did not fit the appliance's queue; it says so in its log.
 * @param {Pick<Server, 'readLog'>} server
 */
export function countLostHistory(server) {
  const told = server.readLog().matchAll(/"event":"store\.batch-dropped","count":(\d+)/g);
  return [...told].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Its version; undefined: not installed. */
export function kamailioVersion() {
  const said = spawnSync('kamailio', ['-v'], { encoding: 'utf8' });
  return said.status === 0 ? /^version: kamailio (\S+)/.exec(said.stdout)?.[1] : undefined;
}

/**
 * @param {Network} network
 * @param {string} folder
 * @param {string} load the load generator's path
 */
export async function startKamailio(network, folder, load) {
  const own = mkdtempSync(join(folder, 'kamailio-'));
  const runtime = join(own, 'run');
  mkdirSync(runtime);
  const defines = [
    `LAN_ADDRESS=${network.serverAddress}`,
    `LAN_INTERFACE=${network.serverInterface}`,
    `PNP_PORT=${network.sipPort}`,
  ];
  const command = [
    ...['kamailio', '-DD', '-E', '-f', KAMAILIO_CONFIG, '-m', '64', '-M', '8', '-Y', runtime, '-P', join(own, 'pid')],
    ...defines.flatMap((define) => ['-A', define]),
  ];
  return untilItAnswers(start(network.onServer(command), own), network, load);
}

/**
 * @param {Network} network
 * @param {string} folder
 * @param {string} load the load generator's path
 */
export async function startResponder(network, folder, load) {
  const own = mkdtempSync(join(folder, 'responder-'));
  const command = [join(folder, 'responder'), network.serverAddress, String(network.sipPort)];
  return untilItAnswers(start(network.onServer(command), own), network, load);
}

/**
 * @param {readonly string[]} command
 * @param {string} folder
 */
export function start(command, folder) {
  const logFile = join(folder, 'log');
  const output = openSync(logFile, 'w');
  const [program = '', ...args] = command;
  // `ip netns exec`, `taskset` and `env` all become what they run: the pid is the server's own.
  const child = spawn(program, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const kill = () => {
    // A master that is killed cannot end its workers.
    for (const pid of hasEnded() || child.pid === undefined ? [] : family(child.pid)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  process.once('exit', kill);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    hasEnded,
    readLog: () => readFileSync(logFile, 'utf8'),
    async stop() {
      process.removeListener('exit', kill);
      if (hasEnded()) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const patience = setTimeout(kill, STOP_WITHIN_MS);
      await ended;
      clearTimeout(patience);
    },
  };
}

/**
 * @param {ReturnType<typeof start>} server
 * @param {Network} network
 * @param {string} load
 * @returns {Promise<Server>}
 */
async function untilItAnswers(server, network, load) {
  const probe = network.onPhones([
    ...[load, '--source', network.phoneAddress, '--port', String(network.sipPort)],
    ...['--burst', '1', '--timeout', '0.2'],
  ]);
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    if (server.hasEnded()) throw new Error(`the server ended:\n${server.readLog()}`);
    if ((await runForJson(probe)).done === 1) return server;
    if (Date.now() > deadline) throw new Error(`the server does not answer:\n${server.readLog()}`);
    await sleep(50);
  }
}
