import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { type AccountFault, checkAccount } from '../render/check-account.ts';
import { noteAccountField } from '../render/render-problem.ts';
import { vendorById } from '../vendors/all.ts';

/** An account that a phone's file cannot carry: the phone would get no file at all. */
export interface NotCarried extends AccountFault {
  readonly kind: 'account-not-writable';
  readonly extension: string;
  readonly mac: MacAddress;
  /** For people. */
  readonly vendor: string;
}

/** The first of the phones whose make cannot be told this account; undefined: all can. */
export function checkCarriers(
  extension: Extension,
  phones: readonly Pick<Device, 'mac' | 'vendorId'>[],
): NotCarried | undefined {
  for (const { mac, vendorId } of phones) {
    const vendor = vendorId === null ? undefined : vendorById(vendorId);
    const fault = vendor === undefined ? undefined : checkAccount(vendor, extension);
    if (vendor !== undefined && fault !== undefined)
      return { kind: 'account-not-writable', extension: extension.number, mac, vendor: vendor.name, ...fault };
  }
  return undefined;
}

/** For people. */
export function noteNotCarried({ extension, vendor, field, reason }: NotCarried): Note {
  return note(
    'problem.not-carried',
    'The {field} of extension {extension} cannot be told to a phone of {vendor}: {why}.',
    { field: noteAccountField(field), extension, vendor, why: reason },
  );
}
