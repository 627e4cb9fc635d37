// The package's injector wants it before anything of its own (its README, "Installation").
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificatePair } from '../../core/certificate.ts';
import { Secret } from '../../core/secret.ts';

/**
 * RSA and SHA-256, not ECDSA: phones of the years around 2010 know no elliptic curves, and every browser takes both. 2048 bits: the
 * least that browsers take (CA/Browser Forum, Baseline Requirements 6.1.5), and small processors check larger ones slowly.
 */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2_048,
} as const;

const DAY_MS = 86_400_000;

/** Clocks of phones and laptops go wrong; a certificate that begins tomorrow is none. */
const BEGINS_EARLIER_MS = 2 * DAY_MS;

/** Ten years: people install it by hand on every device. Until 2028 it ends before 2038, where 32-bit clocks of old phones do. */
const AUTHORITY_LASTS_MS = 3_650 * DAY_MS;

/** The longest that Apple's systems take of an authority that people installed is 825 days; a year is what public ones give. */
const SERVER_LASTS_MS = 397 * DAY_MS;

// RFC 5280 4.1.2.2: positive, at most 20 octets. 64 bits of chance are the least (Baseline Requirements 7.1).
const SERIAL_BYTES = 16;

export interface ServerNames {
  /** RFC 5280 4.2.1.6: as SAN, and the first as common name too, which is all that old phones look at. */
  readonly addresses: readonly string[];
  readonly hosts: readonly string[];
}

/** A new authority, which signs certificates of servers and nothing below them. `name`: what devices list it as. */
export async function makeAuthority(name: string, now: number): Promise<CertificatePair> {
  const keys = await drawKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...frame(now, now + AUTHORITY_LASTS_MS),
    name: nameOf(name),
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return formatPair(certificate, keys.privateKey);
}

/** A certificate of this host, signed by the authority, which it never outlives. */
export async function makeServerCertificate(
  authority: CertificatePair,
  { addresses, hosts }: ServerNames,
  now: number,
): Promise<CertificatePair> {
  const issuer = new X509Certificate(authority.certificate);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    PemConverter.decodeFirst(authority.privateKey.reveal()),
    ALGORITHM,
    false,
    ['sign'],
  );
  const keys = await drawKeys();
  const names = [
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
    ...hosts.map((value) => ({ type: 'dns' as const, value })),
  ];
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    // Encipherment too: RSA key exchange is all that old phones have (RFC 5246 7.4.2).
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
  const certificate = await X509CertificateGenerator.create({
    ...frame(now, Math.min(now + SERVER_LASTS_MS, issuer.notAfter.getTime())),
    subject: nameOf(addresses[0] ?? hosts[0] ?? 'localhost'),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    extensions,
  });
  return formatPair(certificate, keys.privateKey);
}

function frame(now: number, until: number) {
  return {
    serialNumber: drawSerial(),
    notBefore: new Date(now - BEGINS_EARLIER_MS),
    notAfter: new Date(until),
    signingAlgorithm: ALGORITHM,
  };
}

function drawSerial(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(SERIAL_BYTES));
  // Positive, and no leading zero that would have to go.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** One common name, whatever characters it has. */
function nameOf(text: string): Name {
  return new Name([{ CN: [{ utf8String: text }] }]);
}

function drawKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function formatPair(certificate: X509Certificate, privateKey: webcrypto.CryptoKey): Promise<CertificatePair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: new Secret(`${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`),
  };
}
