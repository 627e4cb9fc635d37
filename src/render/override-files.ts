import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { err, ok, type Result } from '../core/result.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { listOverrideNames } from './check-override.ts';
import { OVERRIDES_FILE } from './template-set.ts';

export interface OverrideFile {
  readonly name: string;
  /** Our template of that name; null: `overrides.json`, of which we have none. */
  readonly ours: string | null;
  /** The site's; null: there is none, and ours is used. */
  readonly site: string | null;
}

export interface OverrideFacts {
  readonly name: string;
  /** Milliseconds since 1970; null: the site has none. */
  readonly changedAt: number | null;
}

export interface FileTrouble {
  /** One sentence for people. */
  readonly reason: string;
}

/** What a site lays over our templates, as files: `<site dir>/overrides/<vendor>/`. The template set follows them. */
export interface OverrideFiles {
  list(vendor: Vendor): Promise<readonly OverrideFacts[]>;
  /** Undefined: no file of that name is looked for. */
  read(vendor: Vendor, name: string): Promise<Result<OverrideFile, FileTrouble> | undefined>;
  /** Whole or not at all: what is there stays until the new file is on disk. The name must be one that is looked for. */
  write(vendor: Vendor, name: string, text: string): Promise<Result<void, FileTrouble>>;
  /** Ours is used again. */
  remove(vendor: Vendor, name: string): Promise<Result<void, FileTrouble>>;
}

/** From src/render and from dist/render alike. */
const SHIPPED_TEMPLATES = fileURLToPath(new URL('../../templates/', import.meta.url));

export function openOverrideFiles(siteDir: string, templatesDir = SHIPPED_TEMPLATES): OverrideFiles {
  const folderOf = (vendor: Vendor) => join(siteDir, 'overrides', vendor.id);

  function pathOf(vendor: Vendor, name: string): string {
    if (!listOverrideNames(vendor).includes(name)) throw new Error(`${vendor.id} has no file ${name}`);
    return join(folderOf(vendor), name);
  }

  /** A link in the place of the folder would lead us elsewhere. */
  async function isWithinSite(vendor: Vendor): Promise<boolean> {
    const root = await realpath(siteDir);
    return (await realpath(folderOf(vendor))).startsWith(root + sep);
  }

  return {
    list(vendor) {
      return Promise.all(
        listOverrideNames(vendor).map(async (name) => {
          const facts = await stat(join(folderOf(vendor), name)).catch(() => undefined);
          return { name, changedAt: facts === undefined ? null : Math.round(facts.mtimeMs) };
        }),
      );
    },
    async read(vendor, name) {
      if (!listOverrideNames(vendor).includes(name)) return undefined;
      try {
        const ours = name === OVERRIDES_FILE ? null : await readText(join(templatesDir, vendor.id, name));
        const site = await readText(join(folderOf(vendor), name)).catch((error: unknown) => {
          if (codeOf(error) === 'ENOENT') return null;
          throw error;
        });
        return ok({ name, ours, site });
      } catch (error) {
        const what = error instanceof TypeError ? 'is not UTF-8' : `cannot be read (${codeOf(error)})`;
        return err({ reason: `${pathOf(vendor, name)} ${what}` });
      }
    },
    async write(vendor, name, text) {
      const path = pathOf(vendor, name);
      // A name that no reader looks for, should we be stopped half way.
      const draft = join(folderOf(vendor), `.${name}.${randomBytes(6).toString('hex')}.tmp`);
      try {
        await mkdir(folderOf(vendor), { recursive: true });
        if (!(await isWithinSite(vendor))) return err({ reason: `${folderOf(vendor)} leads out of the site's folder` });
        // Overrides may hold a password of the phone's web page.
        const file = await open(draft, 'wx', 0o640);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
        return ok(undefined);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        return err({ reason: `${path} cannot be written (${codeOf(error)})` });
      }
    },
    async remove(vendor, name) {
      const path = pathOf(vendor, name);
      try {
        if (!(await isWithinSite(vendor))) return err({ reason: `${folderOf(vendor)} leads out of the site's folder` });
        await rm(path);
        return ok(undefined);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return ok(undefined);
        return err({ reason: `${path} cannot be removed (${codeOf(error)})` });
      }
    },
  };
}

/** Strict UTF-8, as the template set reads it. */
async function readText(path: string): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)).replace(/\r\n/g, '\n');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
