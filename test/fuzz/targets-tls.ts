import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { parseMacAddress } from '../../src/core/mac-address.ts';
import { Secret } from '../../src/core/secret.ts';
import { checkPair, readBundle, readCertificate, readDer } from '../../src/http/tls/read-certificate.ts';
import { readClientMac } from '../../src/http/tls/read-client-mac.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

/** So much of a key's Base64 is its material, and no word of a sentence. */
const TELLING = /^[A-Za-z0-9+/=]{16,}$/;

/** A file for the servers, and what a phone shows of itself in its handshake. */
export const TLS_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'certificate',
    words: [
      '-----BEGIN CERTIFICATE-----\n',
      '\n-----END CERTIFICATE-----\n',
      '-----BEGIN PRIVATE KEY-----\n',
      '\n-----END PRIVATE KEY-----\n',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----',
      'Proc-Type: 4,ENCRYPTED\n',
      'MII',
      '==',
    ],
    largest: 50_000,
    // OpenSSL reads it as certificate, as key, as a pair and as each of a bundle.
    patienceMs: 200,
    run: (data) => readPem(data.toString('latin1')),
  },
  {
    name: 'certificate-der',
    // Types of ASN.1 (X.690 8.1.2), dates, and the attributes of a name (X.520: common name, organisation).
    words: [
      '\x30\x82',
      '\x30\x80',
      '\x02\x01',
      '\x17\x0d',
      '491231235959Z',
      '\x18\x0f',
      '\x06\x03\x55\x04\x03',
      '001565aabbcc',
    ],
    largest: 20_000,
    patienceMs: 200,
    run(data) {
      const pem = `-----BEGIN CERTIFICATE-----\n${data.toString('base64')}\n-----END CERTIFICATE-----\n`;
      return [readPem(pem), readPhone(data)];
    },
  },
];

function readPem(text: string): unknown {
  const certificate = readCertificate(text);
  if (certificate.ok) {
    const { from, until } = certificate.value;
    demand(Number.isFinite(from) && Number.isFinite(until), 'a certificate that is read begins and ends');
    demand(readDer(text.slice(text.indexOf('-----BEGIN CERTIFICATE-----'))).length > 0, 'and has bytes');
  }
  const pair = checkPair({ certificate: text, privateKey: new Secret(text) }, Date.UTC(2027, 0));
  if (!pair.ok) {
    const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]*)/.exec(text)?.[1] ?? '';
    const lines = key.split('\n').filter((line) => TELLING.test(line));
    demand(!lines.some((line) => pair.problem.includes(line)), 'what is wrong with a pair tells nothing of its key');
  }
  return [certificate, pair, readBundle(text)];
}

/** As Node shows what came in a handshake. */
function readPhone(data: Buffer): unknown {
  let peer: PeerCertificate;
  try {
    peer = new X509Certificate(data).toLegacyObject();
  } catch {
    return undefined;
  }
  const mac = readClientMac({ authorized: true, getPeerCertificate: () => peer } as Parameters<
    typeof readClientMac
  >[0]);
  demand(mac === null || parseMacAddress(mac) === mac, 'a certificate names a MAC address as we write it, or none');
  const unproven = readClientMac({ authorized: false, getPeerCertificate: () => peer } as Parameters<
    typeof readClientMac
  >[0]);
  demand(unproven === null, 'what does not verify names nobody');
  return [mac, peer.subject];
}
