import type { TrustSettings } from '../core/trust.ts';

/** Where phones can fetch: `flows/doors` fits. */
export interface PhonePorts {
  readonly phonePort: number;
  /** Left out: no port speaks TLS. */
  readonly phoneTlsPort?: number | undefined;
}

/** How phones are told to fetch. A site that wants https while no port speaks it would leave its phones without files. */
export function choosePhoneAddress(
  { phonePort, phoneTlsPort }: PhonePorts,
  { phoneScheme }: Pick<TrustSettings, 'phoneScheme'>,
): { readonly scheme: 'http' | 'https'; readonly port: number } {
  return phoneScheme === 'https' && phoneTlsPort !== undefined
    ? { scheme: 'https', port: phoneTlsPort }
    : { scheme: 'http', port: phonePort };
}
