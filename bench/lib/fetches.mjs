// The load generator's side of fetching files.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runForJson } from './programs.mjs';
import { FIRST_MAC, PASSWORD_MARK } from './servers.mjs';

/**
 * Runs bench/http/get.c, compiled into the folder.
 * @param {object} bench
 * @param {import('./network.mjs').Network} bench.network
 * @param {string} bench.folder
 * @param {string} bench.list paths of the phones' files, the first phone's first
 * @param {readonly string[]} mode
 */
export function runFetches({ network, folder, list }, ...mode) {
  const save = mode.indexOf('--save');
  if (save !== -1) mkdirSync(mode[save + 1] ?? '', { recursive: true });
  return runForJson(
    network.onPhones([
      ...[join(folder, 'get'), '--server', network.serverAddress, '--port', String(network.phonePort)],
      ...['--source', network.phoneAddress, '--sources', String(network.phoneAddresses)],
      ...['--first-mac', FIRST_MAC.toString(16), '--list', list, '--mark', PASSWORD_MARK, ...mode],
    ]),
  );
}
