import type { Device } from './device.ts';
import type { MacAddress } from './mac-address.ts';

/** A device nobody has decided about, as it is before anything is known of it. */
export function newDevice(mac: MacAddress, now: number): Device {
  return {
    mac,
    state: 'pending',
    vendorId: null,
    model: null,
    firmware: null,
    address: null,
    words: { userAgent: '', vendor: '', model: '', firmware: '' },
    dialog: null,
    extensions: [],
    token: null,
    settings: {},
    consolePasswords: null,
    handOver: null,
    login: null,
    revision: 0,
    firstSeenAt: now,
    lastSeenAt: null,
  };
}
