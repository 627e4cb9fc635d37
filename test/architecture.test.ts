import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** Left to right: a folder imports itself and what stands left of it. Folders of one group never meet. */
const ORDER = [
  ['core'],
  ['lan'],
  ['sip', 'upnp', 'vendors'],
  ['render', 'store'],
  ['flows'],
  ['http'],
  ['web'],
  ['commands'],
  ['main'],
];

/** Lines a file may have: vendor and pure 150, shell 250, nothing over 400. */
const LIMITS = { vendor: 150, pure: 150, shell: 250, any: 400 };
const PURE_VERBS = /^(parse|read|build|format|render|decide|check|choose|find|match|describe|escape|answer)-/;

const root = join(import.meta.dirname, '..');
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`)
  .sort();
const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

function importsOf(file: string): string[] {
  const text = sources.get(file) ?? '';
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return found.map((specifier) => normalize(join(dirname(file), specifier)));
}

function folderOf(file: string): string {
  const parts = file.split('/');
  return parts.length === 2 ? (parts[1] === 'config.ts' ? 'commands' : 'main') : (parts[1] ?? '');
}

function rank(folder: string): number {
  return ORDER.findIndex((group) => group.includes(folder));
}

test('every folder has its place in the house', () => {
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => rank(folderOf(file)) < 0)).toEqual([]);
});

test('imports run one way', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => imported.startsWith('src/'))
      .filter((imported) => {
        const [from, to] = [folderOf(file), folderOf(imported)];
        return from !== to && rank(to) >= rank(from);
      })
      .map((imported) => `${file} -> ${imported}`),
  );
  expect(wrong).toEqual([]);
});

test('no import cycle', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const imported of importsOf(file)) if (sources.has(imported)) visit(imported, [...path, file]);
    done.add(file);
  }
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

test('no vendor is named in quotes outside src/vendors', () => {
  const ids = files
    .filter((file) => folderOf(file) === 'vendors')
    .flatMap((file) => [...(sources.get(file) ?? '').matchAll(/^ {2}id: '([a-z0-9-]+)'/gm)].map(([, id]) => id ?? ''));
  expect(ids.length).toBeGreaterThanOrEqual(4);
  const quoted = new RegExp(`['"\`](${ids.join('|')})['"\`]`);
  const wrong = files.filter((file) => !file.startsWith('src/vendors/') && quoted.test(sources.get(file) ?? ''));
  expect(wrong).toEqual([]);
});

test('only shell files open sockets, files or the database', () => {
  const shell =
    /from '(node:(fs|fs\/promises|net|dgram|http|https|child_process|dns|dns\/promises)|libsql|dgram-as-promised)'/;
  const wrong = files.filter((file) => {
    const name = file.slice(file.lastIndexOf('/') + 1);
    const opens = shell.test((sources.get(file) ?? '').replaceAll("import { isIPv4 } from 'node:net'", ''));
    return opens && (PURE_VERBS.test(name) || folderOf(file) === 'core' || folderOf(file) === 'vendors');
  });
  expect(wrong).toEqual([]);
});

test('only the store speaks SQL', () => {
  const wrong = files.filter(
    (file) => folderOf(file) !== 'store' && /from '(kysely|libsql)'/.test(sources.get(file) ?? ''),
  );
  expect(wrong).toEqual([]);
});

test('files can be held in the head', () => {
  const wrong = files.flatMap((file) => {
    const lines = (sources.get(file) ?? '').split('\n').length - 1;
    const name = file.slice(file.lastIndexOf('/') + 1);
    const kind = file.startsWith('src/vendors/') ? 'vendor' : PURE_VERBS.test(name) ? 'pure' : 'shell';
    return lines > LIMITS[kind] ? [`${file}: ${lines} lines, ${kind} files have ${LIMITS[kind]} at most`] : [];
  });
  expect(wrong).toEqual([]);
});

test('every log event is listed in docs/architecture.md, and nothing else is', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const table = text.slice(text.indexOf('## Log events'));
  const listed = [...table.matchAll(/`([a-z-]+\.[a-z-]+)`/g)].map(([, name]) => name ?? '');
  const logged = files.flatMap((file) =>
    [...(sources.get(file) ?? '').matchAll(/event: '([a-z-]+\.[a-z-]+)'/g)].map(([, name]) => name ?? ''),
  );
  expect([...new Set(listed)].sort()).toEqual([...new Set(logged)].sort());
});
