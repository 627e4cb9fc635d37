import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeLab, useAppliance } from './describe-lab.ts';
import { whyNoNamespaces } from './namespaces.ts';
import { ask, createToken, endAll, type Ports, run, serveCommand, untilStarted } from './program.ts';

/** nobody: has no rights but everybody's. */
const NOBODY = 65_534;
const MAC = '001565d15c01';

describeLab('a disk that is not as it should be', whyNoNamespaces(), () => {
  const mainPath = useAppliance();
  let sound: string;
  let token: string;

  /** A data folder that holds a phone, an account and so a sealed password. */
  beforeAll(async () => {
    // Other users run it, too.
    chmodSync(join(dirname(mainPath()), '..'), 0o755);
    sound = mkdtempSync(join(tmpdir(), 'plugtone-disk-'));
    token = createToken(mainPath(), sound);
    const server = run(serveCommand(mainPath(), sound, join(sound, 'site')));
    const { web } = await untilStarted(server);
    expect((await ask(web, token, 'POST', `devices/${MAC}/approve`, { extension: '101' })).status).toBe(200);
    server.child.kill('SIGTERM');
    await server.ended;
  }, 90_000);
  afterEach(endAll);
  afterAll(() => {
    endAll();
    rmSync(sound, { recursive: true, force: true });
  });

  /** A copy that a test may break. */
  function copy(): string {
    const folder = mkdtempSync(join(tmpdir(), 'plugtone-disk-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const data = join(folder, 'data');
    cpSync(sound, data, { recursive: true });
    chmodSync(folder, 0o755);
    return data;
  }

  const serve = (data: string) => serveCommand(mainPath(), data, join(dirname(data), 'site'));

  /** Refused with exit code 1 and these words in one line for people; nothing but the lock's empty file may be another one. */
  async function refused(data: string, words: readonly (string | RegExp)[], command = serve(data), uid?: number) {
    const before = fingerprint(data);
    const server = run(command, uid === undefined ? {} : { uid });
    const code = await server.ended;
    const said = server.said();
    expect({ code, said }).toMatchObject({ code: 1 });
    expect(said.trim().split('\n').at(-1)).toMatch(/^plugtone: /);
    for (const word of words) expect(said).toMatch(word);
    expect(said).not.toMatch(/^\s+at /m);
    expect(fingerprint(data)).toEqual(before);
  }

  test.each([
    ['is cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 3))],
    ['is garbage', (file: string) => writeFileSync(file, randomBytes(100_000))],
    ['has lost its head', (file: string) => overwrite(file, 0, 4_096)],
    ['has overwritten pages', (file: string) => overwrite(file, 4_096, 10 * 4_096)],
  ])('a database that %s is told and left as it is', async (_, damage) => {
    const data = copy();
    damage(join(data, 'plugtone.db'));
    await refused(data, ['plugtone.db', /damaged/, /restore it from a backup/]);
  });

  test('a key that is missing is told, and none is made in its place', async () => {
    const data = copy();
    rmSync(join(data, 'secret.key'));
    await refused(data, ['secret.key', /missing|is not there|no key/i]);
  });

  test('a key that others may read is told, with what to do', async () => {
    const data = copy();
    chmodSync(join(data, 'secret.key'), 0o644);
    await refused(data, [/mode 0644/, /chmod 600/]);
  });

  test('a key of another length, and another key, are told', async () => {
    const data = copy();
    writeFileSync(join(data, 'secret.key'), 'short');
    await refused(data, [/holds 5 bytes/, /32 were wanted/]);
    writeFileSync(join(data, 'secret.key'), randomBytes(32));
    await refused(data, ['secret.key', /is not the one the database was sealed with/, /Put the right one back/]);
  });

  test('files of another owner are told', async () => {
    const data = copy();
    await refused(data, [data, /EACCES|permission|cannot be/i], serve(data), NOBODY);
  });

  test('a folder of ours with a database of another owner is told', async () => {
    const data = copy();
    chownSync(data, NOBODY, NOBODY);
    await refused(data, [data, /EACCES|permission|cannot be/i], serve(data), NOBODY);
  });

  test('a disk that is read-only is told', async () => {
    const data = copy();
    const inside = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
    const command = ['unshare', '-m', 'sh', '-c', inside, data, ...serve(data)];
    await refused(data, [data, /read-only|EROFS|READONLY|cannot be/i], command);
  });

  test('a disk that is full at the start is told', async () => {
    const data = copy();
    const inside =
      'cp -a "$0" "$0.copy" && mount -t tmpfs -o size=2m,mode=700 plugtone "$0" && cp -a "$0.copy/." "$0/" && ' +
      '(dd if=/dev/zero of="$0/filler" bs=4096 2>/dev/null || true) && exec "$@"';
    const command = ['unshare', '-m', 'sh', '-c', inside, data, ...serve(data)];
    const server = run(command);
    const code = await Promise.race([server.ended, untilStarted(server).then(() => 'started' as const)]);
    // What only reads still starts: phones that are known are served. Where it must write, it says what it lacks.
    if (code !== 'started') {
      expect(code).toBe(1);
      expect(server.said()).toMatch(/plugtone: .*(space|full)/);
    }
  });

  test('a disk that fills up: decisions are refused, phones are served, and when there is space again all is well', async () => {
    const data = copy();
    const kept = `${data}.kept`;
    cpSync(data, kept, { recursive: true });
    const inside = 'mount -t tmpfs -o size=3m,mode=700 plugtone "$0" && cp -a "$0.kept/." "$0/" && exec "$@"';
    const server = run(['unshare', '-m', 'sh', '-c', inside, data, ...serve(data)]);
    const { web, sip } = await untilStarted(server);
    // The server's own view of the folder.
    const seen = `/proc/${server.child.pid}/root${data}`;
    const filler = join(seen, 'filler');

    fill(filler);
    const decide = (number: number) =>
      ask(web, token, 'PUT', `extensions/${number}`, { displayName: `Name ${number}` });
    const refusals = [await decide(201), await decide(202)];
    for (const { status, text } of refusals) {
      expect({ status, text }).toMatchObject({ status: 503, text: expect.stringContaining('store-unavailable') });
      expect(text).toMatch(/space/);
    }
    expect((await ask(web, token, 'GET', 'extensions/201')).status).toBe(404);
    expect((await ask(web, token, 'GET', `devices/${MAC}`)).status).toBe(200);
    expect(await boot(sip)).toBe(0);

    rmSync(filler);
    expect((await decide(203)).status).toBe(201);
    expect(await boot(sip)).toBe(0);
    server.child.kill('SIGKILL');
    await server.ended;
    expect(server.said()).not.toMatch(/"level":60/);
  });

  /** The phone boots, asks, and fetches its file: the exit code of the simulator. */
  async function boot(sipPort: Ports['sip']): Promise<number | null> {
    const phone = ['--vendor', 'yealink', '--first-mac', MAC, '--lan-address', '127.0.0.1', '--wait', '15'];
    const target = ['--target', `224.0.1.75:${sipPort}`];
    const simulator = run([process.execPath, mainPath(), 'simulate', ...phone, ...target]);
    return await simulator.ended;
  }
});

/** Writes until nothing fits any more. */
function fill(file: string): void {
  const handle = openSync(file, 'w');
  for (const bytes of [65_536, 512]) {
    const block = Buffer.alloc(bytes, 1);
    try {
      for (;;) if (writeSync(handle, block) < bytes) break;
    } catch (cause) {
      if (!String(cause).includes('ENOSPC')) throw cause;
    }
  }
  closeSync(handle);
}

function overwrite(file: string, at: number, bytes: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, randomBytes(bytes), 0, bytes, at);
  closeSync(handle);
}

/** Names, owners, modes and contents. SQLite's own helpers beside the database may come and go. */
function fingerprint(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !/-(?:wal|shm)$|^server\.lock/.test(name))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const { mode, uid } = statSync(path);
      const content = statSync(path).isDirectory() ? '' : createHash('sha256').update(readFileSync(path)).digest('hex');
      return `${name} ${mode.toString(8)} ${uid} ${content}`;
    });
}
