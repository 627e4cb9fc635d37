import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { PemConverter, X509Certificate, X509CertificateGenerator } from '@peculiar/x509';
import type { CertificatePair } from '../../src/core/certificate.ts';
import { Secret } from '../../src/core/secret.ts';
import { makeAuthority, makeServerCertificate } from '../../src/http/tls/certificate-maker.ts';

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2_048,
};

export const LOOPBACK = { addresses: ['127.0.0.1'], hosts: ['localhost'] };

/** An authority and a certificate of it for loopback. */
export async function makeLoopbackPair(name = 'Test authority') {
  const authority = await makeAuthority(name, Date.now());
  return { authority, server: await makeServerCertificate(authority, LOOPBACK, Date.now()) };
}

/** What a phone has from its maker: a certificate whose common name holds its MAC address. */
export async function makeClientCertificate(
  authority: CertificatePair,
  commonName: string,
  until = Date.now() + 86_400_000,
): Promise<CertificatePair> {
  const issuer = new X509Certificate(authority.certificate);
  const der = PemConverter.decodeFirst(authority.privateKey.reveal());
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${commonName}, O=Maker`,
    issuer: issuer.subjectName,
    notBefore: new Date(until - 10 * 86_400_000),
    notAfter: new Date(until),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: certificate.toString('pem'),
    privateKey: new Secret(PemConverter.encode(pkcs8, 'PRIVATE KEY')),
  };
}
