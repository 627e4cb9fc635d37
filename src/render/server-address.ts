/** This appliance as a phone reaches it. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly scheme?: 'http' | 'https';
  /** Port where the site's own authority is to be had without TLS; left out: phones need not trust it. */
  readonly authorityPort?: number;
}

/** What the certificate of the site's own authority is called beside phones' files, as PEM, and below `/ca/`, as PEM and DER. */
export const AUTHORITY_FILES = { pem: 'plugtone-ca.pem', der: 'plugtone-ca.crt' } as const;
