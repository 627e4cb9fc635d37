import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { openAssetFiles } from '../../src/web/asset-files.ts';
import { createPageWorld } from './page-world.ts';

/** Bytes that a browser loads once. */
const MOST_CSS = 25_000;
const MOST_SCRIPT = 60_000;

const assets = openAssetFiles();
const names = [...readdirSync(join(import.meta.dirname, '../../src/web/assets')), 'htmx.js'];

async function sizeOf(app: ApiApp, name: string): Promise<number> {
  const answer = await app.inject({ method: 'GET', url: assets.url(name) });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['cache-control']).toContain('immutable');
  return answer.rawPayload.length;
}

test('styles and script stay small', async () => {
  const { app } = await createPageWorld();
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, await sizeOf(app, name));
  const sum = (ending: string) => [...sizes].reduce((all, [name, size]) => all + (name.endsWith(ending) ? size : 0), 0);
  expect(sum('.css')).toBeLessThan(MOST_CSS);
  expect(sum('.js')).toBeLessThan(MOST_SCRIPT);
  await app.close();
});

test('an older address gets what there is, and does not keep it; an unknown name gets nothing', async () => {
  const { app } = await createPageWorld();
  const old = await app.inject({ method: 'GET', url: '/assets/000000000000/plugtone.css' });
  expect(old).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-cache' } });
  expect((await app.inject({ method: 'GET', url: '/assets/000000000000/nothing.css' })).statusCode).toBe(404);
  await app.close();
});
