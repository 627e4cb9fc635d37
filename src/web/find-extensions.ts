import type { Extension } from '../core/extension.ts';
import { extensionSortKey } from '../http/find-devices.ts';

export const EXTENSION_SORTS = ['number', 'name', 'voicemail', 'phones'] as const;
export type ExtensionSort = (typeof EXTENSION_SORTS)[number];

/** What the address of the list says. Anything that means nothing is as if it were not there. */
export interface ExtensionQuery {
  readonly q: string;
  readonly sort: ExtensionSort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
}

export interface FoundExtensions {
  /** One page of them. */
  readonly extensions: readonly Extension[];
  readonly count: number;
  /** The page shown: the last one, when a later one was asked for. */
  readonly page: number;
  readonly pages: number;
}

export const EXTENSION_ROWS = 50;

export function readExtensionQuery(query: unknown): ExtensionQuery {
  const get = (name: string) => {
    const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
    return typeof value === 'string' ? value.trim().slice(0, 64) : '';
  };
  const page = /^[1-9]\d{0,4}$/.test(get('page')) ? Number(get('page')) : 1;
  const sort = EXTENSION_SORTS.find((name) => name === get('sort')) ?? 'number';
  return { q: get('find'), sort, descending: get('order') === 'descending', page };
}

/** The address of the list with some of it changed; what is as usual is left out. */
export function formatExtensionQuery(query: ExtensionQuery, changes: Partial<ExtensionQuery> = {}): string {
  const { q, sort, descending, page } = { ...query, ...changes };
  const parameters = new URLSearchParams();
  if (q !== '') parameters.set('find', q);
  if (sort !== 'number') parameters.set('sort', sort);
  if (descending) parameters.set('order', 'descending');
  if (page > 1) parameters.set('page', String(page));
  return parameters.size === 0 ? '/extensions' : `/extensions?${parameters}`;
}

/** One page of the list. `countPhones`: how many phones have the number. */
export function findExtensions(
  all: Iterable<Extension>,
  { q, sort, descending, page: wantedPage }: ExtensionQuery,
  countPhones: (number: string) => number,
): FoundExtensions {
  const wanted = q.toLowerCase();
  const found = [...all]
    .filter(({ number, displayName, authName }) =>
      `${number}\n${displayName}\n${authName}`.toLowerCase().includes(wanted),
    )
    .map((extension) => ({ extension, key: keyOf(extension, sort, countPhones) }));
  const direction = descending ? -1 : 1;
  found.sort((a, b) => direction * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const pages = Math.max(1, Math.ceil(found.length / EXTENSION_ROWS));
  const page = Math.min(wantedPage, pages);
  const from = (page - 1) * EXTENSION_ROWS;
  const extensions = found.slice(from, from + EXTENSION_ROWS).map(({ extension }) => extension);
  return { extensions, count: found.length, page, pages };
}

/** Numbers tell apart what is alike. */
function keyOf(extension: Extension, sort: ExtensionSort, countPhones: (number: string) => number): string {
  const number = extensionSortKey(extension.number);
  switch (sort) {
    case 'number':
      return number;
    case 'name':
      return `${extension.displayName.toLowerCase()}\n${number}`;
    case 'voicemail':
      // Those that have none of their own come last.
      return `${extension.voicemail || '~'}\n${number}`;
    case 'phones':
      return `${String(countPhones(extension.number)).padStart(6, '0')}\n${number}`;
    default:
      return sort satisfies never;
  }
}
