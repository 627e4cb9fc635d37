import type { FastifyRequest } from 'fastify';
import type { Device } from '../core/device.ts';
import { buildPhoneRow, type PhoneRow, type RowGroup } from './build-phone-row.ts';
import { chooseFreeExtensions } from './choose-free-extensions.ts';
import type { PageDoors } from './page-doors.ts';
import type { PageKit } from './page-kit.ts';

export interface RowOptions {
  readonly group: RowGroup;
  readonly offered?: string;
  readonly error?: string;
  readonly canShare?: boolean;
  readonly isFresh?: boolean;
}

/** What the list, the card and the forms show of phones: gathers what the office, the boards and the held approvals know. */
export interface PhoneRows {
  row(request: FastifyRequest, device: Device, options: RowOptions): Promise<PhoneRow>;
  /** The next free extensions, without those that are promised or shown already. */
  freeExtensions(count: number, besides?: ReadonlySet<string>): string[];
  /** Existing extensions that no phone has, for suggestions. */
  unusedExtensions(limit: number): readonly { readonly number: string; readonly name: string }[];
}

export function createPhoneRows(kit: PageKit, { office, lamps, troubles, held }: PageDoors): PhoneRows {
  function isTaken(number: string, promised: ReadonlySet<string>): boolean {
    return promised.has(number) || office.holdersOf(number).length > 0;
  }

  return {
    async row(request, device, { group, offered = '', error = '', canShare = false, isFresh = false }) {
      const { texts, times, now } = kit.context(request);
      const input = {
        device,
        group,
        lamps: await lamps.read(device.mac),
        trouble: await troubles.read(device.mac),
        held: held.find(device.mac),
        offered,
        error,
        canShare,
        extensionName: office.findExtension(device.extensions[0] ?? '')?.displayName ?? '',
        isFresh,
        now,
      };
      return buildPhoneRow(input, texts, times);
    },
    freeExtensions(count, besides = new Set()) {
      const promised = held.promised();
      const numbers = [...office.extensions()].map(({ number }) => number);
      return chooseFreeExtensions(
        { numbers, isTaken: (number) => besides.has(number) || isTaken(number, promised) },
        count,
      );
    },
    unusedExtensions(limit) {
      const promised = held.promised();
      const found: { readonly number: string; readonly name: string }[] = [];
      for (const { number, displayName } of office.extensions()) {
        if (found.length >= limit) break;
        if (!isTaken(number, promised)) found.push({ number, name: displayName === number ? '' : displayName });
      }
      return found;
    },
  };
}
