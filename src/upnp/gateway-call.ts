import { err, type Result } from '../core/result.ts';
import type { Gateway, GatewayError } from './gateway.ts';
import { MOST_LISTED } from './gateway-farewell.ts';
import type { KeeperAction } from './keeper-plan.ts';
import type { KeeperOutcome } from './plan-outcome.ts';

export type GatewayCall = Exclude<KeeperAction, { do: 'rest' | 'search' }>;

/** Does one action. Never rejects: a client that throws, against its contract, counts as an answer that makes no sense. */
export async function callGateway(gateway: Gateway, call: GatewayCall): Promise<KeeperOutcome> {
  switch (call.do) {
    case 'read-status':
      return { ...call, result: await guard(gateway.readStatus()) };
    case 'sweep':
      return { ...call, result: await guard(gateway.listMappings(MOST_LISTED)) };
    case 'list':
      return { ...call, do: 'list', result: await guard(gateway.listMappings(MOST_LISTED)) };
    case 'find':
      return { ...call, do: 'find', result: await guard(gateway.findMapping(call.target.request)) };
    case 'add':
      return { ...call, result: await guard(gateway.addMapping(call.request)) };
    case 'remove':
      return { ...call, result: await guard(gateway.removeMapping(call.request)) };
    default:
      return call satisfies never;
  }
}

function guard<T>(answer: Promise<Result<T, GatewayError>>): Promise<Result<T, GatewayError>> {
  return answer.catch((cause: unknown) => err({ kind: 'malformed', text: `the call failed: ${String(cause)}` }));
}
