import type { TrustSettings } from '../core/trust.ts';
import type { TrustSettingsAnswer } from './schemas/trust.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatTrustSettings(settings: TrustSettings): TrustSettingsAnswer {
  const { otherServerCheckMinutes, knownServers, nightlyBackupsKept } = settings;
  return { otherServerCheckMinutes, knownServers: [...knownServers], nightlyBackupsKept };
}
