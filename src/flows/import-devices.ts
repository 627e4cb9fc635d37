import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { err } from '../core/result.ts';
import type { SettingsPatch } from '../core/settings.ts';
import type { Progress, Steps } from '../core/steps.ts';
import { type ApproveProblem, noteApproveProblem, planApproval } from './approve-device.ts';
import { applyPatch, type ExtensionPatch, sameExtension } from './change-extension.ts';
import { checkCarriers } from './check-carriers.ts';
import { followRefusals, listNumbers } from './follow-refusals.ts';
import type { Office } from './office.ts';
import { takeStepsInTurns } from './take-steps-in-turns.ts';

/** One account of a row, its texts checked already. */
export interface ImportAccount extends ExtensionPatch {
  readonly extension: string;
}

/** One row of a phone list; its own account is that of line 1. `core/parse-phone-csv` fits. */
export interface ImportRow extends ImportAccount {
  /** In the file, 1-based, the header is line 1. */
  readonly line: number;
  readonly mac: MacAddress;
  readonly moreLines?: readonly ImportAccount[] | undefined;
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
  /** The same for programs; null: it is not refused. */
  readonly problem: ImportProblem | null;
  /** What becomes different; empty where nothing does, or nothing was there before. */
  readonly changes: readonly ImportChange[];
}

/** A blocked phone stays blocked until a person decides about it by itself. */
export type ImportProblem = ApproveProblem | { readonly kind: 'phone-blocked'; readonly mac: MacAddress };

export type ImportChange =
  | 'state'
  | 'extensions'
  | 'vendor'
  | 'model'
  | 'settings'
  | 'new-extension'
  | 'display-name'
  | 'auth-name'
  | 'password'
  | 'voicemail'
  | 'language';

export interface ImportPlan {
  readonly effects: readonly ImportEffect[];
  readonly devices: readonly Device[];
  readonly extensions: readonly Extension[];
}

/** What an import would do, row by row. Nothing is written. */
export function* planImport(office: Office, rows: readonly ImportRow[], now: number): Steps<ImportPlan> {
  // A row may hand on an extension that the same file takes from another phone; a row that is refused takes none.
  let freed: ReadonlySet<MacAddress> = new Set(rows.map(({ mac }) => mac));
  for (;;) {
    const plan = yield* planRows(office, rows, freed, now);
    // Otherwise each pass could find just one row more that is refused, in a list of thousands.
    const left = followRefusals(office, rows, plan.effects);
    if (left.size === freed.size) return plan;
    freed = left;
  }
}

function* planRows(
  office: Office,
  rows: readonly ImportRow[],
  freed: ReadonlySet<MacAddress>,
  now: number,
): Steps<ImportPlan> {
  const effects: ImportEffect[] = [];
  const devices: Device[] = [];
  const extensions: Extension[] = [];

  for (const row of rows) {
    yield { done: effects.length, total: rows.length };
    const { line, mac } = row;
    const accounts = [row, ...(row.moreLines ?? [])];
    const numbers = listNumbers(row);
    const told = { line, mac, extension: numbers.join(' '), reason: '', problem: null, changes: [] };

    const before = office.findDevice(mac);
    const changed = accounts.flatMap((account) => changedExtension(office, account));
    const isSo = before !== undefined && isAlreadySo(before, row, numbers);
    if (isSo && changed.length === 0) {
      effects.push({ ...told, effect: 'unchanged' });
      continue;
    }
    const planned =
      refuseBlocked(before) ??
      findTaken(office, mac, numbers, freed) ??
      findNotCarried(office, mac, changed, freed) ??
      planApproval(office, { ...row, extensions: numbers, share: true, actor: '' }, now, changed);
    if (!planned.ok) {
      const { problem } = planned;
      effects.push({ ...told, effect: 'refused', reason: noteImportProblem(problem).text, problem });
      continue;
    }
    extensions.push(...changed);
    // Where only the account changed, the phone keeps its token, and its file changes with the extension.
    if (!isSo) devices.push({ ...planned.value.device, settings: row.settings ?? planned.value.device.settings });
    const changes = [
      ...(before === undefined ? [] : listPhoneChanges(before, row, numbers)),
      ...changed.flatMap((after) => listAccountChanges(office.findExtension(after.number), after)),
    ];
    effects.push({ ...told, effect: before === undefined ? 'new' : 'changed', changes: [...new Set(changes)] });
  }
  return { effects, devices, extensions };
}

function listPhoneChanges(before: Device, row: ImportRow, numbers: readonly string[]): readonly ImportChange[] {
  const changes: ImportChange[] = [];
  if (before.state !== 'approved') changes.push('state');
  else if (before.extensions.join(' ') !== numbers.join(' ')) changes.push('extensions');
  if (row.vendorId !== undefined && row.vendorId !== before.vendorId) changes.push('vendor');
  if (row.model !== undefined && row.model !== before.model) changes.push('model');
  if (row.settings !== undefined && JSON.stringify(row.settings) !== JSON.stringify(before.settings))
    changes.push('settings');
  return changes;
}

