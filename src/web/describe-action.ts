import type { JourneyStep } from '../core/journey.ts';

/** What the audit names, by the message that says it to people. */
const ACTIONS: Readonly<Record<string, string>> = {
  'device.approved': 'events.did-device-approved',
  'device.blocked': 'events.did-device-blocked',
  'device.forgotten': 'events.did-device-forgotten',
  'device.resynced': 'events.did-device-resynced',
  'device.handed-over': 'events.did-device-handed-over',
  'device.rebooted': 'events.did-device-rebooted',
  'config.revealed': 'events.did-config-revealed',
  'device.settings-changed': 'events.did-device-settings-changed',
  'devices.imported': 'events.did-devices-imported',
  'devices.exported': 'events.did-devices-exported',
  'extension.created': 'events.did-extension-created',
  'extension.changed': 'events.did-extension-changed',
  'extension.removed': 'events.did-extension-removed',
  'site.changed': 'events.did-site-changed',
  'token.created': 'events.did-token-created',
  'token.revoked': 'events.did-token-revoked',
  'session.opened': 'events.did-session-opened',
  'session.closed': 'events.did-session-closed',
  'session.refused': 'events.did-session-refused',
  'user.created': 'events.did-user-created',
  'user.role-changed': 'events.did-user-role-changed',
  'user.removed': 'events.did-user-removed',
  'user.password-changed': 'events.did-user-password-changed',
  'user.password-refused': 'events.did-user-password-refused',
  'user.password-reset': 'events.did-user-password-reset',
  'override.changed': 'events.did-override-changed',
  'override.removed': 'events.did-override-removed',
  'phones.resynced': 'events.did-phones-resynced',
  'resync.planned': 'events.did-resync-planned',
  'resync.cancelled': 'events.did-resync-cancelled',
  'router.searched': 'events.did-router-searched',
  'ports.renewed': 'events.did-ports-renewed',
  'ports.tested': 'events.did-ports-tested',
  'backup.made': 'events.did-backup-made',
  'backup.downloaded': 'events.did-backup-downloaded',
  'backup.restored': 'events.did-backup-restored',
  'key.rotated': 'events.did-key-rotated',
  'quarantine.released': 'events.did-quarantine-released',
  'address.changed': 'events.did-address-changed',
  'setup.refused': 'events.did-setup-refused',
};

const STEPS: Readonly<Record<JourneyStep, string>> = {
  seen: 'events.step-seen',
  answered: 'events.step-answered',
  notified: 'events.step-notified',
  acknowledged: 'events.step-acknowledged',
  fetched: 'events.step-fetched',
  refused: 'events.step-refused',
  approved: 'events.step-approved',
  blocked: 'events.step-blocked',
  resynced: 'events.step-resynced',
  moved: 'events.step-moved',
  stalled: 'events.step-stalled',
};

/** Undefined: an action that no message says; its own name is shown then. */
export function describeAction(action: string): string | undefined {
  return ACTIONS[action];
}

export function describeStep(step: JourneyStep): string {
  return STEPS[step];
}
