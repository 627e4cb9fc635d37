import { checkAccess } from './check-access.ts';
import { checkFilterRules } from './check-filter-rules.ts';
import { checkNightlyBackups } from './check-nightly-backups.ts';
import { checkOtherServers } from './check-other-servers.ts';
import type { TrustSettings } from './trust.ts';
import type { TrustFault } from './trust-fault.ts';

/** What another part of the site has, and the settings ask for. */
export interface TrustSurroundings {
  /** Is there a passphrase for the nightly backups? */
  readonly hasBackupPassphrase: boolean;
}

/** Every fault of the settings at once; empty: they are sound. One line per part. */
export function checkTrust(settings: TrustSettings, around: TrustSurroundings): readonly TrustFault[] {
  return [
    ...checkFilterRules(settings.rules),
    ...checkAccess(settings),
    ...checkOtherServers(settings),
    ...checkNightlyBackups(settings, around),
  ];
}
