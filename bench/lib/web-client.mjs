// People's side, as a program of its own, because it must run where the phones' network is: logs in, asks one request after the
// other, and prints how long each answer took.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * @typedef {object} WebRequest
 * @property {string} method
 * @property {string} path
 * @property {unknown} [body] as JSON
 */

/**
 * @param {import('./network.mjs').Network} network
 * @param {string} password of the user admin
 * @param {readonly WebRequest[]} requests
 * @returns {Promise<readonly { ms: number, bytes: number }[]>} until the last byte. Rejects when one is refused
 */
export async function askWeb(network, password, requests) {
  const base = `http://${network.serverAddress}:${network.webPort}`;
  const [program = '', ...args] = network.onPhones([process.execPath, import.meta.filename]);
  const running = promisify(execFile)(program, args, { maxBuffer: 1 << 24 });
  const kill = () => void running.child.kill('SIGKILL');
  process.once('exit', kill);
  running.child.stdin?.end(JSON.stringify({ base, password, requests }));
  try {
    return JSON.parse((await running).stdout);
  } finally {
    process.removeListener('exit', kill);
  }
}

if (process.argv[1] === import.meta.filename) {
  let input = '';
  for await (const part of process.stdin.setEncoding('utf8')) input += part;
  process.stdout.write(JSON.stringify(await runRequests(JSON.parse(input))));
}

async function runRequests({ base, password, requests }) {
  const login = await fetch(`${base}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'admin', password }),
  });
  if (!login.ok) throw new Error(`the log-in: ${login.status} ${await login.text()}`);
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { csrfToken } = await login.json();
  const answers = [];
  for (const { method, path, body } of requests) {
    const startedAt = performance.now();
    const reply = await fetch(`${base}${path}`, {
      method,
      headers: {
        cookie,
        'x-csrf-token': csrfToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const ms = performance.now() - startedAt;
    if (!reply.ok || reply.redirected) throw new Error(`${method} ${path}: ${reply.status} ${text.slice(0, 500)}`);
    answers.push({ ms, bytes: text.length });
  }
  return answers;
}
