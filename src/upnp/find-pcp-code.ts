import type { CodeText } from './find-upnp-code.ts';
import type { GatewayAdvice } from './gateway-advice.ts';

const BY_HAND = "make the entry by hand on the router's own pages";
const PERMIT = 'permit it in the router (Fritz!Box: "Selbstständige Portfreigaben" for this appliance)';
const FREE = "remove entries from the router's table, or map fewer ports here";
const ONLINE = 'look whether the router is online';

function text(name: string, advice: GatewayAdvice, meaning: string, todo: string): CodeText {
  return { name, meaning, todo, advice };
}

const NOT_ALLOWED = 'the router does not let this appliance open the port';
const NO_NETWORK = 'the router has no connection to the Internet';
const FULL = 'the router has no room for another mapping';

/** RFC 6887 7.4. */
const PCP: Readonly<Record<number, CodeText>> = {
  1: text('UNSUPP_VERSION', 'update-router', 'the router speaks another version of PCP', BY_HAND),
  2: text('NOT_AUTHORIZED', 'allow-port-mapping', NOT_ALLOWED, PERMIT),
  3: text('MALFORMED_REQUEST', 'update-router', 'the router could not read what it was asked', BY_HAND),
  4: text('UNSUPP_OPCODE', 'forward-by-hand', 'the router speaks PCP and maps no ports', BY_HAND),
  5: text('UNSUPP_OPTION', 'update-router', 'the router lacks an option', BY_HAND),
  6: text('MALFORMED_OPTION', 'update-router', 'the router could not read what it was asked', BY_HAND),
  7: text('NETWORK_FAILURE', 'connect-router', NO_NETWORK, ONLINE),
  8: text('NO_RESOURCES', 'free-some-ports', FULL, FREE),
  9: text('UNSUPP_PROTOCOL', 'forward-by-hand', 'the router does not map this protocol', BY_HAND),
  10: text(
    'USER_EX_QUOTA',
    'free-some-ports',
    'this appliance has all the mappings that the router gives one host',
    FREE,
  ),
  11: text(
    'CANNOT_PROVIDE_EXTERNAL',
    'choose-other-port',
    'the router cannot give this external port: another host may hold it',
    'choose another external port, or free this one in the router',
  ),
  12: text(
    'ADDRESS_MISMATCH',
    'check-other-nat',
    'the router sees another address than ours: something in between translates addresses',
    'connect the appliance to the LAN of the router itself',
  ),
  13: text('EXCESSIVE_REMOTE_PEERS', 'forward-by-hand', 'the router takes no filter', BY_HAND),
};

/** RFC 6886 3.5: other words for the same numbers from 3 on. */
const NAT_PMP: Readonly<Record<number, CodeText>> = {
  1: text('Unsupported Version', 'update-router', 'the router speaks another version of NAT-PMP', BY_HAND),
  2: text('Not Authorized/Refused', 'allow-port-mapping', 'the router has NAT-PMP switched off', PERMIT),
  3: text('Network Failure', 'connect-router', NO_NETWORK, ONLINE),
  4: text('Out of resources', 'free-some-ports', FULL, FREE),
  5: text('Unsupported opcode', 'forward-by-hand', 'the router does not map this protocol', BY_HAND),
};

export function findPcpCode(code: number, protocol: 'pcp' | 'nat-pmp'): CodeText {
  const known = (protocol === 'pcp' ? PCP : NAT_PMP)[code];
  return known ?? text('unknown code', 'restart-router', 'the router gives a reason of its own', 'restart the router');
}
