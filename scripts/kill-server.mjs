// Kills the real server (SIGKILL) at random moments while approvals, imports, changes of extensions and of the site go through its
// API, starts it again, and looks: every decision that was acknowledged is there, none is half there, the file is sound, the audit's
// chain is whole. Exit code 1 where that is not so.
//
//   node scripts/kill-server.mjs [kills, 20] [--main dist/main.js] [--seed n]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Libsql from 'libsql';
import { buildAside } from './lib/build-aside.mjs';
import { chooseSeed, createRandom } from './lib/seeded-random.mjs';
import { createToken, startServer } from './lib/server-process.mjs';

const option = { type: 'string' };
const { values, positionals } = parseArgs({ allowPositionals: true, options: { main: option, seed: option } });
const kills = Number(positionals[0] ?? 20);
const main = values.main ?? buildAside();
const seed = chooseSeed(values.seed);
const random = createRandom(seed);
console.log(`${kills} kills, seed ${seed}`);

/** Ms from the first order to the kill, at most. */
const LONGEST_LIFE_MS = 350;
/** Rows of one import. */
const ROWS = 12;

const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-kill-'));
process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
const token = createToken(main, dataDir, 'kill');

const macOf = (prefix, number) => prefix + number.toString(16).padStart(6, '0');
/** What was said to be stored: a phone's extension, an extension's name, the number of the site's last change. */
const approved = new Map();
const names = new Map();
let siteNumber = 0;
/** Under way when the server died: may be there whole, or not at all. */
let open = new Set();
const counts = { approvals: 0, imports: 0, extensions: 0, sites: 0, unacknowledged: 0, restartsMs: [] };
const faults = [];
let next = 1;

