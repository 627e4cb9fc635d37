// People who look on: each holds the live stream of events open, as the page of phones does. A program of its own, because it must
// run where the phones' network is.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * A token with which somebody may look on.
 * @param {string} main the appliance's main.js
 * @param {string} dataDir
 * @returns {string}
 */
export function createViewerToken(main, dataDir) {
  const words = [main, 'token', 'create', '--name', 'bench', '--role', 'viewer', '--data-dir', dataDir];
  const token = /\S+/.exec(execFileSync(process.execPath, words, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '');
  if (token === null) throw new Error('no token was printed');
  return token[0];
}

/**
 * Resolves when all of them are connected.
 * @param {import('./network.mjs').Network} network
 * @param {string} token
 * @param {number} count
 * @returns {Promise<{ stop: () => Promise<{ events: number, lost: number }> }>} `events`: that each one heard, the least of them;
 * `lost`: streams that ended before
 */
export async function startWatchers(network, token, count) {
  const [program = '', ...args] = network.onPhones([process.execPath, import.meta.filename]);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const url = `http://${network.serverAddress}:${network.webPort}/api/v1/events`;
  child.stdin.write(`${JSON.stringify({ url, token, count })}\n`);
  if ((await lines.next()).value !== 'connected') throw new Error('the watchers could not connect');
  return {
    async stop() {
      const ended = once(child, 'exit');
      child.stdin.end();
      const { value } = await lines.next();
      await ended;
      process.removeListener('exit', kill);
      return JSON.parse(value);
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const orders = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { url, token, count } = JSON.parse((await orders.next()).value);
  const controller = new AbortController();
  const watchers = await Promise.all(Array.from({ length: count }, () => watch(url, token, controller.signal)));
  process.stdout.write('connected\n');
  await orders.next();
  const lost = watchers.filter(({ hasEnded }) => hasEnded()).length;
  const events = Math.min(...watchers.map(({ heard }) => heard()));
  controller.abort();
  process.stdout.write(`${JSON.stringify({ events, lost })}\n`);
}

async function watch(url, token, signal) {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  if (!reply.ok || reply.body === null) throw new Error(`the stream of events: ${reply.status}`);
  let events = 0;
  let isOver = false;
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const part of reply.body) events += decoder.decode(part, { stream: true }).split('\nevent:').length - 1;
  };
  read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  return { heard: () => events, hasEnded: () => isOver };
}
