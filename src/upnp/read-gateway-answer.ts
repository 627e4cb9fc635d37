import { isIPv4 } from 'node:net';
import type { MappingProtocol } from '../core/internet.ts';
import { err, ok, type Result } from '../core/result.ts';
import { formatPrintable } from './format-printable.ts';
import type { GatewayMapping, GatewayStatus, MappingKey } from './gateway.ts';
import type { SoapAnswer } from './parse-soap.ts';

/** A mapping in the words of a router, before anything is believed. */
export interface ToldMapping {
  readonly protocol: string;
  readonly externalPort: string;
  readonly internalClient: string;
  readonly internalPort: string;
  readonly enabled: string;
  readonly description: string;
  readonly leaseSeconds: string;
}

/** WANIPConnection 2.4.16 and 2.4.3 name their out arguments alike; GetSpecificPortMappingEntry does not repeat the key. */
export function readToldMapping(answer: SoapAnswer, key?: MappingKey): ToldMapping {
  const read = (name: string) => answer.get(name) ?? '';
  return {
    protocol: key?.protocol ?? read('NewProtocol'),
    externalPort: key === undefined ? read('NewExternalPort') : String(key.externalPort),
    internalClient: read('NewInternalClient'),
    internalPort: read('NewInternalPort'),
    enabled: read('NewEnabled'),
    description: read('NewPortMappingDescription'),
    leaseSeconds: read('NewLeaseDuration'),
  };
}

/** Believes a mapping as far as it is one: an IPv4 client, ports of 1-65535, UDP or TCP. A lease that is missing or no number is told as 0. */
export function readMapping(told: ToldMapping): Result<GatewayMapping, string> {
  const protocol = readProtocol(told.protocol);
  const externalPort = readNumber(told.externalPort, 65_535);
  const internalPort = readNumber(told.internalPort, 65_535);
  const internalClient = told.internalClient.trim();
  if (protocol === null) return wrong('a protocol', told.protocol, 'UDP or TCP');
  if (!externalPort) return wrong('an external port', told.externalPort, '1-65535');
  if (!internalPort) return wrong('an internal port', told.internalPort, '1-65535');
  if (!isIPv4(internalClient)) return wrong('an internal client', told.internalClient, 'an IPv4 address');
  return ok({
    protocol,
    externalPort,
    internalClient,
    internalPort,
    description: formatPrintable(told.description),
    enabled: readBoolean(told.enabled),
    leaseSeconds: readNumber(told.leaseSeconds, 0xffff_ffff) ?? 0,
  });
}

/** UDA data type boolean: 0, 1, and the words of it. */
export function readBoolean(text: string): boolean {
  return ['1', 'true', 'yes'].includes(text.trim().toLowerCase());
}

/**
 * GetExternalIPAddress (as it came; null: the router refused, then `seen` says how) and GetStatusInfo. `Up` is said by devices that
 * mean `Connected`.
 */
export function readStatus(external: string | null, seen: string, info: SoapAnswer): GatewayStatus {
  const address = external?.trim() ?? '';
  const connection = formatPrintable(info.get('NewConnectionStatus') ?? '', 40) || null;
  return {
    externalAddress: isIPv4(address) ? address : null,
    seen: formatPrintable(seen),
    isConnected: connection === null ? null : ['connected', 'up'].includes(connection.toLowerCase()),
    connection,
    uptimeSeconds: readNumber(info.get('NewUptime') ?? '', 0xffff_ffff),
  };
}

function readProtocol(text: string): MappingProtocol | null {
  const upper = text.trim().toUpperCase();
  return upper === 'UDP' || upper === 'TCP' ? upper : null;
}

/** A whole number from 0 to `highest`, or null. */
function readNumber(text: string, highest: number): number | null {
  const trimmed = text.trim();
  const number = /^[0-9]{1,10}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return number <= highest ? number : null;
}

function wrong(what: string, saw: string, want: string): Result<never, string> {
  return err(`told ${what} "${formatPrintable(saw, 40)}"; wanted ${want}`);
}
