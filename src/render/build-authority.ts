import type { PhoneView } from './phone-view.ts';
import { AUTHORITY_FILES, type ServerAddress } from './server-address.ts';

/** Where the phone finds the certificate that it is to trust. By HTTP: over HTTPS it could not be fetched before it is trusted. */
export function buildAuthority({
  host,
  authorityPort,
}: ServerAddress): Pick<PhoneView['provisioning'], 'caPemUrl' | 'caDerUrl' | 'caFile'> {
  if (authorityPort === undefined) return { caPemUrl: '', caDerUrl: '', caFile: '' };
  const folder = `http://${host}:${authorityPort}/ca/`;
  return {
    caPemUrl: `${folder}${AUTHORITY_FILES.pem}`,
    caDerUrl: `${folder}${AUTHORITY_FILES.der}`,
    caFile: AUTHORITY_FILES.pem,
  };
}
