import type { TrustSettings } from '../core/trust.ts';
import type { ServerAddress } from '../render/server-address.ts';

/** Where phones can fetch: `flows/doors` fits. */
export interface PhonePorts {
  readonly phonePort: number;
  /** Left out: no port speaks TLS. */
  readonly phoneTlsPort?: number | undefined;
  /** Whether the site's own authority vouches for that port; left out: no. */
  readonly hasOwnAuthority?: boolean | undefined;
}

/** How phones are told to fetch. A site that wants https while no port speaks it would leave its phones without files. */
export function choosePhoneAddress(
  { phonePort, phoneTlsPort, hasOwnAuthority = false }: PhonePorts,
  { phoneScheme }: Pick<TrustSettings, 'phoneScheme'>,
): Required<Pick<ServerAddress, 'scheme' | 'port'>> & Pick<ServerAddress, 'authorityPort'> {
  return phoneScheme === 'https' && phoneTlsPort !== undefined
    ? { scheme: 'https', port: phoneTlsPort, ...(hasOwnAuthority && { authorityPort: phonePort }) }
    : { scheme: 'http', port: phonePort };
}
