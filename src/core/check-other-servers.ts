import { isIPv4 } from 'node:net';
import { parseMacAddress } from './mac-address.ts';
import type { TrustSettings } from './trust.ts';
import type { TrustFault } from './trust-fault.ts';

/** A day: what is looked for less often is not looked for. */
export const LONGEST_CHECK_MINUTES = 1_440;

/** No office has more; a list without end would be somebody's mischief. */
export const MOST_KNOWN_SERVERS = 50;

export function checkOtherServers({
  otherServerCheckMinutes: minutes,
  knownServers,
}: Pick<TrustSettings, 'otherServerCheckMinutes' | 'knownServers'>): readonly TrustFault[] {
  const faults: TrustFault[] = [];
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > LONGEST_CHECK_MINUTES) {
    const wanted = `0 for never, or minutes, 1-${LONGEST_CHECK_MINUTES}`;
    faults.push({ where: 'otherServerCheckMinutes', kind: 'number', saw: String(minutes), wanted });
  }
  if (knownServers.length > MOST_KNOWN_SERVERS) {
    const wanted = `${MOST_KNOWN_SERVERS} servers at most`;
    faults.push({ where: 'knownServers', kind: 'number', saw: String(knownServers.length), wanted });
  }
  for (const [index, saw] of knownServers.entries()) {
    if (isServerKey(saw)) continue;
    const wanted = 'the MAC address of a server as twelve lower-case hex digits, or its IPv4 address';
    faults.push({ where: `knownServers.${index}`, kind: 'name', saw: saw.slice(0, 40), wanted });
  }
  return faults;
}

/** What a server is known by: its MAC address, or its IPv4 address where none was to be seen. */
export function isServerKey(text: string): boolean {
  return isIPv4(text) || parseMacAddress(text) === text;
}
