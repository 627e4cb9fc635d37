import type { Device } from '../core/device.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { nextChange } from './change-sequence.ts';
import type { Database } from './database.ts';
import { type SightingRecord, toDevice } from './device-rows.ts';
import { removeDevices, writeDevices, writeSightings } from './device-writer.ts';
import { readInPortions } from './portions.ts';

/** Devices on disk. `save`, `saveMany` and `remove` are durable when they resolve, and all or nothing. */
export interface DeviceStore {
  all(): Promise<readonly Device[]>;
  get(mac: MacAddress): Promise<Device | undefined>;
  /** Throws StoreError: changed-meanwhile, where the stored device has a decision that this one was made without. */
  save(device: Device): Promise<void>;
  saveMany(devices: readonly Device[]): Promise<void>;
  /** Upserts what was seen, never a decision. Not durable: for many at once, off the hot path. */
  recordSightings(sightings: readonly SightingRecord[]): Promise<void>;
  /** False: there was none. */
  remove(mac: MacAddress): Promise<boolean>;
}

export function createDeviceStore(database: Database): DeviceStore {
  const { cipher, read, writer: by, clock } = database;

  function saveMany(devices: readonly Device[]): Promise<void> {
    return database.write(async (writer) => writeDevices(writer, devices, cipher, await nextChange(writer, by)));
  }

  return {
    all() {
      return database.snapshot((reader) =>
        readInPortions(
          (mac, limit) =>
            reader.selectFrom('devices').selectAll().where('mac', '>', mac).orderBy('mac').limit(limit).execute(),
          ({ mac }) => mac,
          (row) => toDevice(row, cipher),
        ),
      );
    },
    async get(mac) {
      const row = await read.selectFrom('devices').selectAll().where('mac', '=', mac).executeTakeFirst();
      return row && toDevice(row, cipher);
    },
    save: (device) => saveMany([device]),
    saveMany,
    async recordSightings(sightings) {
      if (sightings.length === 0) return;
      await database.write((writer) => writeSightings(writer, sightings), { durable: false });
    },
    remove(mac) {
      return database.write(async (writer) => {
        const found = await writer.selectFrom('devices').select('mac').where('mac', '=', mac).executeTakeFirst();
        if (found === undefined) return false;
        await removeDevices(writer, [mac], await nextChange(writer, by), clock());
        return true;
      });
    },
  };
}