function listAccountChanges(before: Extension | undefined, after: Extension): readonly ImportChange[] {
  if (before === undefined) return ['new-extension'];
  const changes: ImportChange[] = [];
  if (before.displayName !== after.displayName) changes.push('display-name');
  if (before.authName !== after.authName) changes.push('auth-name');
  if (before.password.reveal() !== after.password.reveal()) changes.push('password');
  if (before.voicemail !== after.voicemail) changes.push('voicemail');
  if (before.language !== after.language) changes.push('language');
  return changes;
}

function changedExtension(office: Office, account: ImportAccount): readonly Extension[] {
  const before = office.findExtension(account.extension);
  const after = applyPatch(account.extension, before, account);
  return before !== undefined && sameExtension(before, after) ? [] : [after];
}

function findTaken(office: Office, mac: MacAddress, numbers: readonly string[], freed: ReadonlySet<MacAddress>) {
  for (const extension of numbers) {
    const other = office.holdersOf(extension).find((holder) => holder.mac !== mac && !freed.has(holder.mac));
    if (other !== undefined) return err({ kind: 'extension-taken', extension, by: other.mac } as const);
  }
  return undefined;
}

function refuseBlocked(before: Device | undefined) {
  return before?.state === 'blocked' ? err({ kind: 'phone-blocked', mac: before.mac } as const) : undefined;
}

/** The other phones that have the account and keep it. */
function findNotCarried(
  office: Office,
  mac: MacAddress,
  changed: readonly Extension[],
  freed: ReadonlySet<MacAddress>,
) {
  for (const account of changed) {
    const others = office.holdersOf(account.number).filter((holder) => holder.mac !== mac && !freed.has(holder.mac));
    const notCarried = checkCarriers(account, others);
    if (notCarried !== undefined) return err(notCarried);
  }
  return undefined;
}

/** For people. */
export function noteImportProblem(problem: ImportProblem): Note {
  if (problem.kind !== 'phone-blocked') return noteApproveProblem(problem);
  return note('problem.phone-blocked', 'Phone {mac} is blocked: approve it by itself, or forget it first.', {
    mac: formatMacAddress(problem.mac),
  });
}

function isAlreadySo(device: Device, row: ImportRow, numbers: readonly string[]): boolean {
  return (
    device.state === 'approved' &&
    device.extensions.join(' ') === numbers.join(' ') &&
    (row.vendorId === undefined || row.vendorId === device.vendorId) &&
    (row.model === undefined || row.model === device.model) &&
    (row.settings === undefined || JSON.stringify(row.settings) === JSON.stringify(device.settings))
  );
}

/** What an import is at, and how far. */
export interface ImportProgress extends Progress {
  /** reading: the list. checking: its rows against the office. storing: phones and extensions. */
  readonly phase: 'reading' | 'checking' | 'storing';
}

/** Stores a plan: all of it or nothing. Phones and pages have their turns meanwhile. */
export function importDevices(
  office: Office,
  rows: readonly ImportRow[],
  options: {
    readonly actor: string;
    readonly partial: boolean;
    readonly now: number;
    readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  },
): Promise<ImportPlan & { readonly stored: boolean }> {
  const { actor, partial, now, onProgress = () => undefined } = options;
  return office.exclusively(async () => {
    const plan = await takeStepsInTurns(planImport(office, rows, now), (progress) =>
      onProgress({ phase: 'checking', ...progress }),
    );
    const refused = plan.effects.filter(({ effect }) => effect === 'refused').length;
    if (refused > 0 && !partial) return { ...plan, stored: false };
    if (plan.devices.length === 0 && plan.extensions.length === 0) return { ...plan, stored: true };
    const detail = { devices: plan.devices.length, extensions: plan.extensions.length, refused };
    await office.commit(
      {
        devices: plan.devices,
        extensions: plan.extensions,
        audit: [{ at: now, actor, action: 'devices.imported', subject: 'import', detail }],
      },
      plan.devices.map(({ mac, extensions }) => {
        const facts = { by: actor, extensions: extensions.join(' ') };
        return { mac, at: now, step: 'approved', reason: '', detail: facts };
      }),
      (progress) => onProgress({ phase: 'storing', ...progress }),
    );
    return { ...plan, stored: true };
  });
}

/** `line 3: 00:15:65:aa:bb:cc → 101: new`. */
export function describeImportEffect({ line, mac, extension, effect, reason }: ImportEffect): string {
  return `line ${line}: ${formatMacAddress(mac)} → ${extension}: ${effect}${reason && `: ${reason}`}`;
}
