// Hostile traffic at full speed against the real server on loopback, while real phones boot and are served: mutated captures by UDP,
// HTTP garbage to both servers. Prints numbers; exit code 1 where it crashed, grew without end, or left a phone unserved.
//
//   node scripts/soak.mjs [seconds, 300] [--main dist/main.js] [--seed n]
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildAside } from './lib/build-aside.mjs';
import { chooseSeed, createRandom } from './lib/seeded-random.mjs';
import { createToken, startServer } from './lib/server-process.mjs';

const option = { type: 'string' };
const { values, positionals } = parseArgs({ allowPositionals: true, options: { main: option, seed: option } });
const seconds = Number(positionals[0] ?? 300);
const main = values.main ?? buildAside();
const seed = chooseSeed(values.seed);
const random = createRandom(seed);
console.log(`${seconds} s, seed ${seed}`);

/** MB beyond what it had when the traffic began: buffers, caches and limits of sources fill up, and then that is all. */
const MOST_GROWTH_MB = 256;
/** Real phones have another address than whoever attacks. */
const PHONES = '127.0.0.2';
/** The attackers' addresses: many, since each alone is soon in quarantine. */
const ATTACKERS = Array.from({ length: 200 }, (_, index) => `127.0.1.${index + 1}`);
const BOOTING = 8;
/** Datagrams in a row, before others have their turn. */
const BURST = 50;

const below = (limit) => Math.floor(random() * limit);
const pick = (items) => items[below(items.length)];

const root = fileURLToPath(new URL('..', import.meta.url));
const captures = ['test/captured', 'test/captured/rfc4475'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => /\.(?:sip|dat)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name))),
);

function mutated() {
  const data = Buffer.from(pick(captures));
  for (let left = below(6); left > 0; left--) data[below(data.length)] = below(256);
  if (below(4) === 0) return data.subarray(0, below(data.length));
  // Another phone each time.
  return Buffer.from(
    data.toString('latin1').replace(/(MAC(?:%3a|:))([0-9a-f]{12})/gi, (_, before) => before + hex(12)),
    'latin1',
  );
}
const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');

const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-soak-'));
process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
const token = createToken(main, dataDir, 'soak');
const dropped = new Map();
const server = await startServer(main, dataDir, {
  token,
  onLine(line) {
    if (!line.startsWith('{')) return void count(dropped, `said: ${line.slice(0, 120)}`);
    const { event, level } = JSON.parse(line);
    if (level >= 50) count(dropped, `error: ${line.slice(0, 300)}`);
    else count(dropped, `log: ${event}`);
  },
});
const { web, phones, sip } = server.facts;
const asked = await server.api('GET', 'site');
const { trust } = asked.body;
const changed = await server.api('PUT', 'site', {
  trust: {
    ...trust,
    rules: [{ action: 'trust', network: `${PHONES}/32`, protocol: 'both', note: '' }, ...(trust.rules ?? [])],
  },
});
if (changed.status !== 200) console.log(`no rule for the phones: ${changed.status} ${JSON.stringify(changed.body)}`);
const macs = Array.from({ length: BOOTING }, (_, index) => `0015655a${(0x1000 + index).toString(16)}`);
for (const [index, mac] of macs.entries()) {
  const approved = await server.api('POST', `devices/${mac}/approve`, { extension: String(300 + index) });
  if (approved.status !== 200) throw new Error(JSON.stringify(approved.body));
}

