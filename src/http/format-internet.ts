import type { InternetSettings } from '../core/internet.ts';
import type { AddressPeriod, ExternalAddress, MappingTest } from '../flows/internet-facts.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { AddressHistory, ExternalAddressAnswer } from './schemas/external-address.ts';
import type { InternetSettingsAnswer } from './schemas/internet.ts';
import type { MappingTests } from './schemas/port-mappings.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatInternetSettings(internet: InternetSettings): InternetSettingsAnswer {
  const { mapPorts, portMappings, searchFrom, addressSource, pollSeconds, fixedAddress, hostName, webhookUrl } =
    internet;
  return {
    mapPorts,
    portMappings: portMappings.map(({ protocol, externalPort, internalPort, count, internalClient, description }) => ({
      protocol,
      externalPort,
      internalPort,
      count,
      internalClient,
      description,
    })),
    searchFrom,
    addressSource,
    pollSeconds,
    fixedAddress,
    hostName,
    webhookUrl,
  };
}

export function formatExternalAddress(external: ExternalAddress): ExternalAddressAnswer {
  const { address, since, readings, isDisputed } = external;
  return {
    address,
    since: formatTimeOrNull(since),
    disputed: isDisputed,
    readings: readings.map((reading) => ({
      source: reading.source,
      decides: reading.decides,
      address: reading.address,
      kind: reading.kind,
      confirmedAt: formatTimeOrNull(reading.at),
      problem: reading.problem,
    })),
  };
}

/** `now`: a period that has not ended is as long as it is by then. */
export function formatAddressHistory(periods: readonly AddressPeriod[], now: number): AddressHistory {
  return {
    items: periods.map(({ address, source, since, until }) => ({
      address,
      source,
      since: formatTime(since),
      until: formatTimeOrNull(until),
      // A clock that was set back makes no time run backwards.
      seconds: Math.max(0, Math.round(((until ?? now) - since) / 1_000)),
    })),
  };
}

export function formatMappingTests(tests: readonly MappingTest[]): MappingTests {
  return {
    items: tests.map(({ protocol, externalPort, isMapped, isHeard, cameBack }) => ({
      protocol,
      externalPort,
      mapped: isMapped,
      heard: isHeard,
      cameBack,
    })),
  };
}
