import { isIPv4 } from 'node:net';
import { err, ok, type Result } from '../core/result.ts';
import type { SoapArgument } from './build-soap.ts';
import type {
  Gateway,
  GatewayError,
  GatewayFacts,
  GatewayMapping,
  GatewayStatus,
  MappingKey,
  MappingRequest,
} from './gateway.ts';
import { createNatUpnpActions } from './nat-upnp-actions.ts';
import type { IgdService } from './parse-description.ts';
import { readMapping, readStatus, readToldMapping } from './read-gateway-answer.ts';
import { createSerialQueue } from './serial-queue.ts';
import { type CallAction, createSoapClient } from './soap-client.ts';

/** Milliseconds for reading the whole table. Real boxes take 60 ms for an entry (256 in 15 s); nobody waits longer at a page. */
const LIST_LIMIT_MS = 10_000;

/** An index beyond the end: SpecifiedArrayIndexInvalid, NoSuchEntryInArray, and what some routers say instead. */
const END_OF_TABLE = [713, 714, 402];

/** NoSuchEntryInArray. */
const NO_SUCH_ENTRY = 714;

/** The entry leads to another host than the one that asks. */
const NOT_AUTHORIZED = 606;

/** Errors that say something about the question, so that another question may still be answered. */
const ABOUT_THE_QUESTION = ['upnp', 'malformed', 'too-large', 'unsupported'];

/** A gateway that was found by SSDP: nat-upnp's actions, and those it lacks, over our own transport. Calls run one at a time. */
export function createIgdGateway(facts: GatewayFacts, service: IgdService): Gateway {
  const call = createSoapClient(service, facts.localAddress);
  const actions = createNatUpnpActions(call, facts.localAddress);
  const inTurn = createSerialQueue();
  return {
    facts,
    readStatus: () => inTurn(() => readIgdStatus(call, facts.localAddress)),
    findMapping: (key) => inTurn(() => findMapping(call, key)),
    addMapping: (request) =>
      inTurn(async () => {
        // A name would make small daemons wait for DNS, and everybody with them.
        if (!isIPv4(request.internalClient))
          return malformed(`asked for ${request.internalClient}; wanted an IPv4 address`);
        const added = await actions.add(request);
        return added.ok ? ok({ leaseSeconds: request.leaseSeconds }) : added;
      }),
    removeMapping: (request) => inTurn(() => removeMapping(call, actions.remove, request, facts.localAddress)),
    listMappings: (most) => inTurn(() => listMappings(call, facts.localAddress, most)),
  };
}

/** The connection's address and state. One that does not know GetStatusInfo still has an address, and the other way round. */
export async function readIgdStatus(
  call: CallAction,
  localAddress: string,
): Promise<Result<GatewayStatus, GatewayError>> {
  const external = await createNatUpnpActions(call, localAddress).readExternalAddress();
  if (!external.ok && !ABOUT_THE_QUESTION.includes(external.problem.kind)) return external;
  const info = await call('GetStatusInfo', []);
  if (!info.ok && (!external.ok || !ABOUT_THE_QUESTION.includes(info.problem.kind))) {
    return external.ok ? info : external;
  }
  const answer = info.ok ? info.value : new Map<string, string>();
  return ok(
    external.ok
      ? readStatus(external.value, external.value, answer)
      : readStatus(null, describeError(external.problem), answer),
  );
}

async function findMapping(call: CallAction, key: MappingKey): Promise<Result<GatewayMapping | null, GatewayError>> {
  const args: readonly SoapArgument[] = [
    ['NewRemoteHost', ''],
    ['NewExternalPort', key.externalPort],
    ['NewProtocol', key.protocol],
  ];
  const answer = await call('GetSpecificPortMappingEntry', args);
  if (!answer.ok) return isUpnp(answer.problem, [NO_SUCH_ENTRY]) ? ok(null) : answer;
  const mapping = readMapping(readToldMapping(answer.value, key));
  return mapping.ok ? mapping : malformed(mapping.problem);
}

/**
 * An entry of ours from when this host had another address is refused to the address of now. DeletePortMappingRange without NewManage may delete
 * what is the asker's own (WANIPConnection:2 2.5.19), and who that is, the router decides: miniupnpd says yes, else the lease ends it.
 */
async function removeMapping(
  call: CallAction,
  remove: (key: MappingKey) => Promise<Result<unknown, GatewayError>>,
  request: MappingRequest,
  localAddress: string,
): Promise<Result<null, GatewayError>> {
  const removed = await remove(request);
  if (removed.ok || isUpnp(removed.problem, [NO_SUCH_ENTRY])) return ok(null);
  if (!isUpnp(removed.problem, [NOT_AUTHORIZED]) || request.internalClient === localAddress) return removed;
  const { protocol, externalPort } = request;
  const ranged = await call('DeletePortMappingRange', [
    ['NewStartPort', externalPort],
    ['NewEndPort', externalPort],
    ['NewProtocol', protocol],
    ['NewManage', 0],
  ]);
  return ranged.ok ? ok(null) : removed;
}

/**
 * nat-upnp takes any error for the end of the table and knows no limit. So the limit is a call that says "the end", and errors that are no end are
 * remembered and told. Entries that are none (no IPv4, no port) are left out.
 */
async function listMappings(
  call: CallAction,
  localAddress: string,
  most: number,
): Promise<Result<readonly GatewayMapping[], GatewayError>> {
  const endAt = performance.now() + LIST_LIMIT_MS;
  let entries = 0;
  let failure: GatewayError | undefined;
  let isOver = false;
  const end: Result<never, GatewayError> = err({ kind: 'upnp', code: 713, text: 'the limit is reached' });

  const limited: CallAction = async (action, args) => {
    if (isOver || entries >= most) return end;
    if (performance.now() > endAt) {
      isOver = true;
      failure = { kind: 'timeout', text: `${entries} mappings read within ${LIST_LIMIT_MS} ms, and there are more` };
      return end;
    }
    const answer = await call(action, args);
    if (answer.ok) {
      // Tables that begin at index 1 have nothing at 0.
      failure = undefined;
      entries++;
    } else {
      isOver = answer.problem.kind !== 'upnp';
      const isEnd = isUpnp(answer.problem, END_OF_TABLE) || (answer.problem.kind === 'upnp' && entries > 0);
      if (!isEnd) failure = answer.problem;
    }
    return answer;
  };
  const listed = await createNatUpnpActions(limited, localAddress).list();
  if (failure !== undefined) return err(failure);
  if (!listed.ok) return listed;
  return ok(
    listed.value.flatMap((told) => {
      const mapping = readMapping(told);
      return mapping.ok ? [mapping.value] : [];
    }),
  );
}

function isUpnp(problem: GatewayError, codes: readonly number[]): boolean {
  return problem.kind === 'upnp' && codes.includes(problem.code);
}

function describeError(problem: GatewayError): string {
  if (problem.kind === 'upnp') return `error ${problem.code} ${problem.text}`.trim();
  return 'text' in problem ? problem.text : problem.kind;
}

function malformed(text: string): Result<never, GatewayError> {
  return err({ kind: 'malformed', text });
}
