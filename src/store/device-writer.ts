import { sql } from 'kysely';
import type { Device, DeviceState } from '../core/device.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type Change, writeRemovals } from './change-sequence.ts';
import type { Cipher } from './cipher.ts';
import {
  type DecisionColumns,
  isSameDecision,
  type SightingRecord,
  type SightingRow,
  toDeviceRow,
  toSightingRow,
} from './device-rows.ts';
import { createInsert } from './insert-rows.ts';
import { inPortions } from './portions.ts';
import type { DeviceRow, Writer } from './schema.ts';
import { StoreError } from './store-error.ts';
import { type GivenNumber, refuseTaken } from './taken-numbers.ts';

/**
 * Stores whole devices. Of two sightings the newer one stays, whoever writes last. `shared`: numbers that may be on two phones.
 * Throws StoreError: changed-meanwhile.
 */
export async function writeDevices(
  writer: Writer,
  devices: readonly Device[],
  cipher: Cipher,
  change: Change,
  { shared = [], onDone }: { readonly shared?: readonly string[]; readonly onDone?: (count: number) => void } = {},
): Promise<void> {
  const given: GivenNumber[] = [];
  const writePortion = async (portion: readonly Device[]) => {
    const rows = portion.map((device) => toDeviceRow(device, cipher, change));
    const stored = await readDecisions(writer, rows);
    refuseOvertaken(stored, rows);
    given.push(...rows.flatMap((row) => listGiven(stored.get(row.mac), row)));
    await forgetRemovals(writer, rows);
    await writer
      .insertInto('devices')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('mac').doUpdateSet((row) => ({
          state: row.ref('excluded.state'),
          vendor_id: row.ref('excluded.vendor_id'),
          model: row.ref('excluded.model'),
          extensions: row.ref('excluded.extensions'),
          token: row.ref('excluded.token'),
          token_hash: row.ref('excluded.token_hash'),
          settings: row.ref('excluded.settings'),
          console_passwords: row.ref('excluded.console_passwords'),
          hand_over: handOverOfApproval(),
          login_password: row.ref('excluded.login_password'),
          login: sql<string | null>`case when ${isSameLogin} then devices.login else excluded.login end`,
          revision: row.ref('excluded.revision'),
          change_seq: row.ref('excluded.change_seq'),
          changed_by: row.ref('excluded.changed_by'),
          first_seen_at: row.ref('excluded.first_seen_at'),
          firmware: newerSighting('firmware'),
          address: newerSighting('address'),
          words: newerSighting('words'),
          dialog: newerSighting('dialog'),
          last_seen_at: newerSighting('last_seen_at'),
        })),
      )
      .execute();
  };
  await inPortions(devices, writePortion, onDone);
  await refuseTaken(writer, given, new Set(shared));
}

/** What phones did with a password is known where they are served, and nowhere else. */
const isSameLogin = sql<boolean>`json_extract(excluded.login, '$.drawnAt') is json_extract(devices.login, '$.drawnAt')`;

/** Who decides something else knows no hand-over that the server opened meanwhile; a new approval begins anew. */
function handOverOfApproval() {
  const isSameApproval = sql`excluded.hand_over is null and devices.token_hash is excluded.token_hash`;
  return sql<string | null>`case when ${isSameApproval} then devices.hand_over else excluded.hand_over end`;
}

function newerSighting<K extends keyof DeviceRow & string>(column: K) {
  const stored = sql.ref(`devices.${column}`);
  const given = sql.ref(`excluded.${column}`);
  return sql<
    DeviceRow[K]
  >`case when coalesce(devices.last_seen_at, 0) > coalesce(excluded.last_seen_at, 0) then ${stored} else ${given} end`;
}

async function readDecisions(
  writer: Writer,
  rows: readonly DeviceRow[],
): Promise<ReadonlyMap<string, DecisionColumns>> {
  const stored = await writer
    .selectFrom('devices')
    .select(['mac', 'state', 'extensions', 'token_hash', 'settings', 'revision'])
    .where(
      'mac',
      'in',
      rows.map(({ mac }) => mac),
    )
    .execute();
  return new Map(stored.map((row) => [row.mac, row]));
}

/** Numbers of an approved phone that it did not have. */
function listGiven(before: DecisionColumns | undefined, row: DeviceRow): readonly GivenNumber[] {
  if (row.state !== 'approved') return [];
  const had = new Set<string>(before?.state === 'approved' ? JSON.parse(before.extensions) : []);
  const has = new Set<string>(JSON.parse(row.extensions));
  return [...has].filter((number) => !had.has(number)).map((number) => ({ mac: row.mac, number }));
}

