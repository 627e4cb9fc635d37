import { findListed, nameModels } from '../core/check-phone-kind.ts';
import type { Device } from '../core/device.ts';
import { err, ok, type Result } from '../core/result.ts';
import { Secret } from '../core/secret.ts';
import type { SettingsPatch } from '../core/settings.ts';
import type { AutoApproveRule, Site } from '../core/site.ts';
import { vendorById } from '../vendors/all.ts';
import type { InputError } from './format-input-errors.ts';
import { checkInternetChange, mergeInternet } from './read-internet-change.ts';
import { readSettingsLayer, readSettingsLayers } from './read-settings-layer.ts';
import { checkTrustChange, mergeTrust } from './read-trust-change.ts';
import type { SiteBody } from './schemas/site.ts';

/** Numbers: a range is walked one by one, and a typing error must not walk for ever. */
const LONGEST_RANGE = 10_000;

/**
 * Turns a body of PUT /site into an edit. What the body names is replaced as a whole (`internet` and `trust`: field by field), what it leaves out stays. `before` is
 * the site as it is, `vendorIds` the vendors that exist, `phones` those of the office: a model that one of them has may be named
 * although no list has it.
 */
export function readSiteChange(
  body: SiteBody,
  before: Site,
  vendorIds: readonly string[],
  phones: Iterable<Pick<Device, 'vendorId' | 'model'>> = [],
): Result<(site: Site) => Site, readonly InputError[]> {
  const errors: InputError[] = [];
  const known = `the id of a vendor: ${vendorIds.join(', ')}`;

  function take<T>(result: Result<T, readonly InputError[]> | undefined): T | undefined {
    if (result === undefined) return undefined;
    if (result.ok) return result.value;
    errors.push(...result.problem);
    return undefined;
  }

  const settings = take(body.settings && readSettingsLayer('body.settings', body.settings));
  const vendorSettings = take(
    body.vendorSettings &&
      readSettingsLayers('body.vendorSettings', body.vendorSettings, (name) =>
        vendorIds.includes(name) ? undefined : known,
      ),
  );
  const modelSettings = take(
    body.modelSettings &&
      readSettingsLayers('body.modelSettings', body.modelSettings, (name) =>
        Object.hasOwn(before.modelSettings, name) ? undefined : checkModelName(name, vendorIds, phones),
      ),
  );
  const autoApprove = take(body.autoApprove && readRules(body.autoApprove, vendorIds));
  errors.push(...checkInternetChange(body, before), ...checkTrustChange(body, before));

  const password = body.consolePassword === undefined ? before.consolePassword : body.consolePassword;
  if ((body.consolePasswordPolicy ?? before.consolePasswordPolicy) === 'one' && password === null) {
    const wanted = 'a password: the policy "one" has nothing to use';
    errors.push({ where: 'body.consolePassword', saw: body.consolePassword === null ? 'null' : 'nothing', wanted });
  }
  if (errors.length > 0) return err(errors);

  const { name, consolePasswordPolicy, answerPending, retentionDays, consolePassword } = body;
  return ok((site) => ({
    ...site,
    name: name ?? site.name,
    settings: settings ?? site.settings,
    vendorSettings: vendorSettings ?? site.vendorSettings,
    modelSettings: modelSettings ?? site.modelSettings,
    consolePasswordPolicy: consolePasswordPolicy ?? site.consolePasswordPolicy,
    consolePassword: replaceSecret(site.consolePassword, consolePassword),
    answerPending: answerPending ?? site.answerPending,
    autoApprove: autoApprove ?? site.autoApprove,
    internet: mergeInternet(site.internet, body.internet),
    webhookSecret: replaceSecret(site.webhookSecret, body.webhookSecret),
    trust: mergeTrust(site.trust, body.trust),
    backupPassphrase: replaceSecret(site.backupPassphrase, body.backupPassphrase),
    retentionDays: retentionDays ?? site.retentionDays,
  }));
}

/** What was wanted of `<vendor id>/<model>`; undefined: it is right. */
function checkModelName(
  name: string,
  vendorIds: readonly string[],
  phones: Iterable<Pick<Device, 'vendorId' | 'model'>>,
): string | undefined {
  const slash = name.indexOf('/');
  const vendorId = name.slice(0, Math.max(slash, 0));
  const vendor = vendorIds.includes(vendorId) ? vendorById(vendorId) : undefined;
  const model = name.slice(slash + 1);
  if (vendor === undefined || model === '') return `<vendor id>/<model>; vendors are ${vendorIds.join(', ')}`;
  // To the letter: that is how the layer of a phone is found.
  if (vendor.models.some((listed) => listed.name === model)) return undefined;
  for (const phone of phones) if (phone.vendorId === vendorId && phone.model === model) return undefined;
  return `${vendorId}/ and a model of ${vendor.name}: ${findListed(vendor, model) ?? nameModels(vendor, model)}`;
}

/** The same secret again is no change: the old object stays. */
function replaceSecret(before: Secret | null, wanted: string | null | undefined): Secret | null {
  if (wanted === undefined) return before;
  if (wanted === null) return null;
  return before?.reveal() === wanted ? before : new Secret(wanted);
}

function readRules(
  rules: NonNullable<SiteBody['autoApprove']>,
  vendorIds: readonly string[],
): Result<readonly AutoApproveRule[], readonly InputError[]> {
  const errors: InputError[] = [];
  const read = rules.map((rule, index): AutoApproveRule => {
    const where = `body.autoApprove.${index}`;
    if (rule.vendorId !== null && !vendorIds.includes(rule.vendorId)) {
      const wanted = `null, or the id of a vendor: ${vendorIds.join(', ')}`;
      errors.push({ where: `${where}.vendorId`, saw: JSON.stringify(rule.vendorId.slice(0, 40)), wanted });
    }
    const macPrefix = rule.macPrefix?.toLowerCase().replace(/[:.-]/g, '') ?? null;
    if (macPrefix !== null && !/^[0-9a-f]{6,12}$/.test(macPrefix)) {
      const wanted = 'null, or the first 6-12 hex digits of a MAC address';
      errors.push({ where: `${where}.macPrefix`, saw: JSON.stringify(rule.macPrefix?.slice(0, 40)), wanted });
    }
    const length = Number(rule.lastExtension) - Number(rule.firstExtension) + 1;
    if (length < 1 || length > LONGEST_RANGE) {
      const saw = `${rule.firstExtension} to ${rule.lastExtension}`;
      errors.push({ where: `${where}.lastExtension`, saw, wanted: `a range of 1 to ${LONGEST_RANGE} numbers` });
    }
    return { ...rule, macPrefix };
  });
  return errors.length === 0 ? ok(read) : err(errors);
}

/** Do two layers say the same? */
export function sameSettings(a: SettingsPatch, b: SettingsPatch): boolean {
  const sorted = (patch: SettingsPatch) => JSON.stringify(Object.entries(patch).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}
