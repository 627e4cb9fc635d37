import type { GatewayAdvice } from './gateway-advice.ts';

/** What a code of a router means, as a technician reads it. `meaning` and `todo` are sentences without their full stop. */
export interface CodeText {
  /** The standard's own word. */
  readonly name: string;
  readonly meaning: string;
  readonly todo: string;
  readonly advice: GatewayAdvice;
}

const BY_HAND = "make the entry by hand on the router's own pages";
const UPDATE = `update the router's firmware, or ${BY_HAND}`;
const TABLE_FULL = "remove entries from the router's table of port mappings, or map fewer ports here";

function text(name: string, advice: GatewayAdvice, meaning: string, todo: string): CodeText {
  return { name, meaning, todo, advice };
}

/** UPnP Device Architecture 3.2.2 (4xx, 5xx, 6xx); WANIPConnection:1 and :2, 2.4 (7xx). */
const CODES: Readonly<Record<number, CodeText>> = {
  401: text('Invalid Action', 'update-router', 'the router does not know an action that every IGD must know', UPDATE),
  402: text(
    'Invalid Args',
    'free-some-ports',
    'the router dislikes what it was asked, with and without a lease; some answer so when their table is full',
    `${TABLE_FULL}; else ${UPDATE}`,
  ),
  501: text(
    'Action Failed',
    'restart-router',
    'the router could not do it and says no more: its Internet connection may be down, the port taken, or its UPnP service hangs',
    'look whether the router is online; if this stays, switch its UPnP off and on, or restart it',
  ),
  600: text('Argument Value Invalid', 'forward-by-hand', 'the router does not take these ports', BY_HAND),
  601: text('Argument Value Out of Range', 'forward-by-hand', 'the router does not take these ports', BY_HAND),
  602: text('Optional Action Not Implemented', 'update-router', 'the router lacks an action', UPDATE),
  603: text('Out of Memory', 'free-some-ports', 'the router has no memory left for it', TABLE_FULL),
  604: text(
    'Human Intervention Required',
    'allow-port-mapping',
    'the router wants a person to confirm it',
    "confirm it on the router's own pages",
  ),
  605: text('String Argument Too Long', 'forward-by-hand', 'the description is too long for the router', BY_HAND),
  606: text(
    'Action not authorized',
    'allow-port-mapping',
    'the router does not let this appliance open the port',
    'permit it in the router (Fritz!Box: "Selbstständige Portfreigaben" for this appliance; others: UPnP rules and deny lists)',
  ),
  713: text('SpecifiedArrayIndexInvalid', 'wait', "the end of the router's table", 'nothing'),
  714: text(
    'NoSuchEntryInArray',
    'free-some-ports',
    'the router said that it opened the port, and has no such entry: its table may be full',
    TABLE_FULL,
  ),
  715: text('WildCardNotPermittedInSrcIP', 'forward-by-hand', 'it opens ports for one known sender only', BY_HAND),
  716: text('WildCardNotPermittedInExtPort', 'forward-by-hand', 'the router does not take this external port', BY_HAND),
  718: text(
    'ConflictInMappingEntry',
    'choose-other-port',
    'another host holds the external port',
    'choose another external port, or free this one in the router',
  ),
  724: text(
    'SamePortValuesRequired',
    'use-same-port',
    'the router opens a port only towards the same port number',
    'set external and internal port to the same number',
  ),
  725: text(
    'OnlyPermanentLeasesSupported',
    'accept-permanent',
    'the router knows no leases: an entry stays until it is deleted',
    'nothing while the appliance runs; it deletes its entries when it stops',
  ),
  726: text('RemoteHostOnlySupportsWildcard', 'update-router', 'the router refuses an open to all senders', UPDATE),
  727: text(
    'ExternalPortOnlySupportsWildcard',
    'forward-by-hand',
    'the router forwards all ports to one host or none',
    BY_HAND,
  ),
  728: text('NoPortMapsAvailable', 'free-some-ports', "the router's table of port mappings is full", TABLE_FULL),
  729: text(
    'ConflictWithOtherMechanisms',
    'choose-other-port',
    'the router itself uses the external port, for a forward made by hand or a service of its own',
    'choose another external port, or free this one in the router',
  ),
  730: text('PortMappingNotFound', 'wait', 'there is no such entry', 'nothing'),
  732: text('WildCardNotPermittedInIntPort', 'forward-by-hand', 'the router refuses this internal port', BY_HAND),
  733: text('InconsistentParameters', 'forward-by-hand', 'the router does not take these ports', BY_HAND),
};

/** A code that no standard knows keeps the router's own word for it. */
export function findUpnpCode(code: number, ownWord: string): CodeText {
  const known = CODES[code];
  if (known !== undefined) return known;
  const meaning = 'the router gives a reason of its own';
  return text(ownWord || 'unknown code', 'restart-router', meaning, `restart the router; if this stays, ${UPDATE}`);
}
