import { setImmediate as giveWay } from 'node:timers/promises';
import type { Device } from '../core/device.ts';
import { type DiffLine, diffLines, shortenDiff } from '../core/diff-lines.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import type { Site } from '../core/site.ts';
import { chooseConsolePasswords } from '../render/build-view-parts.ts';
import { noteRenderProblem, renderFile, renderPreview } from '../render/render-file.ts';
import { vendorById } from '../vendors/all.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Doors } from './doors.ts';
import { drawPhoneSecrets } from './draw-phone-secrets.ts';
import { findOurHost } from './find-our-host.ts';

/** What another site would mean for the phones. */
export interface SiteComparison {
  /** Approved phones: those that get files. */
  readonly phones: number;
  /** Of these, the ones that get another file than now. */
  readonly changed: readonly MacAddress[];
  /** Of these, the ones whose file can be made now and could not be made then: they keep what they have. */
  readonly broken: readonly { readonly mac: MacAddress; readonly reason: Note }[];
  /** False: there are many phones, and of those that differ in nothing that matters one was rendered for all. */
  readonly isExact: boolean;
  /** What would newly not be as asked. */
  readonly notes: readonly Note[];
  /** One of the changed phones; null: there is none. */
  readonly example: SiteExample | null;
}

export interface SiteExample {
  readonly mac: MacAddress;
  /** As the phone asks for it. */
  readonly file: string;
  /** Secrets covered; null stands for lines left out. Empty: only covered secrets differ. */
  readonly lines: readonly (DiffLine | null)[];
}

/** Phones that are rendered one by one: their four files take some milliseconds. More are judged by kind. */
const EACH_UP_TO = 200;

/** Phones between which others may have their turn. */
const PHONES_AT_ONCE = 10;

/** Unchanged lines around a change. */
const CONTEXT_LINES = 2;
const MOST_NOTES = 20;

type CompareDoors = Pick<Doors, 'office' | 'lan'>;

interface Verdict {
  readonly isChanged: boolean;
  /** Null: the file can be made, or could not be made before either. */
  readonly broken: Note | null;
  readonly notes: readonly Note[];
}

/** Renders what phones have now and what they would get, and compares the digests. Changes nothing. */
export async function compareSite(
  doors: CompareDoors,
  cache: ConfigCache,
  draft: Site,
  { example: wanted }: { readonly example?: MacAddress | undefined } = {},
): Promise<SiteComparison> {
  const phones = [...doors.office.devices()].flatMap((device) => {
    const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
    return device.state === 'approved' && vendor !== undefined ? [{ device, vendor }] : [];
  });
  const isExact = phones.length <= EACH_UP_TO;
  const verdicts = new Map<string, Verdict>();
  const changed: MacAddress[] = [];
  const broken: { mac: MacAddress; reason: Note }[] = [];
  const notes = new Map<string, Note>();
  let rendered = 0;
  for (const { device, vendor } of phones) {
    const kind = isExact ? device.mac : kindOf(doors, cache, device, vendor, draft);
    let verdict = verdicts.get(kind);
    if (verdict === undefined) {
      verdict = judge(doors, cache, device, vendor, draft);
      verdicts.set(kind, verdict);
      if (++rendered % PHONES_AT_ONCE === 0) await giveWay();
    }
    if (verdict.isChanged) changed.push(device.mac);
    if (verdict.broken !== null) broken.push({ mac: device.mac, reason: verdict.broken });
    for (const note of verdict.notes) if (notes.size < MOST_NOTES) notes.set(note.text, note);
  }
  const chosen = wanted !== undefined && changed.includes(wanted) ? wanted : changed[0];
  const example = chosen === undefined ? null : showExample(doors, cache, chosen, draft);
  return { phones: phones.length, changed, broken, isExact, notes: [...notes.values()], example };
}

/**
 * All that decides whether a change of the site changes a phone's files, so that phones of one kind share a verdict. What a
 * phone alone has (its name, number, token) stands in both files alike, unless a template of the site makes a condition of it.
 */
function kindOf(doors: CompareDoors, cache: ConfigCache, device: Device, vendor: Vendor, draft: Site): string {
  const { mac, model, settings, extensions } = device;
  const { templates, site } = cache.input(device, vendor, vendor.files[0], '');
  const overrides = templates.overridesOf(vendor);
  const own = overrides.ok && overrides.value.devices.has(mac) ? mac : '';
  const accounts = extensions.map((number) => {
    const extension = doors.office.findExtension(number);
    return extension === undefined ? null : extension.voicemail === '';
  });
  const lineOne = doors.office.findExtension(extensions[0] ?? '');
  const language = lineOne?.language ?? '';
  const now = chooseConsolePasswords(site, lineOne, device.consolePasswords);
  const then = chooseConsolePasswords(draft, lineOne, drawPhoneSecrets(device, draft, 0).consolePasswords);
  const console = [now === undefined, then === undefined, now?.admin === then?.admin, now?.user === then?.user];
  const hasLogin = device.login !== null;
  return JSON.stringify([
    vendor.id,
    model,
    findOurHost(doors, device),
    settings,
    own,
    accounts,
    language,
    console,
    hasLogin,
  ]);
}

function judge(doors: CompareDoors, cache: ConfigCache, device: Device, vendor: Vendor, draft: Site): Verdict {
  let isChanged = false;
  const notes = new Map<string, Note>();
  for (const file of vendor.files) {
    const [now, then] = inputs(doors, cache, device, vendor, file, draft);
    const before = renderFile(now);
    const after = renderFile(then);
    if (!after.ok) {
      const reason = before.ok ? noteRenderProblem(after.problem) : null;
      return { isChanged: false, broken: reason, notes: [] };
    }
    if (!before.ok || before.value.digest !== after.value.digest) isChanged = true;
    const known = new Set(before.ok ? before.value.notes.map(({ text }) => text) : []);
    for (const note of after.value.notes) if (!known.has(note.text)) notes.set(note.text, note);
  }
  return { isChanged, broken: null, notes: [...notes.values()] };
}

function showExample(doors: CompareDoors, cache: ConfigCache, mac: MacAddress, draft: Site): SiteExample | null {
  const device = doors.office.findDevice(mac);
  const vendor = device?.vendorId == null ? undefined : vendorById(device.vendorId);
  if (device === undefined || vendor === undefined) return null;
  const model = device.model ?? vendor.unknownModel.name;
  for (const file of vendor.files) {
    const [now, then] = inputs(doors, cache, device, vendor, file, draft);
    const before = renderPreview(now);
    const after = renderPreview(then);
    const text = before.ok ? before.value.bytes.toString() : '';
    if (!after.ok || text === after.value.bytes.toString()) continue;
    const lines = shortenDiff(diffLines(text, after.value.bytes.toString()), CONTEXT_LINES);
    return { mac, file: file.pathFor(mac, model), lines };
  }
  return { mac, file: vendor.files[0].pathFor(mac, model), lines: [] };
}

function inputs(
  doors: CompareDoors,
  cache: ConfigCache,
  device: Device,
  vendor: Vendor,
  file: VendorFile,
  draft: Site,
) {
  const now = cache.input(device, vendor, file, findOurHost(doors, device));
  return [now, { ...now, site: draft, device: drawPhoneSecrets(device, draft, 0) }] as const;
}
