import { type Static, Type } from 'typebox';
import { nullableNumber, nullableText, oneOf } from './common.ts';

export const CertificateAnswer = Type.Object({
  subject: Type.String(),
  issuer: Type.String(),
  names: Type.Array(Type.String(), { description: 'Addresses and host names that it is good for' }),
  from: Type.String({ format: 'date-time' }),
  until: Type.String({ format: 'date-time' }),
  fingerprint: Type.String({ description: 'SHA-256' }),
});
export type CertificateAnswer = Static<typeof CertificateAnswer>;

const TLS = Type.Object({
  phonePort: nullableNumber('Files for phones by HTTPS; null: none'),
  webPort: nullableNumber('People and programs by HTTPS; null: none'),
  webOnly: Type.Boolean({ description: 'The port without TLS sends everybody to the one with it' }),
  phoneLegacy: Type.Boolean({ description: 'Phones may speak TLS 1.0 and 1.1' }),
  asksPhones: Type.Boolean({ description: 'Certificates of phones are looked at, and prove their MAC addresses' }),
  origin: oneOf(['files', 'own'], {
    description: "files: the certificate was given. own: it was made by the site's own authority.",
  }),
  certificate: CertificateAnswer,
  authority: Type.Unsafe<CertificateAnswer | null>({
    type: ['object', 'null'],
    properties: CertificateAnswer.properties,
    description: "The site's own; GET /ca/plugtone-ca.pem downloads it. Null: the certificate was given",
  }),
  problem: nullableText({ description: 'Why a newer certificate is not in use' }),
});

export const TlsAnswer = Type.Unsafe<Static<typeof TLS> | null>({
  type: ['object', 'null'],
  properties: TLS.properties,
  description: 'Encrypted connections; null: no port has them',
});
export type TlsAnswer = Static<typeof TlsAnswer>;
