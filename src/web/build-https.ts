import { type CertificateFacts, ENDS_SOON_MS, type TlsFacts } from '../core/certificate.ts';
import type { TrustSettings } from '../core/trust.ts';

/** The card of encrypted connections. `isUntold`: the site wants https, and no port of phones has it. */
export function buildHttps(facts: TlsFacts | null, { phoneScheme }: Pick<TrustSettings, 'phoneScheme'>, now: number) {
  const schemes = (['http', 'https'] as const).map((scheme) => ({
    scheme,
    isHttps: scheme === 'https',
    isChosen: scheme === phoneScheme,
  }));
  const isUntold = phoneScheme === 'https' && (facts === null || facts.phonePort === null);
  if (facts === null) return { isOn: false, isUntold, schemes };
  return {
    isOn: true,
    isUntold,
    schemes,
    phonePort: facts.phonePort ?? 0,
    webPort: facts.webPort ?? 0,
    webOnly: facts.webOnly,
    phoneLegacy: facts.phoneLegacy,
    asksPhones: facts.asksPhones,
    isOwn: facts.origin === 'own',
    problem: facts.problem ?? '',
    certificate: buildCertificate(facts.certificate),
    endsSoon: facts.certificate.until - now < ENDS_SOON_MS,
    authority: facts.authority && buildCertificate(facts.authority),
  };
}

/** What people compare and look at. */
export function buildCertificate({ subject, issuer, names, until, fingerprint }: CertificateFacts) {
  return {
    subject,
    issuer,
    names: names.join(', '),
    until,
    day: new Date(until).toISOString().slice(0, 10),
    fingerprint,
  };
}
