/**
 * What a person can do about a router's answer. The words are an interface: the pages translate each of them, and a word
 * never changes its meaning.
 *
 * - `wait`: it heals by itself, nothing to do.
 * - `allow-port-mapping`: the router may do it and is told not to: permit it for this appliance (Fritz!Box: Internet, Permit
 *   Access, "Selbstständige Portfreigaben"), remove deny rules, prefer external ports from 1024 up.
 * - `only-own-address`: the router opens ports only towards the host that asks: forward this one by hand, or to this appliance.
 * - `choose-other-port`: another host or the router's own service holds the external port: take another, or free it there.
 * - `use-same-port`: external and internal port must be the same number.
 * - `free-some-ports`: the router's table is full: remove entries there, or map fewer ports here.
 * - `forward-by-hand`: this router cannot serve what is wanted: make the entry on its own pages, and switch mapping off here.
 * - `update-router`: the router answers against the standard: new firmware, else a restart, else by hand.
 * - `restart-router`: the router's UPnP service hangs: switch it off and on, or restart the router.
 * - `connect-router`: the router has no connection to the Internet.
 * - `check-network`: the router cannot be reached from this host: cable, switch, address.
 * - `check-other-nat`: something between this host and the router translates addresses.
 * - `accept-permanent`: the router knows no leases: its entries stay until they are deleted; nothing to do while the appliance runs.
 * - `switch-on-upnp`: no router answered: switch on UPnP (or PCP, NAT-PMP) there, or forward by hand.
 */
export const GATEWAY_ADVICE = [
  'wait',
  'allow-port-mapping',
  'only-own-address',
  'choose-other-port',
  'use-same-port',
  'free-some-ports',
  'forward-by-hand',
  'update-router',
  'restart-router',
  'connect-router',
  'check-network',
  'check-other-nat',
  'accept-permanent',
  'switch-on-upnp',
] as const;

export type GatewayAdvice = (typeof GATEWAY_ADVICE)[number];
