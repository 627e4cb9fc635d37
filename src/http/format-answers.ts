import type { AuditEntry } from '../core/audit.ts';
import type { Device } from '../core/device.ts';
import { type Extension, linesOf } from '../core/extension.ts';
import type { JourneyEvent } from '../core/journey.ts';
import type { ResolvedSettings } from '../core/settings.ts';
import type { Site } from '../core/site.ts';
import type { Lamps } from '../flows/lamps.ts';
import { vendorById } from '../vendors/all.ts';
import { formatInternetSettings } from './format-internet.ts';
import { formatTrustSettings } from './format-trust.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { DeviceAnswer } from './schemas/device.ts';
import type { ExtensionAnswer } from './schemas/extension.ts';
import type { AuditAnswer, JourneyAnswer } from './schemas/record.ts';
import type { DeviceSettingsAnswer } from './schemas/settings.ts';
import type { SiteAnswer } from './schemas/site.ts';
import type { TokenAnswer } from './schemas/token.ts';
import type { TokenFacts } from './web-doors.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatDevice(device: Device, lamps: Lamps): DeviceAnswer {
  const { mac, state, vendorId, model, firmware, address, extensions, firstSeenAt, lastSeenAt, words, login } = device;
  const vendor = vendorId === null ? undefined : vendorById(vendorId);
  return {
    mac,
    state,
    vendor: vendorId,
    vendorName: vendor?.name ?? null,
    model,
    firmware,
    address,
    extension: extensions[0] ?? null,
    extensions: [...extensions],
    firstSeenAt: formatTime(firstSeenAt),
    lastSeenAt: formatTimeOrNull(lastSeenAt),
    userAgent: words.userAgent,
    words: { vendor: words.vendor, model: words.model, firmware: words.firmware },
    webConsole: vendor === undefined || address === null ? null : vendor.webConsole(address),
    loggedInAt: formatTimeOrNull(login?.provedAt ?? null),
    lamps: {
      asked: formatTimeOrNull(lamps.asked),
      answered: formatTimeOrNull(lamps.answered),
      notified: formatTimeOrNull(lamps.notified),
      acknowledged: formatTimeOrNull(lamps.acknowledged),
      configured: formatTimeOrNull(lamps.configured),
    },
  };
}

export function formatExtension(extension: Extension, holders: readonly Device[]): ExtensionAnswer {
  const { number, displayName, authName, voicemail, language } = extension;
  const phones = holders.map(({ mac }) => mac);
  const lines = holders.flatMap(({ mac, extensions }) =>
    linesOf(extensions, number).map((line) => ({ phone: mac, line })),
  );
  return { number, displayName, authName, voicemail, language, phones, lines };
}

export function formatDeviceSettings(device: Device, { values, from }: ResolvedSettings): DeviceSettingsAnswer {
  const settings = Object.entries(values).map(([name, value]) => [
    name,
    { value, from: from[name as keyof typeof from] },
  ]);
  return { settings: Object.fromEntries(settings), device: { ...device.settings } };
}

export function formatSite(site: Site): SiteAnswer {
  const { name, settings, vendorSettings, modelSettings, consolePasswordPolicy, consolePassword } = site;
  const { answerPending, autoApprove, internet, webhookSecret, trust, backupPassphrase, retentionDays, revision } =
    site;
  return {
    name,
    settings: { ...settings },
    vendorSettings: { ...vendorSettings },
    modelSettings: { ...modelSettings },
    consolePasswordPolicy,
    consolePasswordSet: consolePassword !== null,
    answerPending,
    autoApprove: [...autoApprove],
    internet: formatInternetSettings(internet),
    webhookSecretSet: webhookSecret !== null,
    trust: formatTrustSettings(trust),
    backupPassphraseSet: backupPassphrase !== null,
    retentionDays,
    revision,
  };
}

export function formatJourneyEvent({ mac, at, step, reason, detail }: JourneyEvent): JourneyAnswer {
  return { mac, at: formatTime(at), step, reason, detail };
}

export function formatAuditEntry({ at, actor, from = null, action, subject, detail }: AuditEntry): AuditAnswer {
  return { at: formatTime(at), actor, from, action, subject, detail };
}

export function formatToken({ id, name, role, createdAt, lastUsedAt }: TokenFacts): TokenAnswer {
  return { id, name, role, createdAt: formatTime(createdAt), lastUsedAt: formatTimeOrNull(lastUsedAt) };
}
