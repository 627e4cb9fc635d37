import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { lockDataDir } from '../../src/store/data-dir-lock.ts';
import { openStore } from '../../src/store/store.ts';
import { compileSources } from '../peers/compile-sources.ts';
import { useCommandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'plugtone-backup-'));
const PASSPHRASE = 'four words of a phrase';
const PASSWORD = 'p4ssw0rd-of-101';
const passphraseFile = join(folder, 'passphrase');
const commandLine = useCommandLine();
const { said } = commandLine;
let count = 0;

beforeEach(() => writeFileSync(passphraseFile, `${PASSPHRASE}\n`));
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plugtone(...words: string[]): Promise<number> {
  const code = await commandLine.plugtone(...words);
  for (const secret of [PASSPHRASE, PASSWORD]) expect(`${said.out}${said.errors}`).not.toContain(secret);
  return code;
}

/** A data folder with one account. */
async function makeData(): Promise<string> {
  count += 1;
  const dataDir = join(folder, `data-${count}`);
  const store = await openStore({ dataDir });
  const extension = { number: '101', displayName: '', authName: '101', voicemail: '', language: '' };
  await store.extensions.put({ ...extension, password: new Secret(PASSWORD) });
  await store.close();
  return dataDir;
}

async function passwordIn(dataDir: string): Promise<string | undefined> {
  const store = await openStore({ dataDir });
  try {
    return (await store.extensions.get('101'))?.password.reveal();
  } finally {
    await store.close();
  }
}

/** The same folders for each command of a test. */
async function makeFlags() {
  const dataDir = await makeData();
  const siteDir = join(folder, `site-${count}`);
  mkdirSync(siteDir);
  const flags = ['--data-dir', dataDir, '--site-dir', siteDir, '--passphrase-file', passphraseFile];
  return { dataDir, siteDir, flags, file: join(folder, `${count}.backup`), fresh: join(folder, `fresh-${count}`) };
}

test('a backup is made, verified and restored on another machine; the audit knows of it', async () => {
  const { dataDir, flags, file, fresh, siteDir } = await makeFlags();
  expect(await plugtone('backup', '--out', file, ...flags)).toBe(0);
  expect(said.out).toBe(`${file}\n`);
  expect(said.errors).toMatch(/backup of 0 approved phones, made on .* by Plugtone .*, \d+ bytes/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await plugtone('audit', 'list', '--data-dir', dataDir)).toBe(0);
  expect(said.out).toMatch(/command line \(.*\)\s+backup\.made\s+site/);

  expect(await plugtone('backup', 'verify', file, '--passphrase-file', passphraseFile)).toBe(0);
  expect(said.out).toMatch(/is whole: .*its key opens all 1 secrets/);

  const there = ['--data-dir', fresh, '--site-dir', siteDir, '--passphrase-file', passphraseFile];
  expect(await plugtone('restore', file, ...there)).toBe(0);
  expect(said.out).toContain(`${fresh} is restored`);
  expect(await passwordIn(fresh)).toBe(PASSWORD);
  expect(await plugtone('restore', file, ...there)).toBe(1);
  expect(said.errors).toContain('--force');
  expect(await plugtone('restore', file, '--force', ...there)).toBe(0);
  expect(said.out).toMatch(/what was there before is in .*replaced-/);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('plugtone-verify-'))).toEqual([]);
});

test('the passphrase may come from the environment', async () => {
  const { dataDir, siteDir, file } = await makeFlags();
  const flags = ['--data-dir', dataDir, '--site-dir', siteDir];
  vi.stubEnv('PLUGTONE_BACKUP_PASSPHRASE', PASSPHRASE);
  expect(await plugtone('backup', '--out', file, ...flags)).toBe(0);
  expect(await plugtone('backup', 'verify', file)).toBe(0);
  vi.stubEnv('PLUGTONE_BACKUP_PASSPHRASE', 'another passphrase');
  expect(await plugtone('backup', 'verify', file)).toBe(1);
  expect(said.errors).toContain('The passphrase is not the one');
});

test.each([
  ['too short', 'short', 'at least 12 characters'],
  ['one that is tried first', 'administrator', 'nobody guesses'],
  ['empty', '', 'is empty'],
])('a passphrase that is %s is refused before anything is written', async (_, passphrase, wanted) => {
  const { flags, file } = await makeFlags();
  writeFileSync(passphraseFile, passphrase);
  expect(await plugtone('backup', '--out', file, ...flags)).toBe(2);
  expect(said.errors).toContain(wanted);
  expect(readdirSync(folder)).not.toContain(`${count}.backup`);
});

test('without a passphrase and without a terminal, it says how one is given', async () => {
  const { dataDir, file } = await makeFlags();
  expect(await plugtone('backup', '--out', file, '--data-dir', dataDir)).toBe(2);
  expect(said.errors).toContain('PLUGTONE_BACKUP_PASSPHRASE');
});

