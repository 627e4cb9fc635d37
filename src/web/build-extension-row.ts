import type { Device } from '../core/device.ts';
import { type Extension, linesOf } from '../core/extension.ts';
import { formatMacAddress } from '../core/mac-address.ts';
import { vendorById } from '../vendors/all.ts';
import { nameLanguage } from './list-languages.ts';

/** A phone that has an extension. */
export interface HolderView {
  readonly mac: string;
  readonly what: string;
  /** Lines that have it, as `1, 3`; empty where the phone has no other extension. */
  readonly lines: string;
}

/** Phones of one row: more have an extension in common only by mistake. */
const SHOWN_PHONES = 5;

/** One row of the table; what is the number itself is not said twice. */
export function buildExtensionRow(extension: Extension, holders: readonly Device[], readerLanguage: string) {
  const { number, displayName, authName, voicemail, language } = extension;
  return {
    number,
    displayName: displayName === number ? '' : displayName,
    authName: authName === number ? '' : authName,
    voicemail,
    language: language === '' ? '' : nameLanguage(language, readerLanguage),
    path: `/extensions/edit?number=${encodeURIComponent(number)}`,
    phones: holders.slice(0, SHOWN_PHONES).map((device) => viewHolder(device, number)),
    morePhones: Math.max(0, holders.length - SHOWN_PHONES),
  };
}

export function viewHolder({ mac, vendorId, model, extensions }: Device, number: string): HolderView {
  const vendor = vendorId === null ? '' : (vendorById(vendorId)?.name ?? '');
  return {
    mac,
    what: `${vendor} ${model ?? ''}`.trim() || formatMacAddress(mac),
    lines: extensions.length > 1 ? linesOf(extensions, number).join(', ') : '',
  };
}
