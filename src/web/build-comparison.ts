import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import type { SiteComparison } from '../flows/compare-site.ts';
import type { Office } from '../flows/office.ts';
import { vendorById } from '../vendors/all.ts';
import { buildFileLines } from './build-file-lines.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** Phones that may be chosen as the example. */
const MOST_CHOICES = 100;
const MOST_BROKEN = 10;

/** `101 Empfang`, or the MAC address of a phone that is gone. */
export function namePhone(office: Office, mac: MacAddress): string {
  const number = office.findDevice(mac)?.extensions[0];
  const name = number === undefined ? '' : (office.findExtension(number)?.displayName ?? '');
  if (number === undefined) return formatMacAddress(mac);
  return name === '' || name === number ? number : `${number} ${name}`;
}

/** What a change of the site means for the phones, as the page shows it. */
export function buildComparison(office: Office, comparison: SiteComparison, texts: Texts) {
  const { changed, broken, example, notes, phones, isExact } = comparison;
  const device = example === null ? undefined : office.findDevice(example.mac);
  const vendor = device?.vendorId == null ? undefined : vendorById(device.vendorId);
  const file = vendor?.files.find(({ pattern }) => pattern.test(example?.file ?? '')) ?? vendor?.files[0];
  return {
    phones,
    changed: changed.length,
    isExact,
    notes: notes.map((note) => sayNote(texts, note)),
    broken: broken
      .slice(0, MOST_BROKEN)
      .map(({ mac, reason }) => ({ mac, name: namePhone(office, mac), reason: sayNote(texts, reason) })),
    brokenCount: broken.length,
    example:
      example === null
        ? null
        : {
            mac: example.mac,
            name: namePhone(office, example.mac),
            file: example.file,
            lines: file === undefined ? [] : buildFileLines(example.lines, file.format),
          },
    choices: changed.slice(0, MOST_CHOICES).map((mac) => ({
      mac,
      name: namePhone(office, mac),
      isChosen: mac === example?.mac,
    })),
  };
}