test('a folder without a database is not backed up, and none is made there', async () => {
  const { fresh, file } = await makeFlags();
  for (const words of [
    ['backup', '--out', file, '--passphrase-file', passphraseFile],
    ['key', 'rotate'],
    ['key', 'show-id'],
  ]) {
    expect(await plugtone(...words, '--data-dir', fresh)).toBe(1);
    expect(said.errors).toContain('there is no database in');
  }
  expect(readdirSync(folder)).not.toContain(fresh);
});

test('to stdout, a program can take it', async () => {
  const { dataDir, siteDir, file } = await makeFlags();
  const pieces: Buffer[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    pieces.push(Buffer.from(piece as Uint8Array));
    return true;
  });
  vi.stubEnv('PLUGTONE_BACKUP_PASSPHRASE', PASSPHRASE);
  expect(await plugtone('backup', '--out', '-', '--data-dir', dataDir, '--site-dir', siteDir)).toBe(0);
  writeFileSync(file, Buffer.concat(pieces));
  expect(await plugtone('backup', 'verify', file)).toBe(0);
});

test('a new key while the store is open elsewhere; its id can be seen, the key cannot', async () => {
  const { dataDir } = await makeFlags();
  expect(await plugtone('key', 'show-id', '--data-dir', dataDir)).toBe(0);
  const [before] = /[0-9a-f]{16}$/m.exec(said.out) ?? [];
  const open = await openStore({ dataDir });
  expect(await plugtone('key', 'rotate', '--data-dir', dataDir)).toBe(0);
  expect(said.out).toContain(`it was ${before}`);
  expect((await open.extensions.get('101'))?.password.reveal()).toBe(PASSWORD);
  await open.close();
  expect(await plugtone('key', 'show-id', '--data-dir', dataDir)).toBe(0);
  expect(said.out).not.toContain(before);
  expect(new Set(said.out.match(/[0-9a-f]{16}/g)).size).toBe(1);
  expect(await plugtone('audit', 'list', '--data-dir', dataDir)).toBe(0);
  expect(said.out).toContain('key.rotated');
});

test('a credential is not changed under a running server; else the new key goes into the file that is named', async () => {
  const { dataDir } = await makeFlags();
  const credentials = join(folder, `credentials-${count}`);
  mkdirSync(credentials);
  writeFileSync(join(credentials, 'secret.key'), readFileSync(join(dataDir, 'secret.key')), { mode: 0o400 });
  rmSync(join(dataDir, 'secret.key'));
  vi.stubEnv('CREDENTIALS_DIRECTORY', credentials);
  const newKeyFile = join(folder, `new-${count}.key`);
  expect(await plugtone('key', 'rotate', '--data-dir', dataDir)).toBe(1);
  expect(said.errors).toContain('--new-key-file');
  const server = lockDataDir(dataDir);
  expect(await plugtone('key', 'rotate', '--new-key-file', newKeyFile, '--data-dir', dataDir)).toBe(1);
  expect(said.errors).toContain('stop it first');
  server?.release();
  expect(await plugtone('key', 'rotate', '--new-key-file', newKeyFile, '--data-dir', dataDir)).toBe(0);
  expect(said.out).toContain('credential of the service');
  expect(await plugtone('key', 'show-id', '--data-dir', dataDir)).toBe(1);
  expect(said.errors).toContain('does not open the database');
  expect(statSync(newKeyFile).mode & 0o777).toBe(0o600);
});

test('at a terminal it is asked for, twice, and not shown', async () => {
  const project = join(folder, 'terminal');
  mkdirSync(project);
  await compileSources(project, ['commands/passphrase-source.ts']);
  const script = join(project, 'ask.js');
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';
     import { readPassphrase } from './dist/commands/passphrase-source.js';
     writeFileSync(process.argv[2], (await readPassphrase({}, { isNew: true })).reveal());`,
  );
  const typeThere = async (answers: readonly string[]) => {
    // script(1) gives it a terminal.
    const words = ['-qec', `${process.execPath} ${script} ${join(project, 'typed')}`, '/dev/null'];
    const child = spawn('script', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    let shown = '';
    let given = 0;
    child.stdout.on('data', (piece) => {
      shown += String(piece);
      const asked = shown.match(/Passphrase: |Again: /g)?.length ?? 0;
      for (; given < asked; given++) child.stdin.write(answers[given] ?? '');
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    return { code, shown };
  };
  const typed = await typeThere([`${PASSPHRASE}x\u007f\r`, `oops\u0015${PASSPHRASE}\r`]);
  expect(typed.shown).not.toMatch(/four|oops/);
  expect(typed.code).toBe(0);
  expect(readFileSync(join(project, 'typed'), 'utf8')).toBe(PASSPHRASE);
  // Pasted ahead in one piece.
  const ahead = await typeThere([`${PASSPHRASE}\r${PASSPHRASE}\r`]);
  expect(ahead.shown).not.toMatch(/four/);
  expect(ahead.code).toBe(0);
  expect((await typeThere([`${PASSPHRASE}\r`, 'something else\r'])).shown).toContain('not the same');
  expect((await typeThere(['half\u0003'])).shown).toContain('given up');
});
