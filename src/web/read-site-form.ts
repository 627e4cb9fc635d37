import { Compile } from 'typebox/compile';
import { readSetting } from '../core/read-setting.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { SettingsPatch } from '../core/settings.ts';
import type { Site } from '../core/site.ts';
import { formatInputErrors, type InputError } from '../http/format-input-errors.ts';
import { readSiteChange } from '../http/read-site-change.ts';
import { SiteBody } from '../http/schemas/site.ts';
import { describeSettingValue } from './describe-setting-problem.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';
import { SETTING_GROUPS } from './setting-fields.ts';

/** Which layer a form edits: all phones (with all else that a site has), those of a maker, or of a model. */
export type SiteLayer =
  | { readonly kind: 'site' }
  | { readonly kind: 'vendor'; readonly id: string }
  /** `<vendor id>/<model>`. */
  | { readonly kind: 'model'; readonly id: string };

/** By field of the form: what is wrong, in a sentence. */
export type SiteFaults = Readonly<Record<string, string>>;

const BODY = Compile(SiteBody);
/** As many as the API takes. */
export const MOST_RULES = 50;

/** The form of one layer as an edit of the site; judged by what judges the API's PUT /site. */
export function readSiteForm(
  form: Form,
  layer: SiteLayer,
  before: Site,
  vendorIds: readonly string[],
  texts: Texts,
): Result<(site: Site) => Site, SiteFaults> {
  const settings = readSettings(form, texts);
  const { body, rules } = bodyOf(form, layer, before, settings.patch);
  const errors = BODY.Check(body) ? [] : formatInputErrors('body', SiteBody, body, BODY.Errors(body));
  const edit = errors.length > 0 ? err(errors) : readSiteChange(body as SiteBody, before, vendorIds);
  const faults: Record<string, string> = { ...settings.faults };
  if (!edit.ok) for (const error of edit.problem) faults[fieldOf(error, rules)] ??= say(error, texts);
  return Object.keys(faults).length === 0 && edit.ok ? edit : err(faults);
}

/** An empty field leaves the setting to the layer below, unless `own.<name>` is ticked: then empty is the value. */
function readSettings(form: Form, texts: Texts): { readonly patch: SettingsPatch; readonly faults: SiteFaults } {
  let patch: SettingsPatch = {};
  const faults: Record<string, string> = {};
  for (const { name } of SETTING_GROUPS.flatMap(({ fields }) => fields)) {
    const raw = form.get(name);
    if (raw === '' && !form.has(`own.${name}`)) continue;
    const read = readSetting(name, raw);
    if (read.ok) patch = { ...patch, ...read.value.patch };
    else if (read.problem.kind === 'wrong-value') faults[name] = describeSettingValue(texts, read.problem);
  }
  return { patch, faults };
}

function bodyOf(
  form: Form,
  layer: SiteLayer,
  before: Site,
  settings: SettingsPatch,
): { readonly body: unknown; readonly rules: readonly number[] } {
  if (layer.kind !== 'site') {
    const layers = layer.kind === 'vendor' ? before.vendorSettings : before.modelSettings;
    const { [layer.id]: _old, ...others } = layers;
    const all = Object.keys(settings).length === 0 ? others : { ...others, [layer.id]: settings };
    return { body: layer.kind === 'vendor' ? { vendorSettings: all } : { modelSettings: all }, rules: [] };
  }
  const rules = Array.from({ length: MOST_RULES }, (_, index) => index).filter((index) => isRule(form, index));
  const password = form.raw('consolePassword');
  const days = form.get('retentionDays');
  const body = {
    name: form.get('name'),
    settings,
    consolePasswordPolicy: form.get('consolePasswordPolicy'),
    // Empty: it stays as it is. It is never shown, so that nobody could leave it there.
    ...(password !== '' && { consolePassword: password }),
    answerPending: form.has('answerPending'),
    autoApprove: rules.map((index) => readRule(form, index)),
    retentionDays: /^\d{1,6}$/.test(days) ? Number(days) : days,
  };
  return { body, rules };
}

/** A row that says nothing is no rule: there is always an empty one to fill in. */
function isRule(form: Form, index: number): boolean {
  const get = (name: string) => form.get(`rule.${index}.${name}`);
  if (form.has(`rule.${index}.remove`)) return false;
  return get('firstExtension') !== '' || get('lastExtension') !== '' || get('macPrefix') !== '';
}

function readRule(form: Form, index: number) {
  const get = (name: string) => form.get(`rule.${index}.${name}`);
  return {
    vendorId: get('vendorId') || null,
    macPrefix: get('macPrefix') || null,
    firstExtension: get('firstExtension'),
    lastExtension: get('lastExtension'),
    createExtensions: form.has(`rule.${index}.createExtensions`),
  };
}

/** `body.autoApprove.0.macPrefix` → the field of that rule's row, wherever empty rows stand between. */
function fieldOf({ where }: InputError, rules: readonly number[]): string {
  const [, name = '', index, field] = where.split('.');
  return name === 'autoApprove' ? `rule.${rules[Number(index)] ?? 0}.${field ?? 'firstExtension'}` : name;
}

const WANTS: Readonly<Record<string, string>> = {
  name: 'want.name',
  retentionDays: 'want.days',
  consolePassword: 'want.console-password',
  macPrefix: 'want.mac-prefix',
  firstExtension: 'want.digits',
  lastExtension: 'want.range',
};

function say({ where, saw, wanted }: InputError, { t }: Texts): string {
  const key = WANTS[where.split('.').at(-1) ?? ''];
  return t('settings.wrong', { saw, want: key === undefined ? wanted : t(key) });
}

export function parseSiteLayer(text: string, vendorIds: readonly string[]): Result<SiteLayer, undefined> {
  if (text === '') return ok({ kind: 'site' });
  const [vendorId = '', ...model] = text.split('/');
  if (!vendorIds.includes(vendorId)) return err(undefined);
  if (model.length === 0) return ok({ kind: 'vendor', id: vendorId });
  const name = model.join('/').trim();
  return name === '' || name.length > 64 ? err(undefined) : ok({ kind: 'model', id: `${vendorId}/${name}` });
}
