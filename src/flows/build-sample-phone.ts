import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { parseMacAddress } from '../core/mac-address.ts';
import { newDevice } from '../core/new-device.ts';
import { Secret } from '../core/secret.ts';
import type { Vendor } from '../vendors/vendor.ts';

/** A phone of this make that nobody has, with an extension that does not exist: to try a template with. */
export function buildSamplePhone(vendor: Vendor): {
  readonly device: Device;
  readonly findExtension: (number: string) => Extension | undefined;
} {
  const prefix = (vendor.macPrefixes[0] ?? '020000').padEnd(11, '0').slice(0, 11);
  const mac = parseMacAddress(`${prefix}1`);
  if (mac === undefined) throw new Error(`${vendor.id}: no sample phone can be made`);
  const secret = new Secret('sample');
  const names = { number: '101', displayName: 'Sample', authName: '101' };
  const extension: Extension = { ...names, password: secret, voicemail: '', language: '' };
  return {
    device: {
      ...newDevice(mac, 0),
      state: 'approved',
      vendorId: vendor.id,
      model: vendor.simulated.model,
      extensions: [extension.number],
      token: 'sample',
      consolePasswords: { admin: secret, user: secret },
    },
    findExtension: (number) => (number === extension.number ? extension : undefined),
  };
}
