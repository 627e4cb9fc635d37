import { createHash } from 'node:crypto';
import type { Extension } from '../core/extension.ts';
import type { Note } from '../core/note.ts';
import { resolvePhoneSettings } from '../core/resolve-phone-settings.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Model, Vendor, VendorFile } from '../vendors/vendor.ts';
import { type BuiltView, buildPhoneView } from './build-phone-view.ts';
import { escapeView } from './escape.ts';
import { fillPatch } from './fill-patch.ts';
import { coverSecrets, maskSecrets } from './mask.ts';
import { type IdleKey, noteOverride } from './note-override.ts';
import { choosePatch } from './parse-overrides.ts';
import { listKeys, patchFile } from './patch-file.ts';
import type { PhoneView } from './phone-view.ts';
import type { RenderInput } from './render-input.ts';
import type { RenderProblem } from './render-problem.ts';

export type { RenderInput } from './render-input.ts';
export { describeRenderProblem, noteRenderProblem, type RenderProblem } from './render-problem.ts';

export interface RenderedFile {
  /** UTF-8 without byte order mark; ends with a newline. */
  readonly bytes: Buffer;
  readonly contentType: string;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  /** What the phone will not do as asked, and overrides that found nothing; for people. */
  readonly notes: readonly Note[];
}

/** Makes one file of one phone. The same input gives the same bytes, always: phones compare digests, and reboot. */
export function renderFile(input: RenderInput): Result<RenderedFile, RenderProblem> {
  const { vendor, device, templates } = input;
  const file = vendor.files.find((candidate) => candidate.name === input.file);
  if (file === undefined) {
    const known = vendor.files.map(({ name }) => name);
    return err({ kind: 'no-such-file', vendor: vendor.name, file: input.file, known });
  }
  const model = findModel(vendor, device.model);
  const built = buildView(input, model);
  if (!built.ok) return built;
  const written = writeFile(input, file, built.value.view);
  if (!written.ok) return written;
  const overrides = templates.overridesOf(vendor);
  if (!overrides.ok) return overrides;

  const notes = [...built.value.notes, ...templates.notesOf(vendor)];
  let text = written.value;
  const chosen = choosePatch(overrides.value, model.name, device.mac);
  if (chosen !== undefined) {
    const { patch, leftOut } = fillPatch(chosen, input.externalAddress);
    const isOwnFile = file === vendor.files[0];
    // What a site adds goes to the phone's own file alone: it is read last and wins.
    const patched = patchFile(
      text,
      file.format,
      isOwnFile ? patch : { ...patch, add: {} },
      input.masked ? coverSecrets : undefined,
    );
    if (!patched.ok) {
      const { key, reason } = patched.problem;
      return err({ kind: 'override-broken', file: templates.overridesFileOf(vendor), reason: `"${key}": ${reason}` });
    }
    const { missing, ambiguous, present } = patched.value;
    const say = (why: IdleKey, key: string) => notes.push(noteOverride(why, key, vendor.name, file.name));
    // A key may live in another of the vendor's files.
    const elsewhere = isOwnFile && missing.length > 0 ? keysOfOtherFiles(input, file, built.value.view) : undefined;
    for (const key of isOwnFile ? leftOut : []) say('no-external-address', key);
    for (const key of missing) if (elsewhere?.has(key) === false) say('missing', key);
    for (const key of ambiguous) say('ambiguous', key);
    for (const key of present) say('present', key);
    text = patched.value.text;
  }
  const bytes = Buffer.from(text, 'utf8');
  const digest = createHash('sha256').update(bytes).digest('hex');
  return ok({ bytes, contentType: file.contentType, digest, notes });
}

/** The file as people may see it, secrets covered; the problem, where the phone would not get it either. */
export function renderPreview(input: RenderInput): Result<RenderedFile, RenderProblem> {
  const real = renderFile(input);
  return real.ok ? renderFile(maskSecrets(input)) : real;
}

/** The model as the vendor lists it; one that is not listed keeps its name, with as many lines as are sure. */
export function findModel(vendor: Vendor, name: string | null): Model {
  if (name === null) return vendor.unknownModel;
  const wanted = name.toLowerCase();
  return vendor.models.find((model) => model.name.toLowerCase() === wanted) ?? { ...vendor.unknownModel, name };
}

function buildView(input: RenderInput, model: Model): Result<BuiltView, RenderProblem> {
  const { vendor, device, site, server, externalAddress } = input;
  const { token, consolePasswords, login } = device;
  if (device.state !== 'approved' || token === null || device.extensions.length === 0) {
    return err({ kind: 'device-not-approved', device: device.mac });
  }
  const extensions: Extension[] = [];
  for (const number of device.extensions) {
    const extension = input.findExtension(number);
    if (extension === undefined) return err({ kind: 'no-such-extension', device: device.mac, extension: number });
    extensions.push(extension);
  }
  const settings = resolvePhoneSettings({
    site,
    vendorId: vendor.id,
    model: model.name,
    lineOne: extensions[0],
    device: device.settings,
  });
  const rule = input.zoneRules(settings.values.timeZone);
  if (!rule.ok) return err({ ...rule.problem, device: device.mac });
  const about = {
    vendor,
    model,
    device,
    site,
    settings,
    extensions,
    rule: rule.value,
    server,
    externalAddress,
    token,
    consolePasswords,
    login,
  };
  const built = buildPhoneView(about);
  return built.ok ? built : err({ ...built.problem, device: device.mac });
}

function writeFile(input: RenderInput, file: VendorFile, view: PhoneView): Result<string, RenderProblem> {
  const escaped = escapeView(view, file.format);
  if (!escaped.ok) return err({ ...escaped.problem, device: input.device.mac, file: file.name });
  const written = input.templates.write(input.vendor, file, escaped.value);
  if (!written.ok) return written;
  return ok(written.value.endsWith('\n') ? written.value : `${written.value}\n`);
}

function keysOfOtherFiles(input: RenderInput, own: VendorFile, view: PhoneView): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const file of input.vendor.files) {
    const written = file === own ? undefined : writeFile(input, file, view);
    if (written?.ok) for (const key of listKeys(written.value, file.format)) keys.add(key);
  }
  return keys;
}
