import type { Secret } from './secret.ts';

/** A certificate and the key that belongs to it. */
export interface CertificatePair {
  /** PEM; behind the certificate itself those that lead to its authority, where there are such. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: Secret;
}

/** The site's own authority (its certificate is what people and phones are given) and the certificate of this host that it signed. */
export interface OwnCertificates {
  readonly authority: CertificatePair;
  readonly server: CertificatePair;
}

/** What a certificate says, for people. Times in milliseconds since 1970. */
export interface CertificateFacts {
  /** Common names. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses that it is good for. */
  readonly names: readonly string[];
  readonly from: number;
  readonly until: number;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
}

/** Milliseconds. Tools that renew certificates do it a month before the end: one that has two weeks left was not renewed. */
export const ENDS_SOON_MS = 14 * 86_400_000;

/** How connections are encrypted, now. */
export interface TlsFacts {
  /** Null: phones are served without TLS only. */
  readonly phonePort: number | null;
  /** Null: people are served without TLS only. */
  readonly webPort: number | null;
  /** Who asks the web port without TLS is sent to the other one. */
  readonly webOnly: boolean;
  /** Phones may speak TLS 1.0 and old ciphers. */
  readonly phoneLegacy: boolean;
  /** Certificates that phones prove themselves with are looked at. */
  readonly asksPhones: boolean;
  readonly origin: 'files' | 'own';
  readonly certificate: CertificateFacts;
  /** Null: the certificate was given. */
  readonly authority: CertificateFacts | null;
  /** Why a newer certificate is not in use; null: there is none, or it is. */
  readonly problem: string | null;
}
