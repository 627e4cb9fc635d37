import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type MacAddress, parseMacAddress } from '../../core/mac-address.ts';

/** Twelve hex digits that stand alone, in pairs or not. */
const MAC = /(?<![0-9a-z])(?:[0-9a-f]{2}([:.-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2})(?![0-9a-z])/gi;

/**
 * The MAC address that a phone has proved by its certificate; null: it showed none, or one that does not verify, or that names no
 * phone or two. `authorized` alone is no proof: a resumed TLS 1.3 session without any certificate has it too.
 */
export function readClientMac(socket: Pick<TLSSocket, 'authorized' | 'getPeerCertificate'>): MacAddress | null {
  if (!socket.authorized) return null;
  const certificate: Partial<PeerCertificate> | undefined = socket.getPeerCertificate();
  if (certificate?.raw === undefined) return null;
  return findMacInName(certificate.subject?.CN);
}

/** Makers write `001565AABBCC`, `00:15:65:AA:BB:CC` or words around it. `name`: a common name; several are an array. */
export function findMacInName(name: unknown): MacAddress | null {
  const texts = [name].flat().filter((text) => typeof text === 'string');
  const found = texts.flatMap((text) => [...text.slice(0, 200).matchAll(MAC)].map(([mac]) => parseMacAddress(mac)));
  const macs = new Set(found.filter((mac) => mac !== undefined));
  const [mac] = macs;
  return macs.size === 1 && mac !== undefined ? mac : null;
}
