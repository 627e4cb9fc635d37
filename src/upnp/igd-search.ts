import { networkInterfaces } from 'node:os';
import { err, type Result } from '../core/result.ts';
import { listInterfaces } from '../lan/lan-address.ts';
import { sendBounded } from './bounded-request.ts';
import { chooseService, type ToldService } from './choose-service.ts';
import type { Gateway, GatewayFacts, GatewaySearch, RefusedAnswer } from './gateway.ts';
import { createIgdGateway, readIgdStatus } from './igd-client.ts';
import { type IgdDescription, type IgdService, parseDescription } from './parse-description.ts';
import { parseSearchAnswer, type SearchAnswer } from './parse-search-answer.ts';
import { createSoapClient } from './soap-client.ts';
import { collectAnswers, type SearchOptions } from './ssdp-search.ts';

/** Milliseconds for reading what answered; a router that is to be used answers faster. */
const READING_LIMIT_MS = 8_000;

/** Answers that are told as not believed. */
const MOST_REFUSED = 16;

interface Described {
  readonly answer: SearchAnswer;
  readonly description: IgdDescription;
}

/**
 * Looks for gateways in the LAN of `localAddress`, and reads their descriptions: 16 at most, hosts side by side, one after
 * another at the same host. Ends within `waitMs` and 8 s. Never rejects for what happens on the network.
 */
export async function searchIgds(options: SearchOptions, collect = collectAnswers): Promise<GatewaySearch> {
  const { localAddress, defaultRouter } = options;
  const refused: RefusedAnswer[] = [];
  const refuse = (address: string, reason: string) => {
    const isKnown = refused.some((known) => known.address === address && known.reason === reason);
    if (!isKnown && refused.length < MOST_REFUSED) refused.push({ address, reason });
  };
  const lan = listInterfaces(networkInterfaces()).find(({ address }) => address === localAddress);
  const messages = await collect(options);
  if (lan === undefined || !messages.ok) {
    refuse(localAddress, `no search from here: ${messages.ok ? 'this host has not that address' : messages.problem}`);
    return { found: [], refused };
  }

  const answers = new Map<string, SearchAnswer>();
  for (const message of messages.value) {
    const answer = parseSearchAnswer(message, { localAddress, prefixLength: lan.prefixLength, defaultRouter });
    if (!answer.ok) refuse(message.address, answer.problem);
    else if (!answers.has(answer.value.location.href)) answers.set(answer.value.location.href, answer.value);
  }

  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(READING_LIMIT_MS)]);
  const reads = [...groupByHost([...answers.values()]).values()].map(async (ofHost) => {
    const described: Described[] = [];
    for (const answer of ofHost) {
      const description = await readDescription(answer, localAddress, signal);
      if (description.ok) described.push({ answer, description: description.value });
      else refuse(answer.address, description.problem);
    }
    return Promise.all(dropDoubles(described).map((one) => createGateway(one, options, signal)));
  });
  const found = (await Promise.all(reads)).flat();
  // Stable: else in the order of their answers.
  found.sort((a, b) => Number(b.facts.isDefaultRouter) - Number(a.facts.isDefaultRouter));
  return { found: dropSameIds(found), refused };
}

async function readDescription(
  { location, namedHost }: SearchAnswer,
  localAddress: string,
  signal: AbortSignal,
): Promise<Result<IgdDescription, string>> {
  const answer = await sendBounded({ url: location, localAddress, signal });
  if (!answer.ok) {
    const { problem } = answer;
    const what = 'text' in problem ? problem.text : problem.kind;
    return err(`its description at ${location.href} cannot be read: ${what}`);
  }
  const { status, body } = answer.value;
  if (status !== 200) {
    return err(`its description at ${location.href} is answered with HTTP ${status}; wanted 200`);
  }
  return parseDescription(body, { location, namedHost });
}

/** One box describes itself twice, as IGD:1 and as IGD:2, under one UDN or two: the newer one counts. */
function dropDoubles(described: readonly Described[]): Described[] {
  const kept: Described[] = [];
  for (const one of described.toSorted((a, b) => newest(a) - newest(b))) {
    if (!kept.some((other) => isSameDevice(one.description, other.description))) kept.push(one);
  }
  return kept;
}

function newest({ description }: Described): number {
  return description.services.some(({ type }) => type.endsWith(':2')) ? 0 : 1;
}

/** Both of one host. */
function isSameDevice(one: IgdDescription, other: IgdDescription): boolean {
  if (one.udn === other.udn) return true;
  return one.model !== null && one.model === other.model && one.manufacturer === other.manufacturer;
}

/** A box with an address more, such as that of a redundant pair: it is used where the default route leads. */
function dropSameIds(found: readonly Gateway[]): Gateway[] {
  const byId = new Map<string, Gateway>();
  for (const gateway of found) if (!byId.has(gateway.facts.id)) byId.set(gateway.facts.id, gateway);
  return [...byId.values()];
}

async function createGateway(
  { answer, description }: Described,
  { localAddress, defaultRouter }: SearchOptions,
  signal: AbortSignal,
): Promise<Gateway> {
  const service = await pickService(description, localAddress, signal);
  const facts: GatewayFacts = {
    kind: 'igd',
    id: description.udn ?? `igd:${answer.address}`,
    address: answer.address,
    localAddress,
    name: description.name,
    manufacturer: description.manufacturer,
    model: description.model,
    serviceType: service.type,
    location: answer.location.href,
    bootId: answer.bootId,
    isDefaultRouter: answer.address === defaultRouter,
  };
  return createIgdGateway(facts, service);
}

/** Asks only where there is a choice. */
async function pickService(
  { services }: IgdDescription,
  localAddress: string,
  signal: AbortSignal,
): Promise<IgdService> {
  const told: ToldService[] = [];
  for (const service of services) {
    const call = createSoapClient(service, localAddress, signal);
    const status = services.length === 1 ? undefined : await readIgdStatus(call, localAddress);
    told.push({ service, status: status?.ok ? status.value : null });
  }
  const chosen = chooseService(told);
  if (chosen === undefined) throw new Error('a description without a service was believed');
  return chosen;
}

function groupByHost(answers: readonly SearchAnswer[]): Map<string, SearchAnswer[]> {
  const groups = new Map<string, SearchAnswer[]>();
  for (const answer of answers) groups.set(answer.address, [...(groups.get(answer.address) ?? []), answer]);
  return groups;
}
