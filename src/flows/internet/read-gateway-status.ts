import { err, ok, type Result } from '../../core/result.ts';
import { describeGatewayError } from '../../upnp/describe-gateway-error.ts';
import type { GatewayError, GatewayStatus } from '../../upnp/gateway.ts';

/** The address that a router names, of whatever range; or why there is none, in one sentence. Both null: no router was found. */
export function readGatewayStatus(status: GatewayStatus | null, error: GatewayError | null): Result<string, string> {
  if (error !== null) return err(describeGatewayError(error).message);
  if (status === null) return err('No router was found that tells its address.');
  if (status.externalAddress !== null) return ok(status.externalAddress);
  const connection = status.isConnected === false ? `: its connection is "${status.connection ?? 'down'}"` : '';
  // miniupnpd and others leave it out where it is none that the Internet reaches.
  if (status.seen === '' && status.isConnected === true)
    return err('The router is connected but names no address: most likely it has no public address itself.');
  const answer = status.seen === '' ? 'nothing' : `"${status.seen}"`;
  return err(`The router names no address, it answers ${answer}${connection}.`);
}
