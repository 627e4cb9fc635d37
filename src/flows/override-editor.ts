import { createHash } from 'node:crypto';
import type { AuditEntry } from '../core/audit.ts';
import type { Device } from '../core/device.ts';
import { type DiffLine, diffLines, shortenDiff } from '../core/diff-lines.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import { checkOverride, layDraft, listOverrideNames } from '../render/check-override.ts';
import { isAboutOverrides } from '../render/note-override.ts';
import type { OverrideFile, OverrideFiles } from '../render/override-files.ts';
import {
  describeRenderProblem,
  noteRenderProblem,
  type RenderInput,
  renderFile,
  renderPreview,
} from '../render/render-file.ts';
import type { TemplateSet } from '../render/template-set.ts';
import { vendorById, vendors } from '../vendors/all.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { buildSamplePhone } from './build-sample-phone.ts';
import type { ConfigCache } from './config-cache.ts';
import type { Doors } from './doors.ts';
import { findOurHost } from './find-our-host.ts';

export type OverrideProblem =
  | { readonly kind: 'no-such-override'; readonly saw: string; readonly known: readonly string[] }
  /** Line 0: not of one line. */
  | { readonly kind: 'override-not-sound'; readonly line: number; readonly reason: string }
  | { readonly kind: 'changed-meanwhile' }
  | { readonly kind: 'file-trouble'; readonly reason: string };

export interface OverrideSummary {
  readonly vendorId: string;
  readonly files: readonly { readonly name: string; readonly changedAt: number | null }[];
  /** What phones of this make would be told of overrides that find nothing, and files that nobody looks for. */
  readonly notes: readonly Note[];
}

/** A file with a digest of the site's text; the digest of none is `none`. */
export type OverrideText = OverrideFile & { readonly version: string };

export interface OverridePreview {
  /** Null: a sample phone, because none was named. */
  readonly mac: MacAddress | null;
  /** The files that phones fetch: as they would be, and what differs from now. Secrets covered. */
  readonly files: readonly {
    readonly file: string;
    readonly text: string;
    readonly lines: readonly (DiffLine | null)[];
  }[];
  readonly notes: readonly Note[];
}

export interface OverrideRequest {
  readonly vendorId: string;
  readonly name: string;
  readonly text: string;
}

/** The site's own native keys and templates: seen, tried with a phone, and put in force. */
export interface OverrideEditor {
  list(): Promise<readonly OverrideSummary[]>;
  read(vendorId: string, name: string): Promise<Result<OverrideText, OverrideProblem>>;
  /** With the phone, else with a sample of the make. Nothing is written. */
  preview(request: OverrideRequest, mac?: MacAddress): Promise<Result<OverridePreview, OverrideProblem>>;
  /** Only what is sound is written. `version`: of the text that was edited; left out: whatever is there. */
  write(
    request: OverrideRequest,
    options: { readonly actor: string; readonly version?: string | undefined },
  ): Promise<Result<OverrideText, OverrideProblem>>;
  remove(vendorId: string, name: string, actor: string): Promise<Result<OverrideText, OverrideProblem>>;
}

const CONTEXT_LINES = 2;

