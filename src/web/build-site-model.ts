import { type ResolvedSettings, resolveSettings, type SettingsPatch } from '../core/settings.ts';
import type { Site } from '../core/site.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { buildSettingGroups } from './build-setting-groups.ts';
import { listLanguages } from './list-languages.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';
import { MOST_RULES, type SiteFaults, type SiteLayer } from './read-site-form.ts';

const POLICIES = ['same', 'one', 'random'] as const;

/** Own settings of a layer, and what phones have below it. */
function layerOf(site: Site, layer: SiteLayer): { readonly own: SettingsPatch; readonly below: ResolvedSettings } {
  if (layer.kind === 'site') return { own: site.settings, below: resolveSettings([]) };
  const ofSite = { layer: 'site', patch: site.settings } as const;
  if (layer.kind === 'vendor') return { own: site.vendorSettings[layer.id] ?? {}, below: resolveSettings([ofSite]) };
  const vendorId = layer.id.slice(0, layer.id.indexOf('/'));
  const ofVendor = { layer: 'vendor', patch: site.vendorSettings[vendorId] } as const;
  return { own: site.modelSettings[layer.id] ?? {}, below: resolveSettings([ofSite, ofVendor]) };
}

/** A layer's form: as it is kept, or as it was typed. */
export function buildSiteModel(
  site: Site,
  layer: SiteLayer,
  vendors: readonly Vendor[],
  texts: Texts,
  { form, faults = {} }: { readonly form?: Form | undefined; readonly faults?: SiteFaults },
) {
  const { own, below } = layerOf(site, layer);
  const { t } = texts;
  const field = (name: string, value: string) => ({ name, value: form?.get(name) ?? value, error: faults[name] ?? '' });
  const policy = form?.get('consolePasswordPolicy') ?? site.consolePasswordPolicy;
  return {
    layer: layer.kind === 'site' ? '' : layer.id,
    isSite: layer.kind === 'site',
    title: layer.kind === 'site' ? t('site.everything') : nameLayer(layer, vendors),
    revision: form?.get('revision') || String(site.revision),
    groups: buildSettingGroups(own, below, texts, { form, faults }),
    hasOwn: Object.keys(own).length > 0,
    name: field('name', site.name),
    retentionDays: field('retentionDays', String(site.retentionDays)),
    answerPending: form === undefined ? site.answerPending : form.has('answerPending'),
    consolePassword: { ...field('consolePassword', ''), isSet: site.consolePassword !== null },
    policies: POLICIES.map((value) => ({ value, text: t(`policy.choice-${value}`), isChosen: value === policy })),
    rules: buildRules(site, vendors, form, faults),
    faultCount: Object.keys(faults).length,
    ...buildSuggestions(vendors, texts.language),
  };
}

function buildRules(site: Site, vendors: readonly Vendor[], form: Form | undefined, faults: SiteFaults) {
  const typed = (form?.names() ?? []).flatMap((name) => /^rule\.(\d{1,2})\./.exec(name)?.[1] ?? []).map(Number);
  const count = form === undefined ? site.autoApprove.length + 1 : Math.max(0, ...typed) + 1;
  return Array.from({ length: Math.min(count, MOST_RULES) }, (_, index) => {
    const rule = site.autoApprove[index];
    const get = (name: string, value: string) => ({
      name: `rule.${index}.${name}`,
      id: `rule-${index}-${name}`,
      value: form?.get(`rule.${index}.${name}`) ?? value,
      error: faults[`rule.${index}.${name}`] ?? '',
    });
    const vendorId = get('vendorId', rule?.vendorId ?? '');
    return {
      index,
      number: index + 1,
      isNew: rule === undefined,
      vendorId,
      vendors: vendors.map(({ id, name }) => ({ id, name, isChosen: id === vendorId.value })),
      macPrefix: get('macPrefix', rule?.macPrefix ?? ''),
      firstExtension: get('firstExtension', rule?.firstExtension ?? ''),
      lastExtension: get('lastExtension', rule?.lastExtension ?? ''),
      createExtensions:
        form === undefined ? (rule?.createExtensions ?? true) : form.has(`rule.${index}.createExtensions`),
      isRemoved: form?.has(`rule.${index}.remove`) ?? false,
    };
  });
}

/** Languages and countries that some maker knows, by their names. */
function buildSuggestions(vendors: readonly Vendor[], language: string) {
  const list = (codes: readonly string[]) => {
    const names = new Intl.DisplayNames([language], { type: 'region' });
    return [...new Set(codes)]
      .map((code) => ({ code, name: names.of(code) ?? code }))
      .sort((a, b) => a.name.localeCompare(b.name));
  };
  return {
    languages: listLanguages(vendors, language),
    countries: list(
      vendors.flatMap(({ spellings }) => [
        ...Object.keys(spellings.tone),
        ...Object.keys(spellings.toneSettings ?? {}),
      ]),
    ),
  };
}

export function nameLayer(layer: Exclude<SiteLayer, { kind: 'site' }>, vendors: readonly Vendor[]): string {
  const [vendorId = '', ...model] = layer.id.split('/');
  const vendor = vendors.find(({ id }) => id === vendorId)?.name ?? vendorId;
  return `${vendor} ${model.join('/')}`.trim();
}
