import type { CertificateFacts, CertificatePair } from '../../core/certificate.ts';

/** Where the servers' certificate comes from. */
export interface TlsSource {
  readonly origin: 'files' | 'own';
  current(): CertificatePair;
  facts(): CertificateFacts;
  /** The site's own authority; null: the certificate was given. */
  authority(): { readonly pem: string; readonly facts: CertificateFacts } | null;
  /** Why a newer certificate is not in use; null: there is none, or it is. */
  problem(): string | null;
  /** Called when `current` is another one. */
  onChange(listener: () => void): void;
}
