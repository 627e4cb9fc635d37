import { isIPv4 } from 'node:net';
import { checkPortMappings, findPortWarnings } from './check-port-mappings.ts';
import { classifyAddress, isUsableAddress } from './classify-address.ts';
import type { InternetSettings } from './internet.ts';
import type { InternetFault, InternetWarning } from './internet-fault.ts';

/** Shorter would press a router that answers one question at a time; a day old is not known any more. */
export const LEAST_POLL_SECONDS = 10;
export const MOST_POLL_SECONDS = 86_400;

/** RFC 1035 2.3.4, without the dot at the end. */
const LONGEST_HOST_NAME = 253;

/** RFC 1123 2.1: letters, digits and hyphens; the last label is no number, or the name would be an address. */
const HOST_NAME =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What servers take (RFC 9110 4.1 asks for 8000, many stop at 2048). */
const LONGEST_URL = 2_048;

/** Every fault of the settings at once; empty: they are sound. `hasSecret`: is there a key for what the webhook is told? */
export function checkInternet(settings: InternetSettings, hasSecret: boolean): readonly InternetFault[] {
  const { portMappings, searchFrom, addressSource, pollSeconds, fixedAddress, hostName, webhookUrl } = settings;
  const faults: InternetFault[] = [...checkPortMappings(portMappings)];
  const add = (where: keyof InternetSettings | 'webhookSecret', fault: Omit<InternetFault, 'where'>) =>
    faults.push({ where, ...fault });

  if (searchFrom !== null && !isHostAddress(searchFrom)) {
    const wanted = 'null, or an own IPv4 address on the LAN';
    add('searchFrom', { kind: 'address', saw: quote(searchFrom), wanted });
  }
  const isPeriod =
    Number.isInteger(pollSeconds) && pollSeconds >= LEAST_POLL_SECONDS && pollSeconds <= MOST_POLL_SECONDS;
  if (pollSeconds !== 0 && !isPeriod) {
    const wanted = `0 for never, or ${LEAST_POLL_SECONDS}-${MOST_POLL_SECONDS} whole seconds`;
    add('pollSeconds', { kind: 'seconds', saw: String(pollSeconds), wanted });
  }
  if (fixedAddress !== null && !isUsableAddress('fixed', fixedAddress)) {
    const wanted = 'null, or the IPv4 address of the office, public or (for a VPN) private';
    add('fixedAddress', { kind: 'address', saw: quote(fixedAddress), wanted });
  } else if (addressSource === 'fixed' && fixedAddress === null) {
    add('fixedAddress', {
      kind: 'needed',
      saw: 'nothing',
      wanted: 'an IPv4 address: the source "fixed" has nothing to use',
    });
  }
  if (hostName !== null && (hostName.length > LONGEST_HOST_NAME || !HOST_NAME.test(hostName))) {
    const wanted = 'null, or a DNS name such as office.example.com (letters outside ASCII as xn--…)';
    add('hostName', { kind: 'host-name', saw: quote(hostName), wanted });
  } else if (addressSource === 'name' && hostName === null) {
    add('hostName', { kind: 'needed', saw: 'nothing', wanted: 'a DNS name: the source "name" has nothing to use' });
  }
  if (webhookUrl === null) return faults;
  const url = checkWebhookUrl(webhookUrl);
  if (url !== undefined) add('webhookUrl', { kind: 'url', ...url });
  if (!hasSecret) {
    add('webhookSecret', {
      kind: 'needed',
      saw: 'nothing',
      wanted: 'a secret: what the webhook is told is signed with it',
    });
  }
  return faults;
}

/** What is taken, and should be known. */
export function findInternetWarnings({ portMappings, fixedAddress }: InternetSettings): readonly InternetWarning[] {
  const warnings = findPortWarnings(portMappings);
  if (fixedAddress === null || !isUsableAddress('fixed', fixedAddress)) return warnings;
  if (classifyAddress(fixedAddress) === 'public') return warnings;
  return [...warnings, { where: 'fixedAddress', kind: 'not-public', saw: fixedAddress }];
}

/** One sentence, for programs and logs. */
export function describeInternetWarning(warning: InternetWarning): string {
  switch (warning.kind) {
    case 'many-ports-of-a-row':
      return `${warning.where}: ${warning.saw} ports in one row are more than a small office needs, and each is an entry in the router's table.`;
    case 'many-ports':
      return `${warning.where}: ${warning.saw} ports in all; some routers have room for 32 entries only, and others accept more and ignore them.`;
    case 'not-public':
      return `${warning.where}: ${warning.saw} cannot be reached from the Internet; that is right for a VPN or a lab only.`;
  }
}

/** Nothing of a user or password is said back. */
function checkWebhookUrl(text: string): { readonly saw: string; readonly wanted: string } | undefined {
  if (text.length > LONGEST_URL) {
    return { saw: `${text.length} characters`, wanted: `at most ${LONGEST_URL} characters` };
  }
  const url = /^https?:\/\/[\x21-\x7e]+$/i.test(text) ? URL.parse(text) : null;
  if (url === null) {
    const saw = text.includes('@') ? 'another text' : quote(text);
    return { saw, wanted: 'null, or an http:// or https:// address in ASCII without blanks' };
  }
  if (url.username === '' && url.password === '') return undefined;
  return {
    saw: 'an address with a user or password in it',
    wanted: 'an address without: the signature proves who tells',
  };
}

/** An address that an interface can have. */
function isHostAddress(text: string): boolean {
  if (!isIPv4(text)) return false;
  const kind = classifyAddress(text);
  return kind !== 'unspecified' && kind !== 'multicast' && kind !== 'reserved';
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
