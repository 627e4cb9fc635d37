import { describeInternetWarning, findInternetWarnings } from '../core/check-internet.ts';
import type { InternetSettings } from '../core/internet.ts';
import type { ExternalAddress } from '../flows/internet-facts.ts';
import { describeGatewayError, type ErrorDescription } from '../upnp/describe-gateway-error.ts';
import { describeMappingTrouble } from '../upnp/describe-mapping-trouble.ts';
import type { GatewayError, GatewayFacts, GatewayStatus } from '../upnp/gateway.ts';
import type { KeeperState, KeptMapping, MappingState } from '../upnp/keeper-state.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { PortMappingsAnswer } from './schemas/port-mappings.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatPortMappings(keeper: KeeperState, internet: InternetSettings): PortMappingsAnswer {
  const { search, gateway, gatewaySince, others, refused, status, statusAt, statusError } = keeper;
  return {
    enabled: internet.mapPorts,
    search: { state: search.state, at: formatTimeOrNull(search.at), from: search.from },
    gateway: gateway && formatGateway(gateway),
    gatewaySince: formatTimeOrNull(gatewaySince),
    otherGateways: others.map(formatGateway),
    refusedAnswers: refused.map(({ address, reason }) => ({ address, reason })),
    status: status && formatStatus(status, statusAt),
    statusError: statusError && formatGatewayError(statusError),
    statusTrouble:
      statusError &&
      formatTrouble(describeGatewayError(statusError, gateway === null ? {} : { gatewayKind: gateway.kind })),
    onlyPermanent: keeper.onlyPermanent,
    rebootedAt: formatTimeOrNull(keeper.rebootedAt),
    mappings: keeper.mappings.map((mapping) => formatMapping(mapping, gateway)),
    notes: findInternetWarnings(internet).map(describeInternetWarning),
  };
}

/** Enough to know whether to read again. */
export function formatInternetEvent(keeper: KeeperState, external: ExternalAddress): Readonly<Record<string, unknown>> {
  const { search, gateway, mappings } = keeper;
  return {
    search: search.state,
    gateway: gateway?.address ?? null,
    mappings: countMappings(mappings),
    externalAddress: external.address,
    disputed: external.isDisputed,
  };
}

/** How many ports are in each state. */
export function countMappings(mappings: readonly KeptMapping[]): Record<MappingState, number> {
  const counts = { wanted: 0, mapped: 0, conflict: 0, refused: 0, failing: 0, 'no-gateway': 0 };
  for (const { state } of mappings) counts[state] += 1;
  return counts;
}

function formatGateway(gateway: GatewayFacts): NonNullable<PortMappingsAnswer['gateway']> {
  const { kind, id, address, localAddress, name, manufacturer, model, serviceType, isDefaultRouter } = gateway;
  return { kind, id, address, localAddress, name, manufacturer, model, serviceType, defaultRouter: isDefaultRouter };
}

function formatStatus(status: GatewayStatus, at: number | null): NonNullable<PortMappingsAnswer['status']> {
  const { externalAddress, seen, isConnected, connection, uptimeSeconds } = status;
  return { externalAddress, seen, connected: isConnected, connection, uptimeSeconds, at: formatTimeOrNull(at) };
}

function formatMapping(mapping: KeptMapping, gateway: GatewayFacts | null): PortMappingsAnswer['mappings'][number] {
  const trouble = describeMappingTrouble(mapping, gateway);
  const { wanted, state, since, heldBy, leaseSeconds, expiresAt, nextAt, error } = mapping;
  const { protocol, externalPort, internalPort, internalClient, description } = wanted;
  return {
    protocol,
    externalPort,
    internalPort,
    internalClient,
    description,
    state,
    since: formatTime(since),
    heldBy,
    leaseSeconds,
    expiresAt: formatTimeOrNull(expiresAt),
    nextAt: formatTimeOrNull(nextAt),
    error: error && formatGatewayError(error),
    trouble: trouble && formatTrouble(trouble),
  };
}

function formatTrouble({ advice, seen, message }: ErrorDescription): NonNullable<PortMappingsAnswer['statusTrouble']> {
  return { advice, seen, message };
}

function formatGatewayError(error: GatewayError): NonNullable<PortMappingsAnswer['statusError']> {
  const { kind } = error;
  switch (kind) {
    case 'upnp':
    case 'pcp':
      return { kind, code: error.code, grantedPort: null, text: error.text };
    case 'other-port':
      return { kind, code: null, grantedPort: error.granted, text: `port ${error.granted} was given instead` };
    default:
      return { kind, code: null, grantedPort: null, text: error.text };
  }
}
