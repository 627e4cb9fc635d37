import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockDataDir } from '../../src/store/data-dir-lock.ts';
import { compileSources } from '../peers/compile-sources.ts';
import { makeFolder } from './samples.ts';

test('one has the lock at a time, and whoever asks after its release gets it', async () => {
  const dataDir = join(await makeFolder(), 'data');
  const first = lockDataDir(dataDir);
  expect(first).toBeDefined();
  expect(lockDataDir(dataDir)).toBeUndefined();
  expect(lockDataDir(dataDir)).toBeUndefined();
  first?.release();
  first?.release();
  const second = lockDataDir(dataDir);
  expect(second).toBeDefined();
  expect(lockDataDir(dataDir)).toBeUndefined();
  second?.release();
  expect(await readdir(dataDir)).toEqual(['server.lock']);
});

test('another process keeps it, and a killed one keeps nothing', async () => {
  const folder = await makeFolder();
  await compileSources(folder, ['store/data-dir-lock.ts']);
  const dataDir = join(folder, 'data');
  const holder = join(folder, 'holder.js');
  await writeFile(
    holder,
    `import { lockDataDir } from './dist/store/data-dir-lock.js';
     const lock = lockDataDir(process.argv[2]);
     process.stdout.write(lock ? 'locked' : 'taken');
     setInterval(() => lock, 1000);`,
  );
  const child = spawn(process.execPath, [holder, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(String(said)).toBe('locked');
  expect(lockDataDir(dataDir)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = lockDataDir(dataDir);
  expect(lock).toBeDefined();
  lock?.release();
});

test('a folder that cannot be made says so', async () => {
  const file = join(await makeFolder(), 'file');
  await writeFile(file, '');
  expect(() => lockDataDir(join(file, 'data'))).toThrow('cannot be locked');
});
