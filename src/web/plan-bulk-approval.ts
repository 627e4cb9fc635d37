import type { Device } from '../core/device.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { NumberList } from './read-number-list.ts';

export interface PlannedApproval {
  readonly mac: MacAddress;
  /** Empty: the list was too short. */
  readonly extension: string;
  /** Who has it already: another phone, or another line of this plan. */
  readonly takenBy: MacAddress | null;
}

/** Which selected phone gets which number: those that the list names get theirs, the others the numbers in order. */
export function planBulkApproval(
  devices: readonly Pick<Device, 'mac'>[],
  list: NumberList,
  holderOf: (number: string) => MacAddress | undefined,
): PlannedApproval[] {
  const rest = [...list.numbers];
  const given = new Map<string, MacAddress>();
  const wanted = devices.map(({ mac }) => ({ mac, extension: list.byMac.get(mac) ?? rest.shift() ?? '' }));
  return wanted.map(({ mac, extension }) => {
    if (extension === '') return { mac, extension, takenBy: null };
    const holder = given.get(extension) ?? holderOf(extension);
    if (!given.has(extension)) given.set(extension, mac);
    return { mac, extension, takenBy: holder === undefined || holder === mac ? null : holder };
  });
}
