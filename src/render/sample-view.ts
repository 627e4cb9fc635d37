import { parseMacAddress } from '../core/mac-address.ts';
import { Secret } from '../core/secret.ts';
import { resolveSettings } from '../core/settings.ts';
import { DEFAULT_SITE } from '../core/site.ts';
import { readTimeZone } from '../core/time-zones.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { buildPhoneView } from './build-phone-view.ts';
import type { PhoneView } from './phone-view.ts';

/** For lists that are empty where a vendor has no such thing: a template may loop over them all the same. */
const ANY_SETTING = [{ key: 'key', value: 'value' }];

/** A view with every name that a template of this vendor may use: the model with most lines, one of them in use. Templates are tried with it. */
export function buildSampleView(vendor: Vendor): PhoneView {
  const prefix = vendor.macPrefixes[0] ?? '020000';
  const mac = parseMacAddress(`${prefix.padEnd(11, '0').slice(0, 11)}1`);
  const rule = readTimeZone('Etc/UTC', 0);
  if (mac === undefined || !rule.ok) throw new Error(`${vendor.id}: no sample phone can be made`);
  const model = vendor.models.reduce((most, next) => (next.lines > most.lines ? next : most), vendor.unknownModel);
  const password = new Secret('sample');
  const built = buildPhoneView({
    vendor,
    model,
    device: { mac },
    site: DEFAULT_SITE,
    settings: resolveSettings([]),
    extensions: [{ number: '101', displayName: 'Sample', authName: '101', password, voicemail: '', language: '' }],
    rule: rule.value,
    // RFC 5737: an address for examples.
    server: { host: '192.0.2.1', port: 8060 },
    externalAddress: '198.51.100.1',
    token: 'sample',
    consolePasswords: null,
    login: null,
  });
  if (!built.ok) throw new Error(`${vendor.id}: the sample phone cannot be laid out: ${built.problem.kind}`);
  const { view } = built.value;
  return view.toneSettings?.length ? view : { ...view, toneSettings: ANY_SETTING };
}