export function createOverrideEditor(
  doors: Pick<Doors, 'office' | 'lan' | 'clock'>,
  cache: ConfigCache,
  files: OverrideFiles,
): OverrideEditor {
  const { office, lan, clock } = doors;

  async function find(
    vendorId: string,
    name: string,
  ): Promise<Result<OverrideText & { vendor: Vendor }, OverrideProblem>> {
    const vendor = vendorById(vendorId);
    if (vendor === undefined) {
      return err({ kind: 'no-such-override', saw: `${vendorId}/${name}`, known: vendors.map(({ id }) => id) });
    }
    const read = await files.read(vendor, name);
    if (read === undefined) {
      return err({ kind: 'no-such-override', saw: `${vendorId}/${name}`, known: listOverrideNames(vendor) });
    }
    if (!read.ok) return err({ kind: 'file-trouble', ...read.problem });
    return ok({ ...read.value, vendor, version: versionOf(read.value.site) });
  }

  function inputOf(vendor: Vendor, file: string, device: Device | undefined, templates?: TemplateSet): RenderInput {
    const own = vendor.files.find(({ name }) => name === file) ?? vendor.files[0];
    const sample = device === undefined ? buildSamplePhone(vendor) : undefined;
    const phone = device ?? sample?.device;
    if (phone === undefined) throw new Error('there is neither a phone nor a sample');
    const input = cache.input(phone, vendor, own, findOurHost({ lan }, phone));
    return {
      ...input,
      ...(sample !== undefined && { findExtension: sample.findExtension }),
      ...(templates !== undefined && { templates }),
    };
  }

  /** An approved phone of each model, or a sample where there is none. */
  function onePerModel(vendor: Vendor): readonly (Device | undefined)[] {
    const models = new Map<string | null, Device>();
    for (const device of office.devices()) {
      if (device.state === 'approved' && device.vendorId === vendor.id) models.set(device.model, device);
    }
    return models.size === 0 ? [undefined] : [...models.values()];
  }

  function notesOf(vendor: Vendor): readonly Note[] {
    const notes = new Map<string, Note>();
    const add = (note: Note) => notes.set(note.text, note);
    for (const device of onePerModel(vendor)) {
      for (const { name } of vendor.files) {
        const rendered = renderFile(inputOf(vendor, name, device));
        if (!rendered.ok) {
          // Of one phone only: told with that phone.
          if (rendered.problem.kind === 'override-broken' || rendered.problem.kind === 'template-broken')
            add(noteRenderProblem(rendered.problem));
          continue;
        }
        for (const note of rendered.value.notes) if (isAboutOverrides(note)) add(note);
      }
    }
    return [...notes.values()];
  }

  return {
    list: () =>
      Promise.all(
        vendors.map(async (vendor) => ({
          vendorId: vendor.id,
          files: await files.list(vendor),
          notes: notesOf(vendor),
        })),
      ),
    async read(vendorId, name) {
      const found = await find(vendorId, name);
      return found.ok ? ok(plain(found.value)) : found;
    },
    async preview({ vendorId, name, text }, mac) {
      const found = await find(vendorId, name);
      if (!found.ok) return found;
      const { vendor, ours } = found.value;
      const checked = checkOverride(vendor, name, tidy(text), ours);
      if (!checked.ok) return err({ kind: 'override-not-sound', ...checked.problem });
      const known = mac === undefined ? undefined : office.findDevice(mac);
      const device = known?.state === 'approved' && known.vendorId === vendor.id ? known : undefined;
      const shown: OverridePreview['files'][number][] = [];
      const notes = new Map<string, Note>();
      for (const file of vendor.files) {
        const input = inputOf(vendor, file.name, device);
        const then = renderPreview({ ...input, templates: layDraft(input.templates, vendor, name, checked.value) });
        if (!then.ok) return err({ kind: 'override-not-sound', line: 0, reason: describeRenderProblem(then.problem) });
        const now = renderPreview(input);
        const after = then.value.bytes.toString();
        const lines = shortenDiff(diffLines(now.ok ? now.value.bytes.toString() : '', after), CONTEXT_LINES);
        const phone = input.device;
        shown.push({ file: file.pathFor(phone.mac, phone.model ?? vendor.unknownModel.name), text: after, lines });
        for (const note of then.value.notes) notes.set(note.text, note);
      }
      return ok({ mac: device?.mac ?? null, files: shown, notes: [...notes.values()] });
    },
    async write({ vendorId, name, text }, { actor, version }) {
      const found = await find(vendorId, name);
      if (!found.ok) return found;
      const { vendor, ours } = found.value;
      const wanted = tidy(text);
      if (version !== undefined && version !== found.value.version) return err({ kind: 'changed-meanwhile' });
      if (wanted === found.value.site) return ok(plain(found.value));
      const checked = checkOverride(vendor, name, wanted, ours);
      if (!checked.ok) return err({ kind: 'override-not-sound', ...checked.problem });
      const written = await files.write(vendor, name, wanted);
      if (!written.ok) return err({ kind: 'file-trouble', ...written.problem });
      await audit('override.changed', `${vendorId}/${name}`, actor, { digest: versionOf(wanted) });
      return ok({ name, ours, site: wanted, version: versionOf(wanted) });
    },
    async remove(vendorId, name, actor) {
      const found = await find(vendorId, name);
      if (!found.ok) return found;
      const { vendor, ours, site } = found.value;
      if (site === null) return ok(plain(found.value));
      const removed = await files.remove(vendor, name);
      if (!removed.ok) return err({ kind: 'file-trouble', ...removed.problem });
      await audit('override.removed', `${vendorId}/${name}`, actor, {});
      return ok({ name, ours, site: null, version: versionOf(null) });
    },
  };

  function audit(action: string, subject: string, actor: string, detail: AuditEntry['detail']): Promise<void> {
    return office.commit({ audit: [{ at: clock(), actor, action, subject, detail }] });
  }
}

function plain({ name, ours, site, version }: OverrideText): OverrideText {
  return { name, ours, site, version };
}

/** What browsers make of line ends, and editors of a file's ends. */
function tidy(text: string): string {
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  return lines.endsWith('\n') ? lines : `${lines}\n`;
}

function versionOf(text: string | null): string {
  return text === null ? 'none' : createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** One sentence for people. */
export function describeOverrideProblem(problem: OverrideProblem): string {
  switch (problem.kind) {
    case 'no-such-override':
      return `There is no file ${problem.saw}; known are ${problem.known.join(', ')}.`;
    case 'override-not-sound':
      return `${problem.line > 0 ? `Line ${problem.line}: ` : ''}${problem.reason}.`;
    case 'changed-meanwhile':
      return 'The file was changed meanwhile: look at it again and repeat.';
    case 'file-trouble':
      return `${problem.reason}.`;
    default:
      return problem satisfies never;
  }
}
