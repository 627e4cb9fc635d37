import type { MacAddress } from '../core/mac-address.ts';
import type { Doors, SipDoors } from './doors.ts';

/** An ARP exchange took 0.3-14 ms in our lab; phones repeat their SUBSCRIBE for seconds. */
const NEIGHBOUR_WAIT_MS = 250;

/** A CRLF keep-alive (RFC 5626 3.5.1): no answer to anything, but the kernel must resolve the MAC address to send it. */
const KEEP_ALIVE = Buffer.from('\r\n\r\n');

/** Does the neighbour table contradict the MAC that a message claims? Said from what is known already, without waiting. */
export function isContradicted({ lan }: Pick<Doors, 'lan'>, claimed: MacAddress, address: string): boolean {
  if (lan.isOwnAddress(address)) return false;
  const behind = lan.peekMac(address);
  return behind !== undefined && behind !== claimed;
}

/**
 * The MAC behind an address by the neighbour table, read now. A datagram makes the kernel resolve it, and look again at an
 * entry that it has from an earlier owner of the address. Undefined: nobody is known there.
 */
export async function findAsker(
  { lan, sip }: Pick<Doors, 'lan'> & { readonly sip: Pick<SipDoors, 'send'> },
  source: { readonly address: string; readonly port: number },
  expected?: MacAddress,
): Promise<MacAddress | undefined> {
  const known = await lan.macOf(source.address);
  if (known !== undefined && (expected === undefined || known === expected)) return known;
  const localAddress = lan.localAddressFor(source.address);
  if (localAddress === undefined) return known;
  sip.send(localAddress, KEEP_ALIVE, source);
  await new Promise((resolve) => setTimeout(resolve, NEIGHBOUR_WAIT_MS).unref());
  return lan.macOf(source.address);
}