function count(counts, name, by = 1) {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

const sent = new Map();
const answered = new Map();
let over = false;
const startedAt = performance.now();
const faults = [];

async function flood() {
  const sockets = await Promise.all(
    ATTACKERS.slice(0, 40).map(async (address) => {
      const socket = createSocket('udp4').on('error', () => undefined);
      socket.bind(0, address);
      await once(socket, 'listening');
      socket.setMulticastInterface('127.0.0.1');
      return socket;
    }),
  );
  while (!over) {
    for (let left = BURST; left > 0; left--) {
      const target = below(2) === 0 ? '224.0.1.75' : '127.0.0.1';
      pick(sockets).send(mutated(), sip, target);
      count(sent, 'datagrams');
    }
    await new Promise(setImmediate);
  }
  for (const socket of sockets) socket.close();
}

const get = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
/** What comes over the wire, and how it is held. */
const GARBAGE = {
  traversal: () => get(pick(['/../../etc/passwd', '/files/..%2f..%2fetc%2fpasswd', '//..\\..\\x', '/%00', '/p/%ff/a'])),
  'guessed token': () => get(`/p/${hex(16)}/${hex(12)}.cfg`),
  'huge header': () => get('/', `X: ${'a'.repeat(100_000)}\r\n`),
  'many headers': () => get('/', 'A: b\r\n'.repeat(5_000)),
  pipelining: () => get(`/${hex(12)}.cfg`).repeat(200),
  'wrong method': () => `${pick(['BREW', 'TRACE', 'CONNECT', 'DELETE', 'PUT'])} / HTTP/1.1\r\nHost: x\r\n\r\n`,
  'TLS to a plain port': () => Buffer.from(`16030100${hex(400)}`, 'hex'),
  noise: () => Buffer.from(hex(2 + 2 * below(2_000)), 'hex'),
  'two lengths': () =>
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  'large body': () =>
    `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n${'x'.repeat(300_000)}`,
  'wrong log-in': () => {
    const body = '{"user":"admin","password":"guess"}';
    return `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  },
  'half closed': () => 'GET / HTTP/1.1\r\nHost:',
  slowloris: () => 'GET / HTTP/1.1\r\nHost: x\r\nX-',
};

/** One connection after the other, from addresses that change. */
async function misbehave() {
  while (!over) {
    const kind = pick(Object.keys(GARBAGE));
    const port = below(2) === 0 ? web : phones;
    count(sent, 'requests');
    count(sent, kind);
    await new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: pick(ATTACKERS) });
      const done = () => {
        socket.destroy();
        resolve();
      };
      const patience = setTimeout(done, kind === 'slowloris' ? 8_000 : 1_500);
      socket.once('connect', () => {
        socket.write(GARBAGE[kind]());
        if (kind === 'half closed') socket.end();
      });
      let head = true;
      socket.on('data', (data) => {
        const status = head ? /^HTTP\/1\.1 (\d+)/.exec(data.toString('latin1', 0, 20))?.[1] : undefined;
        head = false;
        if (status !== undefined) count(answered, status);
        if (kind !== 'pipelining' && kind !== 'slowloris') done();
      });
      socket.on('error', () => undefined);
      socket.once('close', () => {
        clearTimeout(patience);
        resolve();
      });
    });
  }
}

const boots = { done: 0, failed: 0 };

/** All real phones boot, again and again: as a process of its own, as phones are. */
async function bootPhones() {
  while (!over) {
    const address = [
      '--vendor',
      'yealink',
      '--first-mac',
      macs[0],
      '--count',
      String(BOOTING),
      '--lan-address',
      PHONES,
    ];
    const target = ['--target', `224.0.1.75:${sip}`, '--spread', '500', '--wait', '60'];
    const child = spawn(process.execPath, [main, 'simulate', ...address, ...target], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    const [code] = await once(child, 'close');
    boots[code === 0 ? 'done' : 'failed'] += BOOTING;
    if (code !== 0) faults.push(`phones were not served:\n${said.slice(-2_000)}`);
  }
}

/** The server's own figures. */
async function readMetrics() {
  const response = await fetch(`http://127.0.0.1:${web}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`/metrics: ${response.status}`);
  return response.text();
}

/** How long a turn of the event loop that was due after 10 ms took to come, ms, since the last reading of the metrics. */
function readDelays(text) {
  const read = (name) => new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1];
  return Object.fromEntries(['p50', 'p99', 'max'].map((name) => [name, 1_000 * Number(read(name))]));
}

const memory = { first: 0, highest: 0 };
const waits = [];

/** Resident memory, and how long a small question to the API takes: what somebody notices of it. */
async function look() {
  while (!over) {
    const kB = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);
    memory.first ||= kB / 1024;
    memory.highest = Math.max(memory.highest, kB / 1024);
    const before = performance.now();
    await fetch(`http://127.0.0.1:${web}/healthz`).then((response) => response.text());
    waits.push(performance.now() - before);
    await sleep(250);
  }
}

// What it was late for its start is no matter of the traffic.
await readMetrics();
const gone = once(server.child, 'exit').then(([code, signal]) => {
  if (!over) faults.push(`the server ended: ${code ?? signal}`);
  over = true;
});
const work = [flood(), ...Array.from({ length: 40 }, misbehave), bootPhones(), look()].map((part) =>
  part.catch((error) => {
    if (!over) faults.push(String(error.stack));
  }),
);
await Promise.race([sleep(seconds * 1_000), gone]);
over = true;
await Promise.all(work);
const took = (performance.now() - startedAt) / 1_000;

const alive = server.child.exitCode === null && server.child.signalCode === null;
const metrics = alive ? await readMetrics() : '';
const delays = readDelays(metrics);
if (alive) await server.end('SIGTERM');
if (memory.highest - memory.first > MOST_GROWTH_MB) faults.push('memory grew too much');
if (alive && Object.values(delays).some(Number.isNaN)) faults.push('no delay of the event loop was measured');
if (boots.done === 0) faults.push('no phone was served');
for (const line of dropped.keys()) if (/^(?:error|said)/.test(line)) faults.push(line);

waits.sort((a, b) => a - b);
const at = (share) => waits[Math.floor((waits.length - 1) * share)]?.toFixed(0);
const list = (counts) => [...counts].map(([name, number]) => `${name} ${number}`).join(', ');
console.log(`${took.toFixed(0)} s: ${list(sent)}`);
console.log(`answers: ${list(answered)}`);
console.log(`log: ${list(dropped)}`);
console.log(
  metrics
    .split('\n')
    .filter((line) => /^plugtone/.test(line) && /refus|ignor|drop|quarantine|limit|datagram/.test(line))
    .join('\n'),
);
console.log(`phones booted and served: ${boots.done}; not served: ${boots.failed}`);
console.log(`memory: ${memory.first.toFixed(0)} MB at first, ${memory.highest.toFixed(0)} MB at most`);
console.log(`a small question took: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`);
const { p50, p99, max } = delays;
console.log(
  `event loop delay, its 10 ms of waiting included: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
);
for (const fault of faults) console.log(`FAULT ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
