import { formatHostPort, formatLines } from './format-lines.ts';
import type { SocketAddress } from './message.ts';

export interface OptionsRequest {
  /** Host name or address of the server, as the site names it. */
  readonly host: string;
  /** The port that is asked. */
  readonly port: number;
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  /** Ours, as the server sees it. */
  readonly local: SocketAddress;
  readonly branch: string;
  readonly callId: string;
  readonly fromTag: string;
}

/** OPTIONS (RFC 3261 11.1) without a user: asks the server itself what it can do. */
export function buildOptions({ host, port, transport, local, branch, callId, fromTag }: OptionsRequest): Buffer {
  const server = formatHostPort(host, port);
  const own = formatHostPort(local.address, local.port);
  const uri = `sip:${server}${transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`}`;
  return formatLines(`OPTIONS ${uri} SIP/2.0`, [
    { name: 'Via', value: `SIP/2.0/${transport} ${own};branch=${branch};rport` },
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: `<sip:probe@${own}>;tag=${fromTag}` },
    { name: 'To', value: `<sip:${server}>` },
    { name: 'Call-ID', value: callId },
    { name: 'CSeq', value: '1 OPTIONS' },
    { name: 'Contact', value: `<sip:probe@${own}>` },
    { name: 'Accept', value: 'application/sdp' },
    { name: 'User-Agent', value: 'Plugtone' },
    { name: 'Content-Length', value: '0' },
  ]);
}
