import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { formatMacAddress } from '../core/mac-address.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { ResolvedSettings } from '../core/settings.ts';
import type { ConsolePasswordPolicy, Site } from '../core/site.ts';
import type { TimeZoneRule, TimeZoneSpelling } from '../core/time-zone-rule.ts';
import type { Model, Vendor } from '../vendors/vendor.ts';
import {
  buildAccounts,
  buildSip,
  chooseConsolePasswords,
  digit,
  flag,
  listSettings,
  spellCodecs,
  wordFor,
} from './build-view-parts.ts';
import type { PhoneView } from './phone-view.ts';

export interface PhoneViewInput {
  readonly vendor: Vendor;
  readonly model: Model;
  readonly device: Pick<Device, 'mac'>;
  readonly site: Pick<Site, 'name' | 'consolePasswordPolicy' | 'consolePassword'>;
  readonly settings: ResolvedSettings;
  /** Line 1 first. */
  readonly extensions: readonly Extension[];
  readonly rule: TimeZoneRule;
  /** This appliance as the phone reaches it. */
  readonly server: { readonly host: string; readonly port: number };
  readonly token: string;
  readonly consolePasswords: Device['consolePasswords'];
}

export type ViewProblem =
  | {
      readonly kind: 'too-many-extensions';
      readonly model: string;
      readonly lines: number;
      readonly extensions: number;
    }
  | { readonly kind: 'no-console-password'; readonly policy: ConsolePasswordPolicy };

export interface BuiltView {
  readonly view: PhoneView;
  /** What the phone will not do as asked, one sentence each, for people. */
  readonly notes: readonly string[];
}

/** Lays out all that a template may say of one phone, in the vendor's words but not yet escaped. */
export function buildPhoneView(input: PhoneViewInput): Result<BuiltView, ViewProblem> {
  const { vendor, model, device, server, rule } = input;
  const settings = input.settings.values;
  const { spellings } = vendor;
  if (input.extensions.length > model.lines) {
    const extensions = input.extensions.length;
    return err({ kind: 'too-many-extensions', model: model.name, lines: model.lines, extensions });
  }
  const consoles = chooseConsolePasswords(input.site, input.extensions[0], input.consolePasswords);
  if (consoles === undefined) return err({ kind: 'no-console-password', policy: input.site.consolePasswordPolicy });

  const notes: string[] = [];
  const zone = spellOnce(vendor, rule);
  if (!zone.exact) notes.push(`time zone ${rule.zone}: ${zone.note ?? 'the phone cannot follow its rule exactly'}`);
  const language = wordFor(spellings.language, settings.language.toLowerCase());
  if (language === undefined)
    notes.push(`language "${settings.language}" is unknown to ${vendor.name}: the phone keeps its own`);
  const country = settings.toneCountry.toUpperCase();
  const tone = wordFor(spellings.tone, country);
  const toneSettings = wordFor(spellings.toneSettings ?? {}, country);
  if (tone === undefined && toneSettings === undefined)
    notes.push(`tones of "${settings.toneCountry}" are unknown to ${vendor.name}: the phone keeps its own`);
  const codecs = spellCodecs(vendor, settings.codecs);
  for (const codec of codecs.unknown) notes.push(`codec ${codec} is unknown to ${vendor.name}: left out`);

  const accounts = buildAccounts(vendor, model, settings, input.extensions);
  const baseUrl = `http://${server.host}:${server.port}/p/${input.token}/`;
  const view: PhoneView = {
    mac: device.mac,
    macUpper: device.mac.toUpperCase(),
    macColons: formatMacAddress(device.mac),
    model: model.name,
    siteName: input.site.name.trim(),
    accounts,
    activeAccounts: accounts.slice(0, input.extensions.length),
    adminPassword: consoles.admin,
    userPassword: consoles.user,
    sip: buildSip(vendor, settings, server.host),
    codecs: codecs.chosen,
    allCodecs: [...codecs.chosen, ...codecs.others],
    time: {
      ntpServer: settings.ntpServer === '' ? server.host : settings.ntpServer,
      format: spellings.timeFormat[settings.timeFormat],
      dateFormat: spellings.dateFormat[settings.dateFormat],
      zone: rule.zone,
      zoneSettings: listSettings(zone.settings),
    },
    language: language ?? '',
    tone: tone ?? '',
    toneSettings: listSettings(toneSettings ?? {}),
    provisioning: {
      url: vendor.profileUrl(baseUrl, device.mac),
      baseUrl,
      host: server.host,
      port: String(server.port),
      path: `/p/${input.token}/`,
      barePath: `p/${input.token}`,
      resyncIsOn: flag(settings.resyncMinutes > 0),
      resyncMinutes: String(settings.resyncMinutes),
      resyncSeconds: String(settings.resyncMinutes * 60),
      resyncDays: String(Math.ceil(settings.resyncMinutes / (24 * 60))),
      pnp: digit(settings.pnpEnabled),
      pnpIsOn: flag(settings.pnpEnabled),
    },
    vlan: {
      isOn: flag(settings.vlanId > 0),
      id: String(settings.vlanId),
      priority: String(settings.vlanPriority),
      pcIsOn: flag(settings.pcVlanId > 0),
      pcId: String(settings.pcVlanId),
    },
    qos: {
      sipDscp: String(settings.dscpSip),
      rtpDscp: String(settings.dscpRtp),
      // RFC 2474 section 3: the code point is the upper six bits of the old TOS byte.
      sipTos: String(settings.dscpSip * 4),
      rtpTos: String(settings.dscpRtp * 4),
    },
    syslog: {
      isOn: flag(settings.syslogServer !== ''),
      server: settings.syslogServer,
      level: spellings.syslogLevel[settings.syslogLevel],
    },
  };
  return ok({ view, notes });
}

/** Judging a zone walks five years of it; the answer never changes for one rule. */
const spelled = new WeakMap<TimeZoneRule, Map<Vendor, TimeZoneSpelling>>();

function spellOnce(vendor: Vendor, rule: TimeZoneRule): TimeZoneSpelling {
  const ofRule = spelled.get(rule) ?? new Map<Vendor, TimeZoneSpelling>();
  spelled.set(rule, ofRule);
  const spelling = ofRule.get(vendor) ?? vendor.spellTimeZone(rule);
  ofRule.set(vendor, spelling);
  return spelling;
}
