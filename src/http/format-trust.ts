import type { TrustSettings } from '../core/trust.ts';
import type { TrustSettingsAnswer } from './schemas/trust.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatTrustSettings(settings: TrustSettings): TrustSettingsAnswer {
  const {
    rules,
    handOverMinutes,
    routedNetworks,
    phoneLogin,
    quarantine,
    otherServerCheckMinutes,
    knownServers,
    phoneScheme,
    nightlyBackupsKept,
  } = settings;
  return {
    rules: rules.map(({ action, network, protocol, note }) => ({ action, network, protocol, note })),
    handOverMinutes,
    routedNetworks: [...routedNetworks],
    phoneLogin,
    quarantine,
    otherServerCheckMinutes,
    knownServers: [...knownServers],
    phoneScheme,
    nightlyBackupsKept,
  };
}
