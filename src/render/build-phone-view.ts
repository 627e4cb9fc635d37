import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import { formatMacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { ResolvedSettings } from '../core/settings.ts';
import type { ConsolePasswordPolicy, Site } from '../core/site.ts';
import type { TimeZoneRule } from '../core/time-zone-rule.ts';
import type { Model, Vendor } from '../vendors/vendor.ts';
import { buildAuthority } from './build-authority.ts';
import { buildLogin } from './build-login.ts';
import { buildAccounts, buildSip, chooseConsolePasswords, digit, flag, listSettings } from './build-view-parts.ts';
import type { PhoneView } from './phone-view.ts';
import type { ServerAddress } from './server-address.ts';
import { type NoCodec, spellSettings } from './spell-settings.ts';

export interface PhoneViewInput {
  readonly vendor: Vendor;
  readonly model: Model;
  readonly device: Pick<Device, 'mac'>;
  readonly site: Pick<Site, 'name' | 'consolePasswordPolicy' | 'consolePassword' | 'trust'>;
  readonly settings: ResolvedSettings;
  /** Line 1 first. */
  readonly extensions: readonly Extension[];
  readonly rule: TimeZoneRule;
  /** This appliance as the phone reaches it. */
  readonly server: ServerAddress;
  /** Of the office; empty: not known. */
  readonly externalAddress: string;
  readonly token: string;
  readonly consolePasswords: Device['consolePasswords'];
  readonly login: Device['login'];
}

export type ViewProblem =
  | {
      readonly kind: 'too-many-extensions';
      readonly model: string;
      readonly lines: number;
      readonly extensions: number;
    }
  | { readonly kind: 'no-console-password'; readonly policy: ConsolePasswordPolicy }
  | NoCodec;

export interface BuiltView {
  readonly view: PhoneView;
  /** What the phone will not do as asked, for people. */
  readonly notes: readonly Note[];
}

/** Lays out all that a template may say of one phone, in the vendor's words but not yet escaped. */
export function buildPhoneView(input: PhoneViewInput): Result<BuiltView, ViewProblem> {
  const { vendor, model, device, server, rule } = input;
  const { spellings } = vendor;
  const fitted = vendor.fitSettings?.(input.settings.values);
  const settings = fitted?.settings ?? input.settings.values;
  if (input.extensions.length > model.lines) {
    const extensions = input.extensions.length;
    return err({ kind: 'too-many-extensions', model: model.name, lines: model.lines, extensions });
  }
  const consoles = chooseConsolePasswords(input.site, input.extensions[0], input.consolePasswords);
  if (consoles === undefined) return err({ kind: 'no-console-password', policy: input.site.consolePasswordPolicy });

  const spelled = spellSettings(vendor, settings, rule);
  if (!spelled.ok) return spelled;
  const { zone, codecs, language, tone, toneSettings, notes } = spelled.value;

  const accounts = buildAccounts(vendor, model, settings, input.extensions);
  const { scheme = 'http' } = server;
  const baseUrl = `${scheme}://${server.host}:${server.port}/p/${input.token}/`;
  const view: PhoneView = {
    mac: device.mac,
    macUpper: device.mac.toUpperCase(),
    macColons: formatMacAddress(device.mac),
    model: model.name,
    siteName: input.site.name.trim(),
    externalAddress: input.externalAddress,
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
    languageIsKnown: flag(language !== undefined),
    tone: tone ?? '',
    toneSettings: listSettings(toneSettings ?? {}),
    provisioning: {
      url: vendor.profileUrl(baseUrl, device.mac),
      baseUrl,
      isSecure: flag(scheme === 'https'),
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
      ...buildLogin(vendor, input.site, device, input.login),
      ...buildAuthority(server),
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
  return ok({ view, notes: [...notes, ...(fitted?.notes ?? [])] });
}
