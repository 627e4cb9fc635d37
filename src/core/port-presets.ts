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

/** RFC 9110 4.2.2. This appliance speaks no TLS: the row is for a host that does. */
const HTTPS_PORT = 443;

/**
 * A row to begin with. `sipServer` is the site's: SIP and RTP lead there, where it is an address of the LAN, otherwise to this
 * appliance.
 */
export function buildPresetRow(preset: PortPreset, sipServer = ''): PortMapping {
  const internalClient = isIPv4(sipServer) && classifyAddress(sipServer) === 'private' ? sipServer : null;
  switch (preset) {
    case 'sip':
      return rowOf('UDP', SIP_PORT, 1, internalClient, 'SIP');
    case 'rtp':
      return rowOf('UDP', FIRST_RTP_PORT, DEFAULT_RTP_PORTS, internalClient, 'RTP');
    case 'https':
      return rowOf('TCP', HTTPS_PORT, 1, null, 'HTTPS');
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
