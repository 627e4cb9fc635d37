import type { CertificateFacts, TlsFacts } from '../core/certificate.ts';
import { formatTime } from './schemas/common.ts';
import type { CertificateAnswer, TlsAnswer } from './schemas/tls.ts';

// Every field is named, as in format-answers.

export function formatTls(facts: TlsFacts | null): TlsAnswer {
  if (facts === null) return null;
  const { phonePort, webPort, webOnly, phoneLegacy, asksPhones, origin, certificate, authority, problem } = facts;
  return {
    phonePort,
    webPort,
    webOnly,
    phoneLegacy,
    asksPhones,
    origin,
    certificate: formatCertificate(certificate),
    authority: authority && formatCertificate(authority),
    problem,
  };
}

function formatCertificate({ subject, issuer, names, from, until, fingerprint }: CertificateFacts): CertificateAnswer {
  return { subject, issuer, names: [...names], from: formatTime(from), until: formatTime(until), fingerprint };
}
