/**
 * What is wrong with a field. port, range, count, overlap, client, description, rows: of the list of ports. address, seconds,
 * host-name, url, secret: of the others. needed: another field asks for it.
 */
export type InternetFaultKind =
  | 'port'
  | 'range'
  | 'count'
  | 'overlap'
  | 'client'
  | 'description'
  | 'rows'
  | 'address'
  | 'seconds'
  | 'host-name'
  | 'url'
  | 'needed';

export interface InternetFault {
  /** `portMappings.0.externalPort`, `hostName`, `webhookSecret`. */
  readonly where: string;
  readonly kind: InternetFaultKind;
  readonly saw: string;
  readonly wanted: string;
}

/**
 * What is taken, and should be known. many-ports-of-a-row, many-ports: `saw` ports are more than every router takes.
 * not-public: the address `saw` is not one of the Internet.
 */
export type InternetWarning =
  | { readonly where: string; readonly kind: 'many-ports-of-a-row' | 'many-ports'; readonly saw: number }
  | { readonly where: string; readonly kind: 'not-public'; readonly saw: string };
