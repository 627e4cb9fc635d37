import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import type { SettingsPatch } from '../core/settings.ts';
import { describeApproveProblem, planApproval } from './approve-device.ts';
import { applyPatch, type ExtensionPatch, sameExtension } from './change-extension.ts';
import type { Office } from './office.ts';

/** One row of a phone list, its texts checked already. */
export interface ImportRow extends ExtensionPatch {
  /** In the file, 1-based, the header is line 1. */
  readonly line: number;
  readonly mac: MacAddress;
  readonly extension: string;
  readonly vendorId?: string | undefined;
  readonly model?: string | undefined;
  readonly settings?: SettingsPatch | undefined;
}

export interface ImportEffect {
  readonly line: number;
  readonly mac: MacAddress;
  readonly extension: string;
  readonly effect: 'new' | 'changed' | 'unchanged' | 'refused';
  /** One sentence where it is refused; empty otherwise. */
  readonly reason: string;
}

export interface ImportPlan {
  readonly effects: readonly ImportEffect[];
  readonly devices: readonly Device[];
  readonly extensions: readonly Extension[];
}

/** What an import would do, row by row. Nothing is written. */
export function planImport(office: Office, rows: readonly ImportRow[], now: number): ImportPlan {
  const effects: ImportEffect[] = [];
  const devices: Device[] = [];
  const extensions: Extension[] = [];
  // A row may hand on an extension that the same file takes from another phone.
  const freed = new Set(rows.map(({ mac }) => mac));

  for (const row of rows) {
    const { line, mac, extension: number } = row;
    const before = office.findDevice(mac);
    const oldExtension = office.findExtension(number);
    const extension = applyPatch(number, oldExtension, row);
    const sameAccount = oldExtension !== undefined && sameExtension(oldExtension, extension);
    if (before !== undefined && sameAccount && isAlreadySo(before, row)) {
      effects.push({ line, mac, extension: number, effect: 'unchanged', reason: '' });
      continue;
    }
    const taken = office.holdersOf(number).find((holder) => holder.mac !== mac && !freed.has(holder.mac));
    const planned = taken
      ? ({ ok: false, problem: { kind: 'extension-taken', extension: number, by: taken.mac } } as const)
      : planApproval(office, { ...row, extensions: [number], share: true, actor: '' }, now);
    if (!planned.ok) {
      const reason = describeApproveProblem(planned.problem);
      effects.push({ line, mac, extension: number, effect: 'refused', reason });
      continue;
    }
    if (!sameAccount) extensions.push(extension);
    // Only the account changed: the phone keeps its token, and its file changes with the extension.
    if (before === undefined || !isAlreadySo(before, row)) {
      devices.push({ ...planned.value.device, settings: row.settings ?? planned.value.device.settings });
    }
    effects.push({ line, mac, extension: number, effect: before === undefined ? 'new' : 'changed', reason: '' });
  }
  return { effects, devices, extensions };
}

function isAlreadySo(device: Device, row: ImportRow): boolean {
  return (
    device.state === 'approved' &&
    device.extensions[0] === row.extension &&
    (row.vendorId === undefined || row.vendorId === device.vendorId) &&
    (row.model === undefined || row.model === device.model) &&
    (row.settings === undefined || JSON.stringify(row.settings) === JSON.stringify(device.settings))
  );
}

/** Stores a plan: all of it or nothing. */
export function importDevices(
  office: Office,
  rows: readonly ImportRow[],
  options: { readonly actor: string; readonly partial: boolean; readonly now: number },
): Promise<ImportPlan & { readonly stored: boolean }> {
  const { actor, partial, now } = options;
  return office.exclusively(async () => {
    const plan = planImport(office, rows, now);
    const refused = plan.effects.filter(({ effect }) => effect === 'refused').length;
    if (refused > 0 && !partial) return { ...plan, stored: false };
    if (plan.devices.length === 0 && plan.extensions.length === 0) return { ...plan, stored: true };
    const detail = { devices: plan.devices.length, extensions: plan.extensions.length, refused };
    await office.commit({
      devices: plan.devices,
      extensions: plan.extensions,
      audit: [{ at: now, actor, action: 'devices.imported', subject: 'import', detail }],
    });
    for (const { mac, extensions } of plan.devices) {
      const text = extensions.join(' ');
      office.record({ mac, at: now, step: 'approved', reason: '', detail: { by: actor, extensions: text } });
    }
    return { ...plan, stored: true };
  });
}

/** `line 3: 00:15:65:aa:bb:cc → 101: new`. */
export function describeImportEffect({ line, mac, extension, effect, reason }: ImportEffect): string {
  return `line ${line}: ${formatMacAddress(mac)} → ${extension}: ${effect}${reason && `: ${reason}`}`;
}
