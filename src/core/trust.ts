/**
 * allow: what comes from there is looked at. trust: it is, and is neither slowed down nor quarantined (a monitoring host, a
 * test bench); who may have secrets is proved all the same. drop: it is not even looked at.
 */
export type FilterAction = 'allow' | 'trust' | 'drop';

export interface FilterRule {
  readonly action: FilterAction;
  /** IPv4 in CIDR notation: 192.168.10.0/24. */
  readonly network: string;
  readonly protocol: 'sip' | 'http' | 'both';
  /** A person's own words. */
  readonly note: string;
}

/** none: the URL's token, the neighbour table and the MAC addresses prove a phone. basic, digest: it also logs in (RFC 7617, RFC 7616). */
export type PhoneLogin = 'none' | LogInScheme;
export type LogInScheme = 'basic' | 'digest';

/** Who is heard, and who may have a phone's secrets. */
export interface TrustSettings {
  /** The first that fits decides. After the last: what is on the link of a served interface is allowed, the rest dropped. */
  readonly rules: readonly FilterRule[];
  /** Networks behind a router, CIDR: no MAC is visible there. Their phones are served over HTTPS or in a hand-over window only. */
  readonly routedNetworks: readonly string[];
  /** 0: files are served at any time to the proven phone. Else: this many minutes after an approval, a NOTIFY or a resync. */
  readonly handOverMinutes: number;
  readonly phoneLogin: PhoneLogin;
  /** Sources that keep failing are not looked at for a growing time. */
  readonly quarantine: boolean;
  /** How often the LAN is asked for other PnP servers, in minutes; 0: never. */
  readonly otherServerCheckMinutes: number;
  /** Other PnP servers that a person knows and wants: MAC addresses (twelve hex digits), or IPv4 where no MAC was to be seen. Nobody is warned of them. */
  readonly knownServers: readonly string[];
  /**
   * How phones are told to fetch their files. https only where their makers' phones trust this site's certificate or do not look at
   * it; while no port for TLS is open, http all the same.
   */
  readonly phoneScheme: 'http' | 'https';
  /** A backup each night at 02:30 of the site's time, so many kept; 0: none. Needs the site's backup passphrase. */
  readonly nightlyBackupsKept: number;
}

export const DEFAULT_TRUST: TrustSettings = {
  rules: [],
  routedNetworks: [],
  handOverMinutes: 0,
  phoneLogin: 'none',
  quarantine: true,
  otherServerCheckMinutes: 10,
  knownServers: [],
  phoneScheme: 'http',
  nightlyBackupsKept: 0,
};
