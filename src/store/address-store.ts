import type { AddressSource } from '../core/internet.ts';
import type { Database } from './database.ts';
import type { AddressPeriodRow, Writer } from './schema.ts';

/** The office had this external address from `since` to `until` (null: it still has). Milliseconds since 1970. */
export interface StoredAddress {
  readonly address: string;
  /** Which source named it. */
  readonly source: AddressSource;
  readonly since: number;
  readonly until: number | null;
  /** When the webhook took it; null: it did not (yet). */
  readonly toldAt: number | null;
}

export interface AddressStore {
  /** Ends the address that goes on and begins another one, durably. Resolves to what was stored: `since` is later than any before, whatever the clock says. */
  begin(next: Pick<StoredAddress, 'address' | 'source' | 'since'>): Promise<StoredAddress>;
  /** The webhook took the address that began at `since`. */
  markTold(since: number, toldAt: number): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<readonly StoredAddress[]>;
}

/** One a day for 27 years: what a line with a forced reconnect each night makes. Older ones go. */
const MOST_PERIODS = 10_000;

export function createAddressStore(database: Database): AddressStore {
  return {
    begin(next) {
      return database.write(async (writer) => {
        const newest = await writer
          .selectFrom('address_periods')
          .select('since')
          .orderBy('since', 'desc')
          .executeTakeFirst();
        const since = newest === undefined ? next.since : Math.max(next.since, Number(newest.since) + 1);
        const { address, source } = next;
        await writer.updateTable('address_periods').set({ until: since }).where('until', 'is', null).execute();
        await writer
          .insertInto('address_periods')
          .values({ address, source, since, until: null, told_at: null })
          .execute();
        await forgetOldest(writer);
        return { address, source, since, until: null, toldAt: null };
      });
    },
    async markTold(since, toldAt) {
      await database.write((writer) =>
        writer.updateTable('address_periods').set({ told_at: toldAt }).where('since', '=', since).execute(),
      );
    },
    async list(limit) {
      const rows = await database.read
        .selectFrom('address_periods')
        .selectAll()
        .orderBy('since', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toAddress);
    },
  };
}

async function forgetOldest(writer: Writer): Promise<void> {
  const first = await writer
    .selectFrom('address_periods')
    .select('since')
    .orderBy('since', 'desc')
    .offset(MOST_PERIODS)
    .limit(1)
    .executeTakeFirst();
  if (first !== undefined) await writer.deleteFrom('address_periods').where('since', '<=', first.since).execute();
}

function toAddress({ address, source, since, until, told_at }: AddressPeriodRow): StoredAddress {
  return {
    address,
    source: source as AddressSource,
    since: Number(since),
    until: until === null ? null : Number(until),
    toldAt: told_at === null ? null : Number(told_at),
  };
}
