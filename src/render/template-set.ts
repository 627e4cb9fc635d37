import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Note, note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import { compileTemplate, type Template } from './compile-template.ts';
import { isAddressInOverrides, isAddressInTemplate } from './fill-patch.ts';
import { NO_OVERRIDES, type Overrides, parseOverrides } from './parse-overrides.ts';
import type { PhoneView } from './phone-view.ts';
import { readTemplateHead } from './read-template-head.ts';
import { buildSampleView } from './sample-view.ts';

export type TemplateProblem =
  /** `template` is a file's path; line 0: the whole file. */
  | { readonly kind: 'template-broken'; readonly template: string; readonly line: number; readonly reason: string }
  | { readonly kind: 'override-broken'; readonly file: string; readonly reason: string };

/** The templates of all vendors with what the site lays over them, compiled; follows the site's files as they change. */
export interface TemplateSet {
  /** Fills the file's template with an escaped view. A broken site template is a problem, never replaced by ours in silence. */
  write(vendor: Vendor, file: VendorFile, view: PhoneView): Result<string, TemplateProblem>;
  overridesOf(vendor: Vendor): Result<Overrides, TemplateProblem>;
  /** Where they stand, for messages. */
  overridesFileOf(vendor: Vendor): string;
  /** Files of the site for this vendor that mean nothing; one sentence each. */
  notesOf(vendor: Vendor): readonly Note[];
  /** Digest of all that the vendor's files are made from: part of the rendering cache's key. */
  versionOf(vendor: Vendor): string;
  /** May this file of a phone depend on the office's external address? */
  isAddressIn(vendor: Vendor, file: VendorFile): boolean;
  /** All that is broken now, of all vendors. */
  problems(): readonly TemplateProblem[];
}

export interface TemplateSetOptions {
  readonly vendors: readonly Vendor[];
  /** Holds `overrides/<vendor id>/`; null: no site. */
  readonly siteDir: string | null;
  /** Without a signal the files are read once and not followed. */
  readonly signal?: AbortSignal;
  /** Called after a vendor's templates or overrides were taken in anew. */
  readonly onChange?: (vendor: Vendor) => void;
  readonly checkEveryMs?: number;
  readonly templatesDir?: string;
}

/** From src/render and from dist/render alike. */
const SHIPPED_TEMPLATES = fileURLToPath(new URL('../../templates/', import.meta.url));
/** A person who saves a file looks at the phone's preview some seconds later. A check is one folder listing per vendor. */
const CHECK_EVERY_MS = 1_000;
export const OVERRIDES_FILE = 'overrides.json';

interface VendorTemplates {
  readonly templates: ReadonlyMap<string, Result<Template, TemplateProblem>>;
  /** By file name: the path, for messages. */
  readonly paths: ReadonlyMap<string, string>;
  readonly overrides: Result<Overrides, TemplateProblem>;
  readonly notes: readonly Note[];
  readonly version: string;
  /** Names of the files that may depend on the external address. */
  readonly addressed: ReadonlySet<string>;
}

/** Reads and compiles everything; resolves when each vendor is either ready or known to be broken. */
export async function openTemplateSet(options: TemplateSetOptions): Promise<TemplateSet> {
  const { vendors, siteDir, signal } = options;
  const shippedDir = options.templatesDir ?? SHIPPED_TEMPLATES;
  const loaded = new Map<string, VendorTemplates>();
  const prints = new Map<string, string>();
  let strangers = await findStrangers(siteDir, vendors);

  const siteFolder = (vendor: Vendor) => (siteDir === null ? undefined : join(siteDir, 'overrides', vendor.id));
  const load = async (vendor: Vendor) => {
    loaded.set(vendor.id, await loadVendor(vendor, join(shippedDir, vendor.id), siteFolder(vendor)));
  };
  for (const vendor of vendors) {
    prints.set(vendor.id, await fingerprint(siteFolder(vendor)));
    await load(vendor);
  }
  if (signal !== undefined && siteDir !== null) void follow(signal);

  function of(vendor: Vendor): VendorTemplates {
    const found = loaded.get(vendor.id);
    if (found === undefined) throw new Error(`the vendor ${vendor.id} is not in this template set`);
    return found;
  }

  /** A file may be seen half written: it is taken in once two looks in a row find it the same. */
  async function follow(until: AbortSignal): Promise<void> {
    const unsettled = new Map<string, string>();
    const pause = { signal: until, ref: false };
    while (!until.aborted) {
      await sleep(options.checkEveryMs ?? CHECK_EVERY_MS, undefined, pause).catch(() => undefined);
      strangers = await findStrangers(siteDir, vendors);
      for (const vendor of vendors) {
        if (until.aborted) return;
        const print = await fingerprint(siteFolder(vendor));
        if (print === prints.get(vendor.id)) unsettled.delete(vendor.id);
        else if (print !== unsettled.get(vendor.id)) unsettled.set(vendor.id, print);
        else {
          prints.set(vendor.id, print);
          await load(vendor);
          options.onChange?.(vendor);
        }
      }
    }
  }

  return {
    write(vendor, file, view) {
      const { templates, paths } = of(vendor);
      const template = templates.get(file.name);
      if (template === undefined) throw new Error(`${file.name} is not a file of ${vendor.id}`);
      if (!template.ok) return template;
      const written = template.value(view);
      if (written.ok) return written;
      return err({ kind: 'template-broken', template: paths.get(file.name) ?? file.name, ...written.problem });
    },
    overridesOf: (vendor) => of(vendor).overrides,
    overridesFileOf: (vendor) => join(siteFolder(vendor) ?? '', OVERRIDES_FILE),
    notesOf: (vendor) => of(vendor).notes,
    versionOf: (vendor) => of(vendor).version,
    isAddressIn: (vendor, file) => of(vendor).addressed.has(file.name),
    problems: () => [
      ...strangers,
      ...[...loaded.values()].flatMap(({ templates, overrides }) =>
        [overrides, ...templates.values()].flatMap((result) => (result.ok ? [] : [result.problem])),
      ),
    ],
  };
}

