import { checkBackupPassphrase, describePassphraseFault } from '../core/check-backup-passphrase.ts';
import { checkTrust } from '../core/check-trust.ts';
import type { Site } from '../core/site.ts';
import type { TrustSettings } from '../core/trust.ts';
import type { InputError } from './format-input-errors.ts';
import type { SiteBody } from './schemas/site.ts';
import type { TrustSettingsBody } from './schemas/trust.ts';

const PASSPHRASE = 'body.backupPassphrase';

/** The faults of the part of PUT /site about trust; a site whose part is left alone is not judged. */
export function checkTrustChange(
  { trust, backupPassphrase }: Pick<SiteBody, 'trust' | 'backupPassphrase'>,
  before: Site,
): readonly InputError[] {
  if (trust === undefined && backupPassphrase === undefined) return [];
  const fault = typeof backupPassphrase === 'string' ? checkBackupPassphrase(backupPassphrase) : undefined;
  const hasBackupPassphrase = (backupPassphrase === undefined ? before.backupPassphrase : backupPassphrase) !== null;
  return [
    ...(fault === undefined ? [] : [{ where: PASSPHRASE, ...describePassphraseFault(fault) }]),
    ...checkTrust(mergeTrust(before.trust, trust), { hasBackupPassphrase }).map(({ where, saw, wanted }) => ({
      where: where === 'backupPassphrase' ? PASSPHRASE : `body.trust.${where}`,
      saw,
      wanted,
    })),
  ];
}

/** Field by field, in the order of the type: the same again is no change. */
export function mergeTrust(before: TrustSettings, body: TrustSettingsBody = {}): TrustSettings {
  return {
    ...before,
    rules:
      body.rules?.map(({ action, network, protocol, note = '' }) => ({ action, network, protocol, note })) ??
      before.rules,
    routedNetworks: body.routedNetworks ?? before.routedNetworks,
    handOverMinutes: body.handOverMinutes ?? before.handOverMinutes,
    phoneLogin: body.phoneLogin ?? before.phoneLogin,
    quarantine: body.quarantine ?? before.quarantine,
    otherServerCheckMinutes: body.otherServerCheckMinutes ?? before.otherServerCheckMinutes,
    knownServers: body.knownServers ?? before.knownServers,
    phoneScheme: body.phoneScheme ?? before.phoneScheme,
    nightlyBackupsKept: body.nightlyBackupsKept ?? before.nightlyBackupsKept,
  };
}
