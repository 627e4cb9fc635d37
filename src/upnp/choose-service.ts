import { classifyAddress } from '../core/classify-address.ts';
import type { GatewayStatus } from './gateway.ts';
import type { IgdService } from './parse-description.ts';

/** A service of a gateway with what it said of its connection; null: nothing. */
export interface ToldService {
  readonly service: IgdService;
  readonly status: GatewayStatus | null;
}

/**
 * Routers describe connections that they do not use: a second WAN, a management channel. The first connected one with a public address, else the
 * first connected one, else the first. Undefined: there is none.
 */
export function chooseService(services: readonly ToldService[]): IgdService | undefined {
  const connected = services.filter(({ status }) => status?.isConnected === true);
  const chosen = connected.find(({ status }) => isPublic(status?.externalAddress)) ?? connected[0] ?? services[0];
  return chosen?.service;
}

function isPublic(address: string | null | undefined): boolean {
  return typeof address === 'string' && classifyAddress(address) === 'public';
}
