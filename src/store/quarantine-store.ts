import type { MacAddress } from '../core/mac-address.ts';
import type { FailureKind, QuarantineEntry } from '../core/quarantine.ts';
import { type Change, writeRemovals } from './change-sequence.ts';
import type { Database } from './database.ts';
import { inPortions } from './portions.ts';
import type { QuarantineRow, Writer } from './schema.ts';

/** Who is or was in quarantine. Entries end by themselves, or are released by a decision (`Decision.releasedAddresses`). */
export interface QuarantineStore {
  /** Those that are kept, ended ones too; the latest end first. */
  list(): Promise<readonly QuarantineEntry[]>;
  /** Takes the place of an entry of the same address. Removes what ended before `endedBefore`. Not durable: a power cut forgives the last. */
  put(entry: QuarantineEntry, endedBefore: number): Promise<void>;
}

/** As many as the memory holds (flows/quarantine.ts); the ones that end first go. */
const MOST_ROWS = 4_096;

export function createQuarantineStore(database: Database): QuarantineStore {
  return {
    async list() {
      const rows = await database.read
        .selectFrom('quarantine')
        .selectAll()
        .orderBy('until', 'desc')
        .limit(MOST_ROWS)
        .execute();
      return rows.map(toEntry);
    },
    async put(entry, endedBefore) {
      await database.write(
        async (writer) => {
          const { address, ...row } = entry;
          await writer
            .insertInto('quarantine')
            .values(entry)
            .onConflict((conflict) => conflict.column('address').doUpdateSet(row))
            .execute();
          await writer.deleteFrom('quarantine').where('until', '<', endedBefore).execute();
          await forgetFirst(writer);
        },
        { durable: false },
      );
    },
  };
}

export async function releaseAddresses(
  writer: Writer,
  addresses: readonly string[],
  change: Change,
  now: number,
): Promise<void> {
  await inPortions(addresses, (portion) => writer.deleteFrom('quarantine').where('address', 'in', portion).execute());
  await writeRemovals(writer, 'quarantine', addresses, change, now);
}

async function forgetFirst(writer: Writer): Promise<void> {
  const beyond = await writer
    .selectFrom('quarantine')
    .select('until')
    .orderBy('until', 'desc')
    .offset(MOST_ROWS)
    .limit(1)
    .executeTakeFirst();
  if (beyond !== undefined) await writer.deleteFrom('quarantine').where('until', '<=', Number(beyond.until)).execute();
}

function toEntry({ address, mac, reason, since, until, times }: QuarantineRow): QuarantineEntry {
  return {
    address,
    mac: mac as MacAddress | null,
    reason: reason as FailureKind,
    since: Number(since),
    until: Number(until),
    times,
  };
}
