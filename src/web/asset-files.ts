import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ApiApp } from '../http/api-app.ts';
import { SHIPPED_FILES } from './shipped-files.ts';

export interface AssetFiles {
  /** Address with the content's digest: browsers keep it for ever. Throws when there is no such file. */
  url(name: string): string;
  addRoutes(app: ApiApp): void;
}

interface Asset {
  readonly bytes: Buffer;
  readonly type: string;
  readonly digest: string;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Styles, script and icons, read once: a few small files. htmx comes from its package as it is. */
export function openAssetFiles(folder = join(SHIPPED_FILES, 'assets')): AssetFiles {
  const assets = new Map<string, Asset>();
  const add = (name: string, path: string) => {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (type === undefined) throw new Error(`${name}: an asset of no type that browsers are told`);
    const bytes = name.endsWith('.css') ? squeezeCss(readFileSync(path, 'utf8')) : readFileSync(path);
    assets.set(name, { bytes, type, digest: createHash('sha256').update(bytes).digest('hex').slice(0, 12) });
  };
  for (const name of readdirSync(folder)) add(name, join(folder, name));
  add('htmx.js', join(dirname(createRequire(import.meta.url).resolve('htmx.org')), 'htmx.min.js'));

  return {
    url(name) {
      const asset = assets.get(name);
      if (asset === undefined) throw new Error(`there is no asset named ${name}`);
      return `/assets/${asset.digest}/${name}`;
    },
    addRoutes(app) {
      app.get<{ Params: { digest: string; name: string } }>(
        '/assets/:digest/:name',
        { schema: { hide: true } },
        async (request, reply) => {
          const asset = assets.get(request.params.name);
          // An old page may ask for the file of an older version: it gets what there is, and does not keep it.
          if (asset === undefined) return reply.code(404).type('text/plain; charset=utf-8').send('no such file\n');
          const isCurrent = asset.digest === request.params.digest;
          return reply
            .type(asset.type)
            .header('cache-control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache')
            .send(asset.bytes);
        },
      );
    },
  };
}

/** Without comments and indentation, which are for us: a third of the file. */
function squeezeCss(text: string): Buffer {
  const squeezed = text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/([{};,])\s*\n\s*/g, '$1')
    .replace(/\s*\n\s*/g, ' ');
  return Buffer.from(squeezed.trim());
}
