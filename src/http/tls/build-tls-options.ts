import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { CertificatePair } from '../../core/certificate.ts';

/**
 * A handshake is two round trips on a LAN, and a second or two of arithmetic on a phone of 2010; whoever needs longer holds sockets
 * open on purpose. Milliseconds.
 */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * What phones of the years up to 2015 know: CBC and SHA-1 under RSA or DHE key exchange, signed with SHA-1 and MD5 (RFC 4346 7.4.3),
 * which OpenSSL 3 has at security level 0 only. What is better comes first.
 */
const LEGACY_CIPHERS = 'ECDHE+AESGCM:DHE+AESGCM:ECDHE+AES:DHE+AES:RSA+AES:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0';

export interface TlsWishes {
  /** TLS 1.0 and 1.1 too, which RFC 8996 forbids, and their ciphers. */
  readonly legacy?: boolean;
  /** PEM: who signs clients' certificates. Empty: nobody is asked for one. */
  readonly clientAuthorities?: readonly string[];
}

/** For `tls.createServer` and, anew, for `setSecureContext`. */
export function buildTlsOptions(
  { certificate, privateKey }: CertificatePair,
  { legacy = false, clientAuthorities = [] }: TlsWishes = {},
): TlsOptions {
  return {
    cert: certificate,
    key: privateKey.reveal(),
    minVersion: legacy ? 'TLSv1' : 'TLSv1.2',
    honorCipherOrder: true,
    // For DHE, which some old phones have in the place of ECDHE.
    dhparam: 'auto',
    // Nobody needs it, it costs the server more than the client, and a proof shall hold for all of a connection.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ...(legacy && { ciphers: LEGACY_CIPHERS }),
    ...(clientAuthorities.length > 0 && {
      ca: [...clientAuthorities],
      requestCert: true,
      // One that does not verify is no proof, and no reason to leave a phone without its file either.
      rejectUnauthorized: false,
    }),
  };
}
