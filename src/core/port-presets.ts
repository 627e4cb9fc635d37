import { isIPv4 } from 'node:net';
import { classifyAddress } from './classify-address.ts';
import { DEFAULT_RTP_PORTS, type PortMapping } from './internet.ts';

/** sip: calls come in. rtp: their voice. https: phones outside of the office fetch their files. */
export type PortPreset = 'sip' | 'rtp' | 'https';

export const PORT_PRESETS: readonly PortPreset[] = ['sip', 'rtp', 'https'];

/** First port of the RTP range: what most PBXs begin with (Asterisk: rtpstart=10000). */
const FIRST_RTP_PORT = 10_000;

/** RFC 3261 19.1.2. A router that telephones itself holds UDP 5060 (Fritz!Box with IP numbers): then another external port is wanted. */
const SIP_PORT = 5060;

/** RFC 9110 4.2.2: what an address without a port means. */
const HTTPS_PORT = 443;

/** Where presets can lead to. */
export interface PresetPlaces {
  /** The site's: SIP and RTP lead there, where it is an address of the LAN, otherwise to this appliance. */
  readonly sipServer?: string | undefined;
  /** Where this appliance speaks TLS with phones; null: nowhere. */
  readonly phoneTlsPort: number | null;
}

/** A row to begin with; undefined: nobody listens where it would lead. */
export function buildPresetRow(
  preset: PortPreset,
  { sipServer = '', phoneTlsPort }: PresetPlaces,
): PortMapping | undefined {
  const internalClient = isIPv4(sipServer) && classifyAddress(sipServer) === 'private' ? sipServer : null;
  switch (preset) {
    case 'sip':
      return rowOf('UDP', SIP_PORT, 1, internalClient, 'SIP');
    case 'rtp':
      return rowOf('UDP', FIRST_RTP_PORT, DEFAULT_RTP_PORTS, internalClient, 'RTP');
    case 'https':
      if (phoneTlsPort === null) return undefined;
      return { ...rowOf('TCP', HTTPS_PORT, 1, null, 'HTTPS'), internalPort: phoneTlsPort };
  }
}

function rowOf(
  protocol: PortMapping['protocol'],
  port: number,
  count: number,
  internalClient: string | null,
  description: string,
): PortMapping {
  return { protocol, externalPort: port, internalPort: port, count, internalClient, description };
}
