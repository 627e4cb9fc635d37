import { isIPv4 } from 'node:net';
import { chooseResolvedAddress } from '../../core/choose-resolved-address.ts';
import { classifyAddress } from '../../core/classify-address.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { DEFAULT_SETTINGS } from '../../core/settings.ts';
import type { Site } from '../../core/site.ts';
import { describeNameProblem, type NameProblem } from '../../lan/name-resolver.ts';
import type { ProbeOutcome, ProbeRequest } from '../../sip/options-probe.ts';
import { describeProbe } from '../probe-sip-server.ts';

export interface SipAddressDoors {
  readonly resolve: (name: string) => Promise<Result<readonly string[], NameProblem>>;
  readonly probe: (request: ProbeRequest) => Promise<ProbeOutcome>;
  /** Is this address on one of our own LANs? */
  readonly isOnLink: (address: string) => boolean;
}

/** RFC 3261 19.1.2. */
const SIP_PORT = 5_060;

/** The server that can tell where the Internet sees us: the site's own, asked over UDP. Undefined: there is none such. */
export function sipServerOf({ settings }: Pick<Site, 'settings'>): { host: string; port: number } | undefined {
  const { sipServer: host, sipPort, sipTransport } = { ...DEFAULT_SETTINGS, ...settings };
  // Over TCP and TLS it would be asked on another port than phones use, or as nobody does. An IPv6 server sees no IPv4.
  if (host === '' || host.startsWith('[') || sipTransport !== 'udp') return undefined;
  return { host, port: sipPort === 0 ? SIP_PORT : sipPort };
}

/**
 * Where the SIP server saw us: `received=` of our Via (RFC 3261 18.2.1, RFC 3581 4). Undefined: it stands on our side of
 * the router, so that it cannot know.
 */
export async function askSipServer(
  { host, port }: { readonly host: string; readonly port: number },
  { resolve, probe, isOnLink }: SipAddressDoors,
): Promise<Result<string, string> | undefined> {
  const found = isIPv4(host) ? ok([host]) : await resolve(host);
  if (!found.ok) return err(`The SIP server's name cannot be looked up: ${describeNameProblem(found.problem)}`);
  const address = chooseResolvedAddress(null, found.value);
  if (address === undefined) return err("The SIP server's name has no IPv4 address.");
  if (classifyAddress(address) !== 'public' || isOnLink(address)) return undefined;
  const outcome = await probe({ host, address, port, transport: 'udp' });
  if (outcome.kind !== 'answered') return err(describeProbe(outcome));
  return outcome.received === null
    ? err('The SIP server answers, but does not say where it saw us (received=, RFC 3581).')
    : ok(outcome.received);
}