async function loadVendor(vendor: Vendor, shippedDir: string, siteDir: string | undefined): Promise<VendorTemplates> {
  const sample = buildSampleView(vendor);
  const digest = createHash('sha256');
  const templates = new Map<string, Result<Template, TemplateProblem>>();
  const paths = new Map<string, string>();
  const addressed = new Set<string>();
  const siteFiles = new Set(await listFolder(siteDir));

  for (const { name } of vendor.files) {
    const fileName = `${name}.hbs`;
    const isOurs = siteDir === undefined || !siteFiles.delete(fileName);
    const path = join(isOurs ? shippedDir : siteDir, fileName);
    paths.set(name, path);
    const text = await readText(path);
    digest.update(`${fileName}\0${text.ok ? text.value : text.problem}\0`);
    if (text.ok && isAddressInTemplate(text.value)) addressed.add(name);
    const head = isOurs ? undefined : await readHead(join(shippedDir, fileName));
    templates.set(name, text.ok ? compile(path, text.value, head, sample) : brokenTemplate(path, 0, text.problem));
  }

  let overrides: Result<Overrides, TemplateProblem> = ok(NO_OVERRIDES);
  if (siteDir !== undefined && siteFiles.delete(OVERRIDES_FILE)) {
    const file = join(siteDir, OVERRIDES_FILE);
    const text = await readText(file);
    digest.update(text.ok ? text.value : text.problem);
    const parsed = text.ok ? parseOverrides(text.value) : text;
    overrides = parsed.ok ? parsed : err({ kind: 'override-broken', file, reason: parsed.problem });
  }
  // An override may be in any of the files: which one has its key is known when it is rendered.
  if (overrides.ok && isAddressInOverrides(overrides.value)) for (const { name } of vendor.files) addressed.add(name);
  const known = vendor.files.map(({ name }) => `${name}.hbs`).join(', ');
  const notes = [...siteFiles]
    .filter((name) => /\.(?:hbs|json)$/.test(name))
    .map((name) =>
      note('override.unknown-file', '{file} is no file that is looked for; known are {known}', {
        file: join(siteDir ?? '', name),
        known: `${OVERRIDES_FILE}, ${known}`,
      }),
    );
  return { templates, paths, overrides, notes, version: digest.digest('hex'), addressed };
}

function compile(
  path: string,
  text: string,
  head: string | undefined,
  sample: PhoneView,
): Result<Template, TemplateProblem> {
  if (head !== undefined && text.split('\n', 1)[0] !== head)
    return brokenTemplate(path, 1, `saw another line, wanted ${head}`);
  const compiled = compileTemplate(text, sample);
  return compiled.ok ? compiled : brokenTemplate(path, compiled.problem.line, compiled.problem.reason);
}

function brokenTemplate(template: string, line: number, reason: string): Result<never, TemplateProblem> {
  return err({ kind: 'template-broken', template, line, reason });
}

async function readHead(path: string): Promise<string | undefined> {
  const text = await readText(path);
  return text.ok ? readTemplateHead(text.value) : undefined;
}

/** Strict UTF-8; a byte order mark and carriage returns go, so that an editor's habits do not reach the phones. */
async function readText(path: string): Promise<Result<string, string>> {
  try {
    const bytes = await readFile(path);
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n/g, '\n'));
  } catch (error) {
    return err(error instanceof TypeError ? 'the file is not UTF-8' : `the file cannot be read (${codeOf(error)})`);
  }
}

async function listFolder(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    // As if the one file were there that cannot be read: its refusal names the folder.
    return [OVERRIDES_FILE];
  }
}

/** Folders of overrides whose vendor nobody knows: a slip of the pen would be lost in silence. */
async function findStrangers(siteDir: string | null, vendors: readonly Vendor[]): Promise<readonly TemplateProblem[]> {
  if (siteDir === null) return [];
  const folder = join(siteDir, 'overrides');
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const known = vendors.map(({ id }) => id);
  return entries
    .filter((entry) => entry.isDirectory() && !known.includes(entry.name))
    .map(({ name }) => ({
      kind: 'override-broken',
      file: join(folder, name),
      reason: `there is no vendor "${name}"; known are ${known.join(', ')}`,
    }));
}

/** Changes when a file of the folder comes, goes, or is written. */
async function fingerprint(folder: string | undefined): Promise<string> {
  const parts: string[] = [];
  for (const name of await listFolder(folder)) {
    const facts = await stat(join(folder ?? '', name), { bigint: true }).catch(codeOf);
    parts.push(
      typeof facts === 'string' ? facts : `${name}:${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`,
    );
  }
  return parts.join('\n');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
