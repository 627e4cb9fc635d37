import type { Device } from '../core/device.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { resolvePhoneSettings } from '../core/resolve-phone-settings.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { ResolvedSettings } from '../core/settings.ts';
import { describeRenderProblem, renderPreview } from '../render/render-file.ts';
import { vendorById } from '../vendors/all.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Doors } from './doors.ts';

export interface ConfigPreview {
  /** The name as the phone asks for it. */
  readonly file: string;
  readonly contentType: string;
  /** Secrets are covered with dots. */
  readonly text: string;
  readonly notes: readonly string[];
}

export interface PreviewProblem {
  readonly kind: 'no-such-device' | 'not-approved' | 'no-such-file' | 'file-cannot-be-made';
  /** One sentence for people. */
  readonly sentence: string;
}

/** The file that the phone would get now, with secrets covered. `fileName`: as phones ask for it or the template's; default its own. */
export function previewConfig(
  { office, lan }: Pick<Doors, 'office' | 'lan'>,
  cache: ConfigCache,
  mac: MacAddress,
  fileName?: string,
): Result<ConfigPreview, PreviewProblem> {
  const device = office.findDevice(mac);
  if (device === undefined)
    return err({ kind: 'no-such-device', sentence: `No phone ${formatMacAddress(mac)} is known.` });
  const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
  if (device.state !== 'approved' || vendor === undefined) {
    return err({ kind: 'not-approved', sentence: `Phone ${formatMacAddress(mac)} is not approved: it gets no file.` });
  }
  const model = device.model ?? vendor.unknownModel.name;
  const file =
    fileName === undefined
      ? vendor.files[0]
      : vendor.files.find(({ name, pattern }) => name === fileName || pattern.test(fileName));
  if (file === undefined) {
    const known = vendor.files.map(({ name }) => name).join(', ');
    return err({ kind: 'no-such-file', sentence: `${vendor.name} has no file "${fileName}"; known are ${known}.` });
  }
  const host = (device.address === null ? undefined : lan.localAddressFor(device.address)) ?? '127.0.0.1';
  const rendered = renderPreview(cache.input(device, vendor, file, host));
  if (!rendered.ok) return err({ kind: 'file-cannot-be-made', sentence: describeRenderProblem(rendered.problem) });
  const { bytes, contentType, notes } = rendered.value;
  return ok({ file: file.pathFor(mac, model), contentType, text: bytes.toString('utf8'), notes });
}

/** Every setting of a device with the layer its value comes from. */
export function resolveDeviceSettings({ office }: Pick<Doors, 'office'>, device: Device): ResolvedSettings {
  const { vendorId, model, settings } = device;
  const lineOne = office.findExtension(device.extensions[0] ?? '');
  return resolvePhoneSettings({ site: office.site(), vendorId, model, lineOne, device: settings });
}
