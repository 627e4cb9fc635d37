import type { Device } from '../core/device.ts';
import type { HeldApproval } from '../flows/held-approvals.ts';
import type { Lamps } from '../flows/lamps.ts';
import type { Trouble } from '../flows/troubles.ts';
import { vendorById } from '../vendors/all.ts';
import { buildLamps, type LampView } from './build-lamps.ts';
import type { TimeWords } from './format-times.ts';
import type { Texts } from './message-set.ts';
import { sayReason } from './say-note.ts';

/** Which of the two tables a row stands in. An approved phone stays in `waiting` until the page is loaded again. */
export type RowGroup = 'waiting' | 'phones';

export interface RowInput {
  readonly device: Device;
  readonly group: RowGroup;
  readonly lamps: Lamps;
  readonly trouble: Trouble | null;
  readonly held: HeldApproval | undefined;
  /** Extension that is offered to a waiting phone; empty: none. */
  readonly offered: string;
  /** What the last order to this row was refused for; empty: nothing. */
  readonly error: string;
  /** With the refused order: two phones may share the extension. */
  readonly canShare: boolean;
  readonly extensionName: string;
  readonly isFresh: boolean;
  readonly now: number;
}

export interface PhoneRow {
  readonly mac: string;
  readonly state: Device['state'] | 'held';
  readonly group: RowGroup;
  readonly isFresh: boolean;
  /** Maker and model; null: of an unknown maker. */
  readonly what: string | null;
  /** What a phone of an unknown maker says it is. */
  readonly says: string;
  readonly firmware: string;
  readonly address: string;
  readonly seenAt: number | null;
  readonly extension: string;
  readonly moreExtensions: number;
  readonly name: string;
  readonly lamps: readonly LampView[];
  /** The lamps in words. */
  readonly lampsLabel: string;
  readonly status: {
    readonly kind: 'good' | 'wait' | 'bad' | 'quiet';
    readonly text: string;
    readonly at: number | null;
  };
  readonly offered: string;
  readonly heldAs: string;
  /** Until the held approval is carried out, with some time for the answer; milliseconds. */
  readonly askAgainMs: number;
  readonly error: string;
  readonly canShare: boolean;
}

/** After a held approval is due: its commit and the first NOTIFY take some milliseconds. */
const AFTER_DUE_MS = 400;

export function buildPhoneRow(input: RowInput, texts: Texts, times: TimeWords): PhoneRow {
  const { device, group, held, now } = input;
  const { mac, vendorId, model, firmware, address, extensions, lastSeenAt, words } = device;
  const vendor = vendorId === null ? undefined : vendorById(vendorId);
  const lamps = buildLamps(device, input.lamps, input.trouble);
  return {
    mac,
    state: held === undefined ? device.state : 'held',
    group,
    isFresh: input.isFresh,
    what: vendor === undefined ? null : [vendor.name, model ?? ''].join(' ').trim(),
    says: [words.vendor, words.model].filter((word) => word !== '').join(' ') || words.userAgent,
    firmware: firmware ?? '',
    address: address ?? '',
    seenAt: lastSeenAt,
    extension: extensions[0] ?? '',
    moreExtensions: Math.max(0, extensions.length - 1),
    name: input.extensionName === extensions[0] ? '' : input.extensionName,
    lamps,
    lampsLabel: lamps.map((lamp) => describeLamp(lamp, texts, times, now)).join(', '),
    status: describeStatus(input, texts),
    offered: input.offered,
    heldAs: held === undefined ? '' : held.request.extensions.join(', '),
    askAgainMs: held === undefined ? 0 : Math.max(0, held.dueAt - now) + AFTER_DUE_MS,
    error: input.error,
    canShare: input.canShare,
  };
}

function describeLamp({ name, state, at }: LampView, { t }: Texts, times: TimeWords, now: number): string {
  const step = t(`lamp.${name}`);
  return at === null ? t(`lamp.state-${state}`, { step }) : t('lamp.state-lit', { step, time: times.short(at, now) });
}

function describeStatus({ device, lamps, trouble }: RowInput, texts: Texts): PhoneRow['status'] {
  const { t } = texts;
  if (device.state === 'blocked') return { kind: 'quiet', text: t('status.blocked'), at: null };
  if (device.state === 'pending') {
    // What an undecided phone is refused is no trouble: it is what being undecided means.
    return { kind: 'wait', text: t('status.pending'), at: device.lastSeenAt };
  }
  if (trouble !== null) return { kind: 'bad', text: sayReason(texts, trouble), at: trouble.at };
  if (device.lastSeenAt === null) return { kind: 'wait', text: t('status.never-seen'), at: null };
  if (lamps.configured !== null) return { kind: 'good', text: t('status.configured'), at: lamps.configured };
  if (lamps.acknowledged !== null) return { kind: 'wait', text: t('status.acknowledged'), at: lamps.acknowledged };
  if (lamps.notified !== null) return { kind: 'wait', text: t('status.notified'), at: lamps.notified };
  if (device.dialog === null) return { kind: 'wait', text: t('status.no-dialog'), at: null };
  return { kind: 'wait', text: t('status.silent'), at: null };
}
