import type { Migration } from 'kysely';
import * as first from './0001-first.ts';

/** In the order of their numbers. A name is kept in every database that ran it: it never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': first,
};
