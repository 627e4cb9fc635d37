import type { FailureKind } from '../../core/quarantine.ts';

export type HandshakeFailure = Extract<FailureKind, 'malformed-tls' | 'broken-handshake'>;

/**
 * Whose fault it is that a handshake failed, by OpenSSL's name of it: an alert (RFC 8446 6.2) is the other side's word that it does
 * not want, as a rule since it does not trust our certificate. Everything else is what we did not want: no TLS, no version or
 * cipher in common, a client's certificate that cannot be read or is not its own.
 */
export function judgeHandshake(code: string): HandshakeFailure {
  return code.includes('_ALERT_') ? 'broken-handshake' : 'malformed-tls';
}
