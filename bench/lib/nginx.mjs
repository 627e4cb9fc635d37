// The peer: a server of files, with the very bytes that the appliance gave.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './servers.mjs';

const CONFIG = join(import.meta.dirname, '../http/nginx.conf');

/** Ms. */
const START_WITHIN_MS = 10_000;

/** Debian has it in /usr/sbin, which is not in the path of everybody. */
const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` };

function findNginx() {
  const found = spawnSync('sh', ['-c', 'command -v nginx'], { encoding: 'utf8', env: environment });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Its version; undefined: not installed. */
export function nginxVersion() {
  const program = findNginx();
  if (program === undefined) return undefined;
  return /nginx\/(\S+)/.exec(spawnSync(program, ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? 'of no known version';
}

/**
 * @param {import('./network.mjs').Network} network
 * @param {string} folder
 * @param {string} root whose files it serves
 * @param {() => Promise<boolean>} answers
 * @returns {Promise<import('./servers.mjs').Server>}
 */
export async function startNginx(network, folder, root, answers) {
  const own = mkdtempSync(join(folder, 'nginx-'));
  const values = {
    FOLDER: own,
    ROOT: root,
    ADDRESS: network.serverAddress,
    PORT: String(network.phonePort),
    // As root it would give up the right to read the benchmark's folder.
    USER: process.getuid?.() === 0 ? 'user root;' : '',
  };
  const config = join(own, 'nginx.conf');
  writeFileSync(
    config,
    readFileSync(CONFIG, 'utf8').replace(/@([A-Z]+)@/g, (_, name) => values[name]),
  );
  const server = start(network.onServer([findNginx() ?? 'nginx', '-e', 'stderr', '-c', config, '-p', own]), own);
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await answers())) {
    if (server.hasEnded() || Date.now() > deadline) throw new Error(`nginx did not start:\n${server.readLog()}`);
    await sleep(50);
  }
  return server;
}
