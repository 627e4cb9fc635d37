import type { Device } from '../core/device.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { SettingsPatch } from '../core/settings.ts';
import type { Deliveries } from './delivery.ts';
import type { Office } from './office.ts';

export type DeviceProblem =
  | { readonly kind: 'no-such-device'; readonly mac: MacAddress }
  | { readonly kind: 'not-approved'; readonly mac: MacAddress }
  | { readonly kind: 'never-seen'; readonly mac: MacAddress };

/** Never answered again, until somebody approves or forgets it. Its token dies. */
export function blockDevice(office: Office, mac: MacAddress, actor: string, now: number) {
  return changeDevice(office, mac, now, { action: 'device.blocked', actor }, (device) => ({
    ...withoutApproval(device),
    state: 'blocked',
  }));
}

/** As if it had never asked. It shows up again with its next boot. */
export function forgetDevice(
  office: Office,
  mac: MacAddress,
  actor: string,
  now: number,
): Promise<Result<Device, DeviceProblem>> {
  return office.exclusively(async () => {
    const device = office.findDevice(mac);
    if (device === undefined) return err({ kind: 'no-such-device', mac });
    const entry = { at: now, actor, action: 'device.forgotten', subject: mac, detail: {} };
    await office.commit({ removedDevices: [mac], audit: [entry] });
    return ok(device);
  });
}

/** Replaces the device layer of the settings. */
export function changeDeviceSettings(
  office: Office,
  mac: MacAddress,
  settings: SettingsPatch,
  actor: string,
  now: number,
): Promise<Result<Device, DeviceProblem>> {
  return changeDevice(office, mac, now, { action: 'device.settings-changed', actor }, (device) => ({
    ...device,
    settings,
  }));
}

/** Asks a running phone to fetch its files now, or to restart. */
export function resyncDevice(
  office: Office,
  deliveries: Deliveries,
  mac: MacAddress,
  how: 'resync' | 'reboot',
): Result<Device, DeviceProblem> {
  const found = findResyncable(office, mac);
  if (found.ok) deliveries.deliver(found.value, how);
  return found;
}

/** The phone, if it can be asked at all. */
export function findResyncable(office: Pick<Office, 'findDevice'>, mac: MacAddress): Result<Device, DeviceProblem> {
  const device = office.findDevice(mac);
  if (device === undefined) return err({ kind: 'no-such-device', mac });
  if (device.state !== 'approved') return err({ kind: 'not-approved', mac });
  return device.dialog === null ? err({ kind: 'never-seen', mac }) : ok(device);
}

/** Edits one phone, durably; its revision is counted here. */
export function changeDevice(
  office: Office,
  mac: MacAddress,
  now: number,
  entry: { readonly action: string; readonly actor: string },
  edit: (device: Device) => Device,
): Promise<Result<Device, DeviceProblem>> {
  return office.exclusively(async () => {
    const before = office.findDevice(mac);
    if (before === undefined) return err({ kind: 'no-such-device', mac });
    const device = { ...edit(before), revision: before.revision + 1 };
    const { actor } = entry;
    await office.commit(
      { devices: [device], audit: [{ at: now, ...entry, subject: mac, detail: {} }] },
      device.state === 'blocked' ? [{ mac, at: now, step: 'blocked', reason: '', detail: { by: actor } }] : [],
    );
    return ok(office.findDevice(mac) ?? device);
  });
}

function withoutApproval(device: Device): Device {
  return {
    ...device,
    state: 'pending',
    extensions: [],
    token: null,
    consolePasswords: null,
    handOver: null,
    login: null,
  };
}

/** For people. */
export function noteDeviceProblem(problem: DeviceProblem): Note {
  const mac = formatMacAddress(problem.mac);
  switch (problem.kind) {
    case 'no-such-device':
      return note('problem.no-such-device', 'No phone {mac} is known.', { mac });
    case 'not-approved':
      return note('problem.not-approved', 'Phone {mac} is not approved: it has no file to fetch.', { mac });
    case 'never-seen':
      return note(
        'problem.never-seen',
        'Phone {mac} has not shown itself yet, so its address is unknown: plug it in.',
        { mac },
      );
    default:
      return problem satisfies never;
  }
}

/** One sentence for people. */
export function describeDeviceProblem(problem: DeviceProblem): string {
  return noteDeviceProblem(problem).text;
}
