import type { Device } from '../core/device.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { resolvePhoneSettings } from '../core/resolve-phone-settings.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { ResolvedSettings } from '../core/settings.ts';
import { noteRenderProblem, renderPreview } from '../render/render-file.ts';
import { vendorById } from '../vendors/all.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Doors } from './doors.ts';
import { findOurHost } from './find-our-host.ts';

export interface ConfigPreview {
  /** The name as the phone asks for it. */
  readonly file: string;
  readonly contentType: string;
  /** Secrets are covered with dots. */
  readonly text: string;
  readonly notes: readonly Note[];
}

export interface PreviewProblem {
  readonly kind: 'no-such-device' | 'not-approved' | 'no-such-file' | 'file-cannot-be-made';
  readonly note: Note;
}

/** The file that the phone would get now, with secrets covered. `fileName`: as phones ask for it or the template's; default its own. */
export function previewConfig(
  { office, lan }: Pick<Doors, 'office' | 'lan'>,
  cache: ConfigCache,
  mac: MacAddress,
  fileName?: string,
): Result<ConfigPreview, PreviewProblem> {
  const device = office.findDevice(mac);
  if (device === undefined) return err({ kind: 'no-such-device', note: noteUnknownPhone(mac) });
  const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
  if (device.state !== 'approved' || vendor === undefined) {
    return err({ kind: 'not-approved', note: noteNotApproved(mac) });
  }
  const model = device.model ?? vendor.unknownModel.name;
  const file =
    fileName === undefined
      ? vendor.files[0]
      : vendor.files.find(({ name, pattern }) => name === fileName || pattern.test(fileName));
  if (file === undefined) {
    const known = vendor.files.map(({ name }) => name).join(', ');
    const says = '{vendor} has no file "{file}"; known are {known}.';
    return err({
      kind: 'no-such-file',
      note: note('render.no-such-file', says, { vendor: vendor.name, file: fileName ?? '', known }),
    });
  }
  const rendered = renderPreview(cache.input(device, vendor, file, findOurHost({ lan }, device)));
  if (!rendered.ok) return err({ kind: 'file-cannot-be-made', note: noteRenderProblem(rendered.problem) });
  const { bytes, contentType, notes } = rendered.value;
  return ok({ file: file.pathFor(mac, model), contentType, text: bytes.toString('utf8'), notes });
}

export function noteUnknownPhone(mac: MacAddress): Note {
  return note('problem.no-such-device', 'No phone {mac} is known.', { mac: formatMacAddress(mac) });
}

export function noteNotApproved(mac: MacAddress): Note {
  return note('problem.not-approved', 'Phone {mac} is not approved: it gets no file.', { mac: formatMacAddress(mac) });
}

/** Every setting of a device with the layer its value comes from. */
export function resolveDeviceSettings({ office }: Pick<Doors, 'office'>, device: Device): ResolvedSettings {
  const { vendorId, model, settings } = device;
  const lineOne = office.findExtension(device.extensions[0] ?? '');
  return resolvePhoneSettings({ site: office.site(), vendorId, model, lineOne, device: settings });
}
