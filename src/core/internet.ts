export type MappingProtocol = 'UDP' | 'TCP';

/** One row of the site's list of ports that the Internet may reach: `count` ports in a row, each mapped by the same distance. */
export interface PortMapping {
  readonly protocol: MappingProtocol;
  /** The first one, 1-65535. */
  readonly externalPort: number;
  /** The first one, 1-65535. */
  readonly internalPort: number;
  /** 1 to MOST_PORTS_OF_A_ROW. */
  readonly count: number;
  /** IPv4 of the host that gets the traffic; null: this appliance. */
  readonly internalClient: string | null;
  /** Shows in the router's own table: short, printable ASCII, no secret. */
  readonly description: string;
}

/** Which source decides; the others are shown beside it. */
export type AddressSource = 'upnp' | 'fixed' | 'name';

/** How the office is reached from outside. Nothing is opened before a person has switched it on. */
export interface InternetSettings {
  readonly mapPorts: boolean;
  readonly portMappings: readonly PortMapping[];
  /** Our own IPv4 on the LAN where a router is looked for; null: that of the default route. */
  readonly searchFrom: string | null;
  readonly addressSource: AddressSource;
  /** Seconds between two questions to the router for its external address; 0: never asked. */
  readonly pollSeconds: number;
  /** Used by the source `fixed`. */
  readonly fixedAddress: string | null;
  /** Used by the source `name`: a DNS name with an A record. */
  readonly hostName: string | null;
  /** Told of each new external address; null: nobody is. The key of its signature is the site's `webhookSecret`. */
  readonly webhookUrl: string | null;
}

/** Routers cap their table at as few as 32 entries (Linksys accepts more and ignores them); UPnP has no range action. */
export const MOST_PORTS_OF_A_ROW = 32;

/** Symmetric RTP needs none; eight calls of two ports each are plenty for a small office. */
export const DEFAULT_RTP_PORTS = 16;

export const DEFAULT_INTERNET: InternetSettings = {
  mapPorts: false,
  portMappings: [],
  searchFrom: null,
  addressSource: 'upnp',
  pollSeconds: 60,
  fixedAddress: null,
  hostName: null,
  webhookUrl: null,
};
