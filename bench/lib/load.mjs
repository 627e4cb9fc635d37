// The load generator's side of a measurement.
import { runForJson } from './programs.mjs';
import { FIRST_MAC } from './servers.mjs';

/**
 * @typedef {object} Bench
 * @property {import('./network.mjs').Network} network
 * @property {string} folder
 * @property {string} main
 * @property {string} dataDir
 * @property {number} phones
 * @property {number} repetitions
 * @property {string} load the load generator's path
 * @property {string} seconds of each load
 * @property {boolean} isPatient waits for a quiet machine
 */

/**
 * @param {Bench} bench
 * @param {readonly string[]} mode
 */
export async function runLoad({ network, phones, load }, ...mode) {
  return runForJson(
    network.onPhones([
      ...[load, '--source', network.phoneAddress, '--sources', String(network.phoneAddresses)],
      ...['--port', String(network.sipPort), '--first-mac', FIRST_MAC.toString(16), '--macs', String(phones), ...mode],
    ]),
  );
}

/**
 * @template T
 * @param {readonly T[]} runs
 * @param {(run: T) => number} read
 */
export function sum(runs, read) {
  return runs.map(read).reduce((total, one) => total + one, 0);
}
