import type { TrustSettings } from '../core/trust.ts';
import type { TrustSettingsAnswer } from './schemas/trust.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatTrustSettings({ nightlyBackupsKept }: TrustSettings): TrustSettingsAnswer {
  return { nightlyBackupsKept };
}
