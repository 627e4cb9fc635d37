import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { CertificateFacts, CertificatePair } from '../../core/certificate.ts';
import { err, ok, type Result } from '../../core/result.ts';

const BEGINNING = '-----BEGIN CERTIFICATE-----';

/** The first certificate of a PEM text; the problem says what is wrong, for people. */
export function readCertificate(pem: string): Result<CertificateFacts, string> {
  const parsed = parseFirst(pem);
  return parsed.ok ? readFacts(parsed.value) : parsed;
}

/**
 * Can a server use this pair? Certificate and key are readable, belong together, and are good at `now`. The problem says what was
 * seen, for people, and nothing of the key.
 */
export function checkPair({ certificate, privateKey }: CertificatePair, now: number): Result<CertificateFacts, string> {
  const parsed = parseFirst(certificate);
  if (!parsed.ok) return parsed;
  const read = readFacts(parsed.value);
  if (!read.ok) return read;
  const facts = read.value;
  let matches: boolean;
  try {
    matches = parsed.value.checkPrivateKey(createPrivateKey(privateKey.reveal()));
  } catch {
    return err(
      'the key cannot be read: a PEM file that begins with "-----BEGIN … PRIVATE KEY-----", without passphrase, was wanted',
    );
  }
  if (!matches) return err(`the key does not belong to the certificate of ${facts.subject}`);
  if (facts.until <= now) return err(`the certificate of ${facts.subject} ended on ${dayOf(facts.until)}`);
  try {
    createSecureContext({ cert: certificate, key: privateKey.reveal() });
  } catch (cause) {
    return err(`the certificate of ${facts.subject} cannot be used: ${messageOf(cause)}`);
  }
  return ok(facts);
}

/** Every certificate of a PEM bundle, or what is wrong with it. */
export function readBundle(pem: string): Result<readonly string[], string> {
  const found = [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([text]) => text);
  if (found.length === 0) return err(`it holds no certificate: PEM, ${BEGINNING}, was wanted`);
  for (const [index, text] of found.entries()) {
    const read = readCertificate(text);
    if (!read.ok) return err(`certificate ${index + 1} of it: ${read.problem}`);
  }
  return ok(found);
}

/** DER, as devices take it: the bytes within a PEM certificate. */
export function readDer(pem: string): Buffer {
  return new X509Certificate(pem).raw;
}

function parseFirst(pem: string): Result<X509Certificate, string> {
  if (!pem.includes(BEGINNING)) return err(`the certificate cannot be read: a PEM file with ${BEGINNING} was wanted`);
  try {
    return ok(new X509Certificate(pem.slice(pem.indexOf(BEGINNING))));
  } catch {
    return err('the certificate cannot be read: what stands between its PEM lines is damaged');
  }
}

function readFacts(certificate: X509Certificate): Result<CertificateFacts, string> {
  const facts = {
    subject: commonNameOf(certificate.subject),
    issuer: commonNameOf(certificate.issuer),
    names: readNames(certificate.subjectAltName ?? ''),
    from: Date.parse(certificate.validFrom),
    until: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256,
  };
  // OpenSSL reads a certificate whose dates are none, and says "Bad time value" for them.
  if (Number.isFinite(facts.from) && Number.isFinite(facts.until)) return ok(facts);
  return err(`the certificate of ${facts.subject} cannot be used: when it begins or ends is no date`);
}

/** Node tells a name as lines of `CN=…`, escaped (RFC 4514 2.4); what a certificate says of itself is cut and shown on one line. */
function commonNameOf(name: string | undefined): string {
  const lines = (name ?? '').split('\n');
  const common = lines.find((line) => line.startsWith('CN='))?.slice(3) ?? lines.join(', ');
  return common
    .replace(/\\(.)/g, '$1')
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?')
    .slice(0, 100);
}

/** `DNS:pbx.example, IP Address:192.168.10.2` (quoted where a name has odd characters, which no server of ours has). */
function readNames(text: string): readonly string[] {
  return text.split(', ').flatMap((part) => /^(?:DNS|IP Address):(.{1,255})$/.exec(part)?.[1] ?? []);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
}
