import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { FAILURE_KINDS } from '../core/quarantine.ts';
import type { CounterName, Counters } from '../flows/counters.ts';
import type { InternetDoors } from '../flows/internet-facts.ts';
import type { Office } from '../flows/office.ts';
import type { Quarantine } from '../flows/quarantine.ts';
import { countMappings } from './format-port-mappings.ts';

const HELP: Readonly<Record<CounterName, string>> = {
  datagramsHeard: 'Datagrams that reached the multicast group',
  datagramsIgnored: 'Datagrams that were no SUBSCRIBE of a phone on a served LAN',
  datagramsFiltered: 'Datagrams from where nobody is heard, by the rules of trust',
  datagramsQuarantined: 'Datagrams of sources in quarantine',
  datagramsLimited: 'Datagrams beyond what a source, or all together, may send at once',
  subscribesHeard: 'SUBSCRIBEs of phones, copies included',
  subscribesRepeated: 'Copies of SUBSCRIBEs that were answered already',
  repliesSent: 'SUBSCRIBEs answered with 200',
  notifiesSent: 'NOTIFYs begun, retransmissions not counted',
  notifiesAcknowledged: 'NOTIFYs that the phone took',
  notifiesUnanswered: 'NOTIFYs without an answer',
  notifiesRejected: 'NOTIFYs that the phone refused',
  filesServed: 'Files given to phones',
  filesAbsent: 'Files asked for that phones shall not find',
  requestsRefused: 'Requests for files that were refused',
  requestsFiltered: 'Connections and requests from where nobody is heard, by the rules of trust',
  requestsQuarantined: 'Connections and requests of sources in quarantine',
  requestsLimited: 'Connections and requests beyond what a source, or all together, may make at once',
  filesRendered: 'Files rendered, not taken from the cache',
};

/** What /metrics shows: the process, what was counted, the phones by state, the way to the Internet. A registry of its own; no secret is in it. */
export function createMetricsRegistry(
  office: Office,
  counters: Counters,
  internet: Pick<InternetDoors, 'readKeeper' | 'readAddress'>,
  quarantine: Pick<Quarantine, 'list'>,
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, help] of Object.entries(HELP)) {
    const counter = new Counter({
      name: `plugtone_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`,
      help,
      registers: [registry],
      collect() {
        counter.reset();
        counter.inc(counters.read()[name as CounterName]);
      },
    });
  }
  const devices = new Gauge({
    name: 'plugtone_devices',
    help: 'Known phones by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const states = { pending: 0, approved: 0, blocked: 0 };
      for (const { state } of office.devices()) states[state] += 1;
      for (const [state, count] of Object.entries(states)) devices.set({ state }, count);
    },
  });
  addInternetGauges(registry, internet);
  addTrustMetrics(registry, counters, quarantine);
  return registry;
}

function addTrustMetrics(registry: Registry, counters: Counters, quarantine: Pick<Quarantine, 'list'>): void {
  const registers = [registry];
  const refusals = new Counter({
    name: 'plugtone_refusals_total',
    help: 'What was refused to phones and in their names, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      refusals.reset();
      for (const [reason, count] of counters.readRefusals()) refusals.inc({ reason }, count);
    },
  });
  const quarantined = new Gauge({
    name: 'plugtone_quarantined',
    help: 'Sources that are in quarantine now, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      quarantined.reset();
      for (const reason of FAILURE_KINDS) quarantined.set({ reason }, 0);
      for (const { reason } of quarantine.list()) quarantined.inc({ reason });
    },
  });
}

function addInternetGauges(
  registry: Registry,
  { readKeeper, readAddress }: Pick<InternetDoors, 'readKeeper' | 'readAddress'>,
): void {
  const registers = [registry];
  const mappings = new Gauge({
    name: 'plugtone_port_mappings',
    help: 'Ports that are open or should be, by state',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(countMappings(readKeeper().mappings))) mappings.set({ state }, count);
    },
  });
  const address = new Gauge({
    name: 'plugtone_external_address_known',
    help: '1: the external address of the office is known',
    registers,
    collect() {
      address.set(readAddress().address === null ? 0 : 1);
    },
  });
  const gateway = new Gauge({
    name: 'plugtone_gateway_present',
    help: '1: there is a router that ports can be asked of',
    registers,
    collect() {
      gateway.set(readKeeper().gateway === null ? 0 : 1);
    },
  });
}
