import type { AuditEntry } from '../core/audit.ts';
import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import { shortenDigest } from '../core/shorten-digest.ts';
import { renderFile } from '../render/render-file.ts';
import { vendorById } from '../vendors/all.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Doors } from './doors.ts';
import { findOurHost } from './find-our-host.ts';
import type { DecisionStore, OfficeChange } from './office.ts';

/** Entries of one commit that are told the digest. A file takes under a millisecond; an import of thousands shall not wait for them. */
const MOST_AT_ONCE = 25;

/** What the phone would get after the change; undefined: nothing, or it cannot be made. */
export type ForeseeDigest = (mac: MacAddress, change: OfficeChange) => string | undefined;

/** Decisions about a phone say, in their audit entry, with which configuration: `detail.digest`. */
export function tellDigests(decisions: DecisionStore, foresee: ForeseeDigest): DecisionStore {
  return {
    commit(change, onProgress) {
      const { audit = [] } = change;
      if (audit.length === 0 || audit.length > MOST_AT_ONCE) return decisions.commit(change, onProgress);
      return decisions.commit(
        { ...change, audit: audit.map((entry) => addDigest(entry, change, foresee)) },
        onProgress,
      );
    },
  };
}

function addDigest(entry: AuditEntry, change: OfficeChange, foresee: ForeseeDigest): AuditEntry {
  const mac = parseMacAddress(entry.subject);
  if (mac === undefined || 'digest' in entry.detail) return entry;
  const digest = foreseeSafely(mac, change, foresee);
  return digest === undefined ? entry : { ...entry, detail: { ...entry.detail, digest } };
}

/** A fault of ours is told where the phone fetches its file: no decision is lost to it. */
function foreseeSafely(mac: MacAddress, change: OfficeChange, foresee: ForeseeDigest): string | undefined {
  try {
    return foresee(mac, change);
  } catch {
    return undefined;
  }
}

export function createForesight({ office, lan }: Pick<Doors, 'office' | 'lan'>, cache: ConfigCache): ForeseeDigest {
  return (mac, { devices = [], removedDevices = [], extensions = [], site }) => {
    const decided = devices.find((device) => device.mac === mac);
    const device = decided ?? (removedDevices.includes(mac) ? undefined : office.findDevice(mac));
    const vendor = device?.vendorId == null ? undefined : vendorById(device.vendorId);
    if (device?.state !== 'approved' || vendor === undefined) return undefined;
    const [file] = vendor.files;
    const input = cache.input(device, vendor, file, findOurHost({ lan }, device));
    const rendered = renderFile({
      ...input,
      ...(site !== undefined && { site }),
      findExtension: (number) => extensions.find((one) => one.number === number) ?? input.findExtension(number),
    });
    // A file that cannot be made is no reason to refuse the decision: the phone's card says what is wrong with it.
    return rendered.ok ? shortenDigest(rendered.value.digest) : undefined;
  };
}
