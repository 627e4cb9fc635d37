export const PHONE_SORTS = ['extension', 'name', 'phone', 'address', 'seen'] as const;
export type PhoneSort = (typeof PHONE_SORTS)[number];
export const PHONE_FILTERS = ['all', 'pending', 'approved', 'stuck', 'blocked', 'unknown'] as const;
export type PhoneFilter = (typeof PHONE_FILTERS)[number];

/** What the address of the list says. Anything that means nothing is as if it were not there. */
export interface PhoneQuery {
  readonly q: string;
  readonly show: PhoneFilter;
  /** A vendor's id; empty: any. */
  readonly vendor: string;
  readonly sort: PhoneSort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
}

export function readPhoneQuery(query: unknown): PhoneQuery {
  const get = (name: string) => {
    const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
    return typeof value === 'string' ? value.trim().slice(0, 64) : '';
  };
  const page = /^[1-9]\d{0,4}$/.test(get('page')) ? Number(get('page')) : 1;
  return {
    q: get('q'),
    show: PHONE_FILTERS.find((name) => name === get('show')) ?? 'all',
    vendor: get('vendor'),
    sort: PHONE_SORTS.find((name) => name === get('sort')) ?? 'extension',
    descending: get('order') === 'down',
    page,
  };
}

/** The address of the list with some of it changed; what is as usual is left out. */
export function formatPhoneQuery(query: PhoneQuery, change: Partial<PhoneQuery> = {}): string {
  const { q, show, vendor, sort, descending, page } = { ...query, ...change };
  const parameters = new URLSearchParams();
  if (q !== '') parameters.set('q', q);
  if (show !== 'all') parameters.set('show', show);
  if (vendor !== '') parameters.set('vendor', vendor);
  if (sort !== 'extension') parameters.set('sort', sort);
  if (descending) parameters.set('order', 'down');
  if (page !== 1) parameters.set('page', String(page));
  const text = parameters.toString();
  return text === '' ? '/' : `/?${text}`;
}
