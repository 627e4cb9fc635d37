import type { InternetSettings } from '../../core/internet.ts';
import { note } from '../../core/note.ts';
import type { DefaultRoute } from '../../lan/parse-route-table.ts';
import type { Gateway, GatewaySearch } from '../../upnp/gateway.ts';
import { type DoctorCheck, type Finding, green, yellow } from './finding.ts';
import { judgeAddress, judgeMappings } from './judge-gateway.ts';

export interface GatewayDoors {
  readonly readRoute: () => Promise<DefaultRoute | null>;
  /** Null: this host serves loopback only, so the LAN is not spoken to. */
  readonly search: (signal: AbortSignal) => Promise<GatewaySearch | null>;
  readonly internet: () => Promise<InternetSettings>;
}

/** Answers that were not believed: a network can hold any number of devices. */
const MOST_REFUSED = 4;

/**
 * The way to the Internet step by step, each explained: route, search, description, services, external address, mappings. Only
 * questions are asked: nothing in the router is changed. None of it is red, as an office can do without open ports.
 */
export function createGatewayCheck(doors: GatewayDoors): DoctorCheck {
  async function run(signal: AbortSignal): Promise<readonly Finding[]> {
    const [route, internet, search] = await Promise.all([doors.readRoute(), doors.internet(), doors.search(signal)]);
    if (search === null) {
      return [green('gateway', note('doctor.gateway-trial', 'Only loopback is served: the router is not asked.'))];
    }
    const findings = [judgeRoute(route), judgeSearch(search, internet.mapPorts), ...judgeRefused(search)];
    const [gateway] = search.found;
    if (gateway === undefined) return findings;
    return [
      ...findings,
      ...describe(gateway),
      ...(await judgeAddress(gateway)),
      ...(await judgeMappings(gateway, internet)),
    ];
  }
  return { id: 'gateway', run };
}

function judgeRoute(route: DefaultRoute | null): Finding {
  const id = 'gateway.route';
  if (route !== null) {
    const values = { router: route.router, device: route.device };
    return green(id, note('doctor.route', 'The default route leads over {device} to the router {router}.', values));
  }
  return yellow(
    id,
    note('doctor.no-route', 'This host has no default route: it cannot reach the Internet.'),
    note(
      'doctor.no-route-advice',
      'Give it a router by DHCP or by hand, if it shall look after ports or hear of new addresses.',
    ),
  );
}

function judgeSearch({ found }: GatewaySearch, mapPorts: boolean): Finding {
  const id = 'gateway.search';
  if (found.length > 0) {
    const who = found.map(({ facts }) => `${facts.address} (${nameKind(facts.kind)})`).join(', ');
    return green(id, note('doctor.search-found', 'Routers that open ports on request: {who}.', { who }));
  }
  const sentence = note(
    'doctor.search-none',
    'No router answers that opens ports on request (UPnP IGD, PCP, NAT-PMP).',
  );
  if (!mapPorts)
    return green(
      id,
      note('doctor.search-none-unwanted', 'No router answers that opens ports on request; none are wanted.'),
    );
  return yellow(
    id,
    sentence,
    note('doctor.search-advice', 'Switch UPnP, PCP or NAT-PMP on in the router, or forward the ports by hand.'),
  );
}

function judgeRefused({ refused }: GatewaySearch): readonly Finding[] {
  return refused.slice(0, MOST_REFUSED).map(({ address, reason }) =>
    yellow(
      'gateway.description',
      note('doctor.description-refused', '{address} answered the search and is not believed: {reason}.', {
        address,
        reason,
      }),
      note(
        'doctor.description-refused-advice',
        'If it is your router: update its firmware. Else somebody pretends to be one: find that host.',
      ),
    ),
  );
}

function describe({ facts }: Gateway): readonly Finding[] {
  const { kind, manufacturer, model, name, serviceType, address } = facts;
  const who = [manufacturer, model ?? name].filter((word) => word !== null).join(' ') || address;
  const findings = [green('gateway.description', note('doctor.description', 'The router says it is {who}.', { who }))];
  if (kind !== 'igd') {
    const sentence = note(
      'doctor.service-other',
      'It opens ports by {protocol}; nothing tells who holds a port there.',
      { protocol: nameKind(kind) },
    );
    return [...findings, green('gateway.services', sentence)];
  }
  const service = (serviceType ?? '').split(':').slice(-2).join(':');
  return [
    ...findings,
    green('gateway.services', note('doctor.service', 'Its service for ports is {service}.', { service })),
  ];
}

function nameKind(kind: Gateway['facts']['kind']): string {
  return { igd: 'UPnP IGD', pcp: 'PCP', 'nat-pmp': 'NAT-PMP' }[kind];
}
