import type { ServerNames } from './certificate-maker.ts';

/** Names beyond make a certificate that small phones have no room for. */
const MOST_NAMES = 32;

// RFC 1123 2.1: letters, digits and hyphens, at most 63 per label.
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * What this host is called: its served addresses first (phones are told those), its name alone, in mDNS (RFC 6762) and in full, and
 * loopback for whoever comes through a tunnel. `served`: IPv4.
 */
export function chooseServerNames(served: readonly string[], hostName: string): ServerNames {
  const full = hostName.toLowerCase();
  const short = full.split('.', 1)[0] ?? '';
  const hosts = [short, full, `${short}.local`, 'localhost'].filter((name) => HOST.test(name));
  return {
    addresses: [...new Set([...served, '127.0.0.1'])].slice(0, MOST_NAMES),
    hosts: [...new Set(hosts)],
  };
}

/** Is the certificate good for all of them? `certified`: the names that it holds. */
export function findMissingNames({ addresses, hosts }: ServerNames, certified: readonly string[]): readonly string[] {
  return [...addresses, ...hosts].filter((name) => !certified.includes(name));
}

/** `wanted`, and the addresses that the certificate before had: an interface that comes and goes shall not change it each time. */
export function keepAddresses(wanted: ServerNames, certified: readonly string[]): ServerNames {
  const before = certified.filter((name) => /^[\d.]+$/.test(name));
  return { ...wanted, addresses: [...new Set([...wanted.addresses, ...before])].slice(0, MOST_NAMES) };
}
