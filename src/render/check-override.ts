import { err, ok, type Result } from '../core/result.ts';
import type { Vendor, VendorFile } from '../vendors/vendor.ts';
import { compileTemplate, type Template } from './compile-template.ts';
import { type Overrides, parseOverrides } from './parse-overrides.ts';
import { readTemplateHead } from './read-template-head.ts';
import { buildSampleView } from './sample-view.ts';
import { OVERRIDES_FILE, type TemplateSet } from './template-set.ts';

/** A file of the site that lays itself over ours, understood but not in force. */
export type DraftOverride =
  | { readonly kind: 'overrides'; readonly overrides: Overrides }
  | { readonly kind: 'template'; readonly file: VendorFile; readonly template: Template };

/** What keeps a file out. Line 0: not of one line. Never holds a value. */
export interface OverrideFault {
  readonly line: number;
  readonly reason: string;
}

/** The names that are looked for in a vendor's folder of the site: `overrides.json` and one template for each of its files. */
export function listOverrideNames(vendor: Vendor): readonly string[] {
  return [OVERRIDES_FILE, ...vendor.files.map(({ name }) => `${name}.hbs`)];
}

/** Reads a file as the template set does. `ours`: the text of our template of that name. */
export function checkOverride(
  vendor: Vendor,
  name: string,
  text: string,
  ours: string | null,
): Result<DraftOverride, OverrideFault> {
  if (name === OVERRIDES_FILE) {
    const overrides = parseOverrides(text);
    if (overrides.ok) return ok({ kind: 'overrides', overrides: overrides.value });
    const line = Number(/\(line (\d+)\)$/.exec(overrides.problem)?.[1] ?? 0);
    return err({ line, reason: overrides.problem });
  }
  const file = vendor.files.find((candidate) => `${candidate.name}.hbs` === name);
  if (file === undefined) throw new Error(`${vendor.id} has no file ${name}`);
  const head = ours === null ? undefined : readTemplateHead(ours);
  if (head !== undefined && text.split('\n', 1)[0] !== head)
    return err({ line: 1, reason: `saw another line, wanted ${head}` });
  const compiled = compileTemplate(text, buildSampleView(vendor));
  return compiled.ok ? ok({ kind: 'template', file, template: compiled.value }) : err(compiled.problem);
}

/** The templates as they would be with the draft in force. */
export function layDraft(templates: TemplateSet, vendor: Vendor, name: string, draft: DraftOverride): TemplateSet {
  if (draft.kind === 'overrides') {
    return {
      ...templates,
      overridesOf: (other) => (other === vendor ? ok(draft.overrides) : templates.overridesOf(other)),
    };
  }
  return {
    ...templates,
    write(other, file, view) {
      if (other !== vendor || file !== draft.file) return templates.write(other, file, view);
      const written = draft.template(view);
      return written.ok ? written : err({ kind: 'template-broken', template: name, ...written.problem });
    },
  };
}
