import { randomBytes } from 'node:crypto';
import type { Device } from '../core/device.ts';
import { drawLogin } from '../core/device-login.ts';
import { drawPassword } from '../core/draw-password.ts';
import { EXTENSION_NUMBER, type Extension } from '../core/extension.ts';
import { openHandOver } from '../core/hand-over.ts';
import { formatMacAddress, type MacAddress } from '../core/mac-address.ts';
import { newDevice } from '../core/new-device.ts';
import { type Note, note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import { Secret } from '../core/secret.ts';
import { vendorById, vendors } from '../vendors/all.ts';
import { recognise } from '../vendors/recognise.ts';
import { checkCarriers, type NotCarried, noteNotCarried } from './check-carriers.ts';
import { drawPhoneSecrets, logsIn } from './draw-phone-secrets.ts';
import type { Office } from './office.ts';

export interface ApproveRequest {
  readonly mac: MacAddress;
  /** Line 1 first. */
  readonly extensions: readonly string[];
  /** For a phone whose vendor or model is unknown or recognised wrongly. */
  readonly vendorId?: string | undefined;
  readonly model?: string | undefined;
  /** Let two phones have one extension. */
  readonly share?: boolean | undefined;
  /** Who decides: goes to the audit. */
  readonly actor: string;
}

export type ApproveProblem =
  | { readonly kind: 'no-such-device'; readonly mac: MacAddress }
  | { readonly kind: 'no-such-vendor'; readonly saw: string; readonly known: readonly string[] }
  | { readonly kind: 'vendor-unknown'; readonly mac: MacAddress }
  | { readonly kind: 'bad-extension'; readonly saw: string }
  | { readonly kind: 'extension-taken'; readonly extension: string; readonly by: MacAddress }
  | { readonly kind: 'too-many-extensions'; readonly model: string; readonly lines: number; readonly saw: number }
  | NotCarried;

export interface Approval {
  readonly device: Device;
  /** Extensions that did not exist and were made with a drawn password. */
  readonly created: readonly Extension[];
}

/** 128 bits, hexadecimal: every phone can carry it in a path. */
export function drawToken(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Stores that a phone gets these extensions. A new token is drawn, so that nobody who knew the old URL keeps it.
 * Delivery is not done here: it follows from the office's change (see delivery.ts), whichever process decided.
 */
export function approveDevice(
  office: Office,
  request: ApproveRequest,
  now: number,
): Promise<Result<Approval, ApproveProblem>> {
  return office.exclusively(() => commitApproval(office, request, now));
}

/** The same for a caller that is inside `office.exclusively` already. */
export async function commitApproval(
  office: Office,
  request: ApproveRequest,
  now: number,
): Promise<Result<Approval, ApproveProblem>> {
  const planned = planApproval(office, request, now);
  if (!planned.ok) return planned;
  const { device, created } = planned.value;
  const { actor } = request;
  const { mac } = device;
  const numbers = device.extensions.join(' ');
  const detail = { extensions: numbers, vendor: device.vendorId ?? '', created: created.length };
  await office.commit(
    {
      devices: [device],
      sharedExtensions: request.share === true ? device.extensions : [],
      extensions: created,
      audit: [{ at: now, actor, action: 'device.approved', subject: mac, detail }],
    },
    [{ mac, at: now, step: 'approved', reason: '', detail: { by: actor, extensions: numbers } }],
  );
  return ok({ device: office.findDevice(device.mac) ?? device, created });
}

/** What an approval would store; used for imports too, which commit many at once. `given`: accounts that are changed with it. */
export function planApproval(
  office: Office,
  request: ApproveRequest,
  now: number,
  given: readonly Extension[] = [],
): Result<Approval, ApproveProblem> {
  const known = office.findDevice(request.mac);
  if (request.vendorId !== undefined && vendorById(request.vendorId) === undefined) {
    return err({ kind: 'no-such-vendor', saw: request.vendorId, known: vendors.map((vendor) => vendor.id) });
  }
  const vendorId =
    request.vendorId ??
    known?.vendorId ??
    recognise(vendors, { mac: request.mac, words: { userAgent: '', vendor: '', model: '', firmware: '' } })?.vendorId;
  // A phone that never showed itself may be approved ahead of its first boot, but not one of a make that nobody knows.
  if (vendorId === undefined) {
    return err(
      known === undefined ? { kind: 'no-such-device', mac: request.mac } : { kind: 'vendor-unknown', mac: request.mac },
    );
  }
  const bad = request.extensions.find((number) => !EXTENSION_NUMBER.test(number));
  if (bad !== undefined || request.extensions.length === 0) return err({ kind: 'bad-extension', saw: bad ?? '' });

  const modelName = request.model ?? known?.model ?? null;
  const vendor = vendorById(vendorId);
  const model = vendor?.models.find(({ name }) => name === modelName);
  if (model !== undefined && request.extensions.length > model.lines) {
    return err({ kind: 'too-many-extensions', model: model.name, lines: model.lines, saw: request.extensions.length });
  }
  if (request.share !== true) {
    for (const extension of request.extensions) {
      const other = office.holdersOf(extension).find(({ mac }) => mac !== request.mac);
      if (other !== undefined) return err({ kind: 'extension-taken', extension, by: other.mac });
    }
  }
  for (const number of request.extensions) {
    const account = given.find((extension) => extension.number === number) ?? office.findExtension(number);
    const notCarried = account && checkCarriers(account, [{ mac: request.mac, vendorId }]);
    if (notCarried !== undefined) return err(notCarried);
  }
  const created = request.extensions
    .filter((number, position, all) => office.findExtension(number) === undefined && all.indexOf(number) === position)
    .map((number) => newExtension(number));
  const before = known ?? newDevice(request.mac, now);
  const device: Device = {
    ...before,
    state: 'approved',
    vendorId,
    model: modelName,
    extensions: [...request.extensions],
    token: drawToken(),
    consolePasswords: null,
    handOver: openHandOver(office.site().trust, now),
    login: logsIn({ vendorId }, office.site()) ? drawLogin(now, before.login) : null,
    revision: before.revision + 1,
  };
  return ok({ device: drawPhoneSecrets(device, office.site(), now), created });
}

function newExtension(number: string): Extension {
  const password = new Secret(drawPassword());
  return { number, displayName: number, authName: number, password, voicemail: '', language: '' };
}

/** For people. */
export function noteApproveProblem(problem: ApproveProblem): Note {
  switch (problem.kind) {
    case 'no-such-device':
      return note(
        'problem.no-such-device',
        'No phone {mac} has asked yet, and its maker is unknown: plug it in first.',
        { mac: formatMacAddress(problem.mac) },
      );
    case 'no-such-vendor':
      return note('problem.no-such-vendor', 'Vendor "{saw}" is not known; known are {known}.', {
        saw: problem.saw,
        known: problem.known.join(', '),
      });
    case 'vendor-unknown':
      return note('problem.vendor-unknown', 'The maker of {mac} is not known: name the vendor with the approval.', {
        mac: formatMacAddress(problem.mac),
      });
    case 'bad-extension':
      return noteBadExtension(problem.saw);
    case 'extension-taken':
      return note(
        'problem.extension-taken',
        'Extension {extension} is on phone {mac} already; ask to share it if two phones shall have it.',
        { extension: problem.extension, mac: formatMacAddress(problem.by) },
      );
    case 'too-many-extensions':
      return note('problem.too-many-extensions', '{saw} extensions were given, and a {model} has {count} line(s).', {
        saw: problem.saw,
        model: problem.model,
        count: problem.lines,
      });
    case 'account-not-writable':
      return noteNotCarried(problem);
    default:
      return problem satisfies never;
  }
}

/** What is no extension's number. */
export function noteBadExtension(saw: string): Note {
  const says = '"{saw}" is not an extension: 1-32 characters of 0-9 A-Z a-z . _ + * # - were wanted.';
  return note(saw === '' ? 'problem.no-extension' : 'problem.bad-extension', says, { saw: saw.slice(0, 40) });
}

/** One sentence for people. */
export function describeApproveProblem(problem: ApproveProblem): string {
  return noteApproveProblem(problem).text;
}
