import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { compileSources } from '../peers/compile-sources.ts';
import { macOf, makeFolder, openForTest } from './samples.ts';

/** Compiles the store into a folder of this test's own, where a plain Node process can run it. */
async function compileStore(): Promise<string> {
  const folder = await makeFolder();
  await compileSources(folder, ['store/store.ts', 'store/batch-writer.ts', 'core/new-device.ts']);
  return folder;
}

/** Commits one decision after the other: a device, its extension, an audit entry. Says each number when its commit has resolved. */
const COMMITTER = `
import { writeSync } from 'node:fs';
import { openStore } from './dist/store/store.js';
import { createBatchWriter } from './dist/store/batch-writer.js';
import { Secret } from './dist/core/secret.js';
import { newDevice } from './dist/core/new-device.js';
const [dataDir, first, step] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const store = await openStore({ dataDir });
const writer = createBatchWriter({ ...store, signal: new AbortController().signal, flushIntervalMs: 1 });
for (let number = first; ; number += step) {
  const mac = (0x001565000000 + number).toString(16).padStart(12, '0');
  const text = String(100 + number);
  const device = { ...newDevice(mac, 1), state: 'approved', extensions: [text], token: 'token ' + text, revision: 1 };
  const extension = { number: text, displayName: '', authName: text, password: new Secret('pw ' + text), voicemail: '', language: '' };
  const audit = [{ at: number, actor: 'test', action: 'device.approved', subject: mac, detail: {} }];
  for (let at = 0; at < 20; at++) writer.recordJourney({ mac, at, step: 'seen', reason: '', detail: {} });
  await store.decisions.commit({ devices: [device], extensions: [extension], audit });
  writeSync(1, number + '\\n');
}
`;

interface Child {
  readonly process: ChildProcess;
  readonly acknowledged: number[];
  waitFor(count: number): Promise<void>;
}

function startCommitter(folder: string, dataDir: string, first: number, step: number): Child {
  const child = spawn(process.execPath, [join(folder, 'committer.js'), dataDir, String(first), String(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const acknowledged: number[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => acknowledged.push(Number(line)));
  return {
    process: child,
    acknowledged,
    async waitFor(count) {
      while (acknowledged.length < count) {
        if (child.exitCode !== null) throw new Error(`the child ended with ${child.exitCode}`);
        await sleep(2);
      }
    },
  };
}

async function kill(child: Child): Promise<void> {
  const closed = once(child.process, 'close');
  child.process.kill('SIGKILL');
  await closed;
}

test('killed in the middle of commits, again and again: what was acknowledged is there, and nothing is half', async () => {
  const folder = await compileStore();
  await writeFile(join(folder, 'committer.js'), COMMITTER);
  const dataDir = join(folder, 'data');
  const acknowledged: number[] = [];
  for (let round = 0; round < 5; round++) {
    const child = startCommitter(folder, dataDir, round * 100_000, 1);
    // At another place of a commit each time: the children run on while this one decides.
    await child.waitFor(5 + round * 13);
    await sleep(round * 1.7);
    await kill(child);
    acknowledged.push(...child.acknowledged);

    const store = await openStore({ dataDir });
    expect(await store.database.check()).toEqual([]);
    const devices = await store.devices.all();
    const extensions = await store.extensions.all();
    const audit = await store.audit.list({ limit: 1_000_000 });
    const macs = devices.map(({ mac }) => mac);
    expect(acknowledged.filter((number) => !macs.includes(macOf(number)))).toEqual([]);
    expect(extensions.map(({ number }) => number).sort()).toEqual(
      devices.flatMap((device) => device.extensions).sort(),
    );
    expect(audit.items.map(({ subject }) => subject).sort()).toEqual([...macs].sort());
    expect(await store.audit.verify()).toMatchObject({ fault: null, rows: audit.items.length });
    for (const {
      token,
      extensions: [number],
    } of devices)
      expect(token).toBe(`token ${number}`);
    // One commit may have been done but not said, in each round.
    expect(devices.length - acknowledged.length).toBeLessThanOrEqual(round + 1);
    await store.close();
  }
});

test('another process may write at the same time, and be killed, while this one goes on', async () => {
  const folder = await compileStore();
  await writeFile(join(folder, 'committer.js'), COMMITTER);
  const dataDir = join(folder, 'data');
  const store = await openForTest(dataDir);
  const seen = new Set<string>();
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  await store.watch({
    since: await store.changeSeq(),
    signal: stop.signal,
    onChange: ({ devices = [] }) => {
      for (const { mac } of devices) seen.add(mac);
    },
  });
  const children = [startCommitter(folder, dataDir, 0, 2), startCommitter(folder, dataDir, 1, 2)];
  const own = (async () => {
    for (let at = 0; at < 60; at++) {
      await store.audit.append([{ at, actor: 'own', action: 'test.done', subject: '', detail: {} }]);
    }
  })();
  await Promise.all(children.map((child) => child.waitFor(40)));
  await Promise.all(children.map(kill));
  await own;
  const acknowledged = children.flatMap((child) => child.acknowledged);
  const macs = (await store.devices.all()).map(({ mac }) => mac);
  expect(acknowledged.filter((number) => !macs.includes(macOf(number)))).toEqual([]);
  const audit = await store.audit.list({ limit: 100_000 });
  expect(audit.items.filter(({ actor }) => actor === 'own')).toHaveLength(60);
  // Three processes wrote one chain.
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: audit.items.length });
  while (macs.some((mac) => !seen.has(mac))) await sleep(20);
});