/** A decision counts the device's revision up: one that does not was made without knowing the stored one. */
function refuseOvertaken(stored: ReadonlyMap<string, DecisionColumns>, rows: readonly DeviceRow[]): void {
  for (const row of rows) {
    const before = stored.get(row.mac);
    if (before === undefined || before.revision < row.revision) continue;
    if (before.revision === row.revision && isSameDecision(before, row)) continue;
    const message = `The device ${row.mac} was changed meanwhile (revision ${before.revision} is stored, ${row.revision} was to be). Look again and repeat.`;
    throw new StoreError('changed-meanwhile', message);
  }
}

async function forgetRemovals(writer: Writer, rows: readonly DeviceRow[]): Promise<void> {
  const macs = rows.map(({ mac }) => mac);
  await writer.deleteFrom('removals').where('kind', '=', 'device').where('name', 'in', macs).execute();
}

export async function removeDevices(
  writer: Writer,
  macs: readonly MacAddress[],
  change: Change,
  now: number,
): Promise<void> {
  await inPortions(macs, async (portion) => {
    await writer.deleteFrom('devices').where('mac', 'in', portion).execute();
    await writeRemovals(writer, 'device', portion, change, now);
  });
}

/**
 * What a device has that is known by its sighting only: constants of the INSERT, as no sighting says any of it. Sightings are no change
 * that another process must hear of.
 */
const UNDECIDED = {
  state: sql.lit<DeviceState>('pending'),
  extensions: sql.lit('[]'),
  token: sql.lit(null),
  token_hash: sql.lit(null),
  settings: sql.lit('{}'),
  console_passwords: sql.lit(null),
  login_password: sql.lit(null),
  change_seq: sql.lit(0),
  changed_by: sql.lit(''),
} as const;

const insertSightings = createInsert((writer, rows: readonly SightingRow[]) =>
  writer
    .insertInto('devices')
    .values(rows.map((row) => ({ ...row, ...UNDECIDED })))
    .onConflict((conflict) =>
      conflict
        .column('mac')
        .doUpdateSet({
          vendor_id: unlessDecidedSince('vendor_id'),
          model: unlessDecidedSince('model'),
          firmware: sql<string | null>`coalesce(excluded.firmware, devices.firmware)`,
          address: sql<string | null>`coalesce(excluded.address, devices.address)`,
          words: sql<string>`excluded.words`,
          dialog: sql<string | null>`coalesce(excluded.dialog, devices.dialog)`,
          // What another process decided meanwhile may have opened another one.
          hand_over: sql<
            string | null
          >`case when excluded.revision >= devices.revision then excluded.hand_over else devices.hand_over end`,
          login: sql<string | null>`case when ${isSameLogin} then excluded.login else devices.login end`,
          last_seen_at: sql<number | null>`excluded.last_seen_at`,
        })
        .where(sql<boolean>`coalesce(devices.last_seen_at, 0) <= coalesce(excluded.last_seen_at, 0)`),
    ),
);

/** Adds what was seen; touches no decision, and nothing that is newer or was removed since. */
export async function writeSightings(writer: Writer, sightings: readonly SightingRecord[]): Promise<void> {
  await inPortions(sightings, async (portion) => {
    const removed = await writer
      .selectFrom('removals')
      .select(['name', 'removed_at'])
      .where('kind', '=', 'device')
      .where(
        'name',
        'in',
        portion.map(({ mac }) => mac),
      )
      .execute();
    const removedAt = new Map(removed.map((row) => [row.name, Number(row.removed_at)]));
    const rows = portion
      .filter(({ mac, lastSeenAt, firstSeenAt }) => (lastSeenAt ?? firstSeenAt) > (removedAt.get(mac) ?? -1))
      // Seen while it was being forgotten: it comes back as new. With its old revision, decisions that count from 0 again
      // would look overtaken for ever.
      .map((sighting) => (removedAt.has(sighting.mac) ? { ...sighting, revision: 0 } : sighting))
      .map(toSightingRow);
    await insertSightings(writer, rows);
  });
}

/** An import may say which phone it is; a sighting from before it must not unsay that. */
function unlessDecidedSince(column: 'vendor_id' | 'model') {
  const stored = sql.ref(`devices.${column}`);
  const given = sql.ref(`excluded.${column}`);
  return sql<
    string | null
  >`case when excluded.revision >= devices.revision then coalesce(${given}, ${stored}) else ${stored} end`;
}
