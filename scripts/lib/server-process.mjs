// The real program as a process that can be killed, and its API.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Prints a bearer token of the administrator. */
export function createToken(main, dataDir, name) {
  const command = [main, 'token', 'create', '--name', name, '--role', 'admin', '--data-dir', dataDir];
  return execFileSync(process.execPath, command, { encoding: 'utf8' }).trim();
}

/** Starts it on free ports of loopback; `flags` go behind. Rejects with all it said when it ends before it is ready. */
export async function startServer(main, dataDir, { token, flags = [], prefix = [], onLine = () => undefined } = {}) {
  const site = ['--site-dir', join(dataDir, 'site'), '--lan-address', '127.0.0.1'];
  const ports = ['--web-port', '0', '--phone-port', '0', '--sip-port', '0'];
  const command = [...prefix, process.execPath, main, 'serve', '--data-dir', dataDir, ...site, ...ports, ...flags];
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  let rest = '';
  const facts = await new Promise((resolve, reject) => {
    const hear = (text) => {
      if (said.length < 1_000_000) said += text;
      rest += text;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        onLine(line);
        if (line.includes('"appliance.started"')) resolve(JSON.parse(line));
      }
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    ended.then(([code, signal]) => reject(new Error(`it ended with ${code ?? signal}:\n${said}`)));
  });
  ended.catch(() => undefined);
  const base = `http://127.0.0.1:${facts.web}/api/v1/`;
  return {
    facts,
    pid: child.pid,
    child,
    /** Everything it said so far. */
    said: () => said,
    /** Resolves with status and body; rejects when the server is gone before it has answered. */
    async api(method, path, body, type = 'application/json') {
      const response = await fetch(base + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