/** One after the other until the server is gone. */
async function drive(server, order) {
  for (;;) {
    const intent = order();
    open.add(intent);
    let answer;
    try {
      answer = await server.api(intent.method, intent.path, intent.body, intent.type);
    } catch {
      counts.unacknowledged += 1;
      return;
    }
    if (answer.status >= 300) faults.push(`${intent.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    else intent.acknowledge();
    open.delete(intent);
    if (answer.status >= 300) return;
  }
}

function approve() {
  const number = next++;
  const [mac, extension] = [macOf('001565', number), String(1_000_000 + number)];
  const acknowledge = () => {
    approved.set(mac, extension);
    counts.approvals += 1;
  };
  const path = `devices/${mac}/approve`;
  return { kind: 'phones', phones: [[mac, extension]], method: 'POST', path, body: { extension }, acknowledge };
}

function importList() {
  const numbers = Array.from({ length: ROWS }, () => next++);
  const phones = numbers.map((number) => [macOf('000413', number), String(1_000_000 + number)]);
  const acknowledge = () => {
    for (const [mac, extension] of phones) approved.set(mac, extension);
    counts.imports += 1;
  };
  const body = `mac,extension\n${phones.map((phone) => phone.join(',')).join('\n')}\n`;
  return { kind: 'phones', phones, method: 'POST', path: 'imports', type: 'text/csv', body, acknowledge };
}

function changeExtension() {
  const number = next++;
  const extension = String(2_000_000 + (number % 5));
  const name = `Name ${number}`;
  const acknowledge = () => {
    names.set(extension, name);
    counts.extensions += 1;
  };
  const path = `extensions/${extension}`;
  const body = { displayName: name, voicemail: String(number) };
  return { kind: 'extension', extension, name, method: 'PUT', path, body, acknowledge };
}

function changeSite() {
  const number = next++;
  const acknowledge = () => {
    siteNumber = number;
    counts.sites += 1;
  };
  const body = { name: `Site ${number}`, retentionDays: 1 + (number % 3_000) };
  return { kind: 'site', number, method: 'PUT', path: 'site', body, acknowledge };
}

async function all(server, path) {
  const items = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await server.api('GET', `${path}?limit=200${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    items.push(...body.items);
    if (body.next === null) return items;
    cursor = body.next;
  }
}

async function check(server) {
  const devices = new Map((await all(server, 'devices')).map((device) => [device.mac.replaceAll(':', ''), device]));
  const extensions = new Map((await all(server, 'extensions')).map((extension) => [extension.number, extension]));
  const isThere = ([mac, extension]) =>
    devices.get(mac)?.state === 'approved' &&
    devices.get(mac)?.extensions?.[0] === extension &&
    extensions.has(extension);
  for (const phone of approved) if (!isThere(phone)) faults.push(`lost: ${phone.join(' ')}`);
  for (const intent of open) {
    if (intent.kind === 'phones') {
      const found = intent.phones.filter(isThere);
      const traces = intent.phones.filter(([mac, extension]) => devices.has(mac) || extensions.has(extension));
      if (found.length !== traces.length || ![0, intent.phones.length].includes(found.length)) {
        faults.push(`half: ${found.length} of ${intent.phones.length} phones, traces of ${traces.length}`);
      }
      if (found.length > 0) for (const [mac, extension] of intent.phones) approved.set(mac, extension);
    }
    if (intent.kind === 'extension' && extensions.get(intent.extension)?.displayName === intent.name) {
      names.set(intent.extension, intent.name);
    }
  }
  for (const [number, name] of names) {
    const seen = extensions.get(number);
    if (seen?.displayName !== name) faults.push(`lost: ${number} is ${seen?.displayName}, was ${name}`);
    else if (`Name ${seen.voicemail}` !== name)
      faults.push(`half: ${number} has ${name} and mailbox ${seen.voicemail}`);
  }
  const { body: site } = await server.api('GET', 'site');
  const number = Number(/^Site (\d+)$/.exec(site.name)?.[1] ?? 0);
  const possible = [siteNumber, ...[...open].filter(({ kind }) => kind === 'site').map((intent) => intent.number)];
  if (!possible.includes(number)) faults.push(`lost: the site is ${number}, was ${siteNumber}`);
  if (number > 0 && site.retentionDays !== 1 + (number % 3_000)) faults.push(`half: site ${number}`);
  siteNumber = number;
  if (devices.size !== approved.size) faults.push(`${devices.size} phones, ${approved.size} are known of`);
  open = new Set();
}

for (let kill = 1; kill <= kills && faults.length === 0; kill++) {
  const startedAt = performance.now();
  const server = await startServer(main, dataDir, { token }).catch((error) => {
    faults.push(`it does not start any more: ${error.message}`);
  });
  if (server === undefined) break;
  counts.restartsMs.push(performance.now() - startedAt);
  await check(server);
  const drivers = [approve, importList, changeExtension, changeSite].map((order) => drive(server, order));
  await sleep(random() * LONGEST_LIFE_MS);
  await server.end('SIGKILL');
  await Promise.all(drivers);
  if (kill % 20 === 0 || kill === kills) {
    const database = new Libsql(join(dataDir, 'plugtone.db'));
    const found = database.prepare('PRAGMA quick_check').all();
    database.close();
    if (JSON.stringify(found) !== '[{"quick_check":"ok"}]') faults.push(`damaged: ${JSON.stringify(found)}`);
    console.log(`${kill} kills, ${approved.size} phones, ${faults.length} faults`);
  }
}
if (faults.length === 0) {
  const server = await startServer(main, dataDir, { token });
  await check(server);
  await server.end('SIGTERM');
  execFileSync(process.execPath, [main, 'audit', 'verify', '--data-dir', dataDir], { stdio: 'inherit' });
}
const { restartsMs, ...told } = counts;
const slowest = Math.max(...restartsMs).toFixed(0);
console.log(`acknowledged and found again: ${JSON.stringify(told)}; slowest start ${slowest} ms`);
for (const fault of faults) console.log(fault);
console.log(`${restartsMs.length} kills, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
