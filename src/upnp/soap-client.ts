import { err, type Result } from '../core/result.ts';
import { sendBounded } from './bounded-request.ts';
import { buildSoap, type SoapArgument } from './build-soap.ts';
import type { GatewayError } from './gateway.ts';
import type { IgdService } from './parse-description.ts';
import { parseSoap, type SoapAnswer } from './parse-soap.ts';

/** Asks one action of one service. Never rejects for what the router does; ends within 3 s. */
export type CallAction = (action: string, args: readonly SoapArgument[]) => Promise<Result<SoapAnswer, GatewayError>>;

/** Actions of a service, asked from an address of ours. */
export function createSoapClient(
  { type, controlUrl }: IgdService,
  localAddress: string,
  signal?: AbortSignal,
): CallAction {
  return async (action, args) => {
    const post = buildSoap(type, action, args);
    const answer = await sendBounded({ url: controlUrl, localAddress, post, ...(signal && { signal }) });
    if (!answer.ok) return answer;
    const { status, body } = answer.value;
    const parsed = parseSoap(body, action);
    // UDA 1.1 3.2.5: an error comes with 500. Some send it with 200, or with a status of their own; what is in the body counts.
    if (status === 200 || (!parsed.ok && parsed.problem.kind === 'upnp')) return parsed;
    return err({
      kind: 'malformed',
      text: `answered ${action} with HTTP ${status}; wanted 200, or an error code of UPnP`,
    });
  };
}
