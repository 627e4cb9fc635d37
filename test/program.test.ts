import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

// The compiled program, made one file (docs/decisions/0017), as it is run in earnest; `npm ci` has built it.
const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist/main.js');
const READY = { timeout: 15_000, interval: 20 };

test('it is one file, and the single modules are not what runs', () => {
  expect(readFileSync(MAIN, 'utf8')).toBe("#!/usr/bin/env node\nimport './bundle/main.js';\n");
  const program = readFileSync(join(ROOT, 'dist/bundle/main.js'), 'utf8');
  expect(program).not.toMatch(/from ['"](\.\.|fastify|kysely)/);
  // V8 would keep it in twice the memory.
  expect([...program].every((character) => character.charCodeAt(0) < 256)).toBe(true);
});

test('what is published is there, and all that it needs', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  expect(files.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['dist/main.js', 'dist/bundle', 'dist/web/views', 'templates']));
});

test('templates are found: a file is made without a server', async () => {
  const phone = ['--vendor', 'snom', '--model', 'D785', '--mac', '00:04:13:00:00:01', '--time-zone', 'Europe/Berlin'];
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'render', ...phone]);
  expect(stdout).toContain('>GER+1</timezone>');
});

describe('the server', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-program-'));
  let output = '';
  let base = '';
  let stop = () => Promise.resolve<number | null>(null);

  beforeAll(async () => {
    const child = execFile(process.execPath, [MAIN, 'serve', '--data-dir', dataDir], {
      env: {
        ...process.env,
        PLUGTONE_SITE_DIR: join(dataDir, 'site'),
        PLUGTONE_LAN_ADDRESS: '127.0.0.1',
        PLUGTONE_WEB_PORT: '0',
        PLUGTONE_PHONE_PORT: '0',
        PLUGTONE_SIP_PORT: '0',
      },
    });
    child.stdout?.on('data', (chunk: string) => {
      output += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    stop = () => {
      child.kill('SIGTERM');
      return ended;
    };
    await vi.waitFor(() => expect(output).toContain('appliance.started'), READY);
    const line = output.split('\n').find((text) => text.includes('appliance.started')) ?? '';
    base = `http://127.0.0.1:${(JSON.parse(line) as { web: number }).web}`;
  });
  afterAll(async () => {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('is ready and says its version', async () => {
    const health = await fetch(`${base}/healthz`);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', version }]);
  });

  test('finds its pages, with their words, styles and scripts', async () => {
    const page = await fetch(`${base}/setup`, { headers: { 'accept-language': 'de' } });
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).toContain('<html lang="de"');
    const links = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) expect([link, (await fetch(base + link)).status]).toEqual([link, 200]);
  });

  test('describes its API, with the page for it', async () => {
    expect(await (await fetch(`${base}/api/docs/json`)).json()).toMatchObject({ openapi: '3.1.0' });
    const page = await fetch(`${base}/api/docs/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('swagger-ui')]);
    expect((await fetch(`${base}/api/docs/static/swagger-ui.css`)).status).toBe(200);
  });

  test('stops on SIGTERM', async () => {
    expect(await stop()).toBe(0);
    expect(output).toContain('appliance.stopped');
  });
});
