import { classifyAddress } from '../../core/classify-address.ts';
import type { InternetSettings } from '../../core/internet.ts';
import { type Note, note } from '../../core/note.ts';
import { describeGatewayError } from '../../upnp/describe-gateway-error.ts';
import { expandMappings } from '../../upnp/expand-mappings.ts';
import type { Gateway, GatewayError, GatewayMapping } from '../../upnp/gateway.ts';
import { type Finding, green, yellow } from './finding.ts';

/** Entries of the router's table that are read: small routers keep 32. */
const MOST_ENTRIES = 300;

/** Ports that are told by name. */
const MOST_TOLD = 5;

/** Does the router map ports, and does somebody else hold one that is wanted? Its table is read, nothing is tried. */
export async function judgeMappings(gateway: Gateway, internet: InternetSettings): Promise<readonly Finding[]> {
  const id = 'gateway.mapping';
  const wanted = expandMappings(internet.portMappings, gateway.facts.localAddress);
  const table = await gateway.listMappings(MOST_ENTRIES);
  if (!table.ok) {
    if (table.problem.kind !== 'unsupported') return [judgeError(id, table.problem, gateway)];
    return [
      green(
        id,
        note(
          'doctor.mapping-untold',
          'This router keeps its table to itself: whether it opens a port shows when one is opened.',
        ),
      ),
    ];
  }
  const entries = new Map(table.value.map((entry) => [keyOf(entry), entry]));
  const others: string[] = [];
  let open = 0;
  for (const one of wanted) {
    const entry = entries.get(keyOf(one));
    if (entry === undefined) continue;
    if (entry.internalClient === one.internalClient && entry.internalPort === one.internalPort) open += 1;
    else others.push(`${keyOf(one)} (${entry.internalClient})`);
  }
  return [judgeTable(open, wanted.length, entries.size, internet.mapPorts), judgeOthers(others)];
}

function judgeTable(open: number, wanted: number, entries: number, mapPorts: boolean): Finding {
  const id = 'gateway.mapping';
  const values = { open, wanted, entries };
  if (wanted === 0 || !mapPorts) {
    return green(
      id,
      note(
        'doctor.mapping-none-wanted',
        'The router tells its table of open ports (entries: {entries}); Plugtone is to open none.',
        values,
      ),
    );
  }
  if (open === wanted)
    return green(id, note('doctor.mapping-all', 'Every port that is wanted is open ({wanted}).', values));
  return yellow(
    id,
    note('doctor.mapping-some', 'Of the ports that are wanted, {open} of {wanted} are open.', values),
    note(
      'doctor.mapping-advice',
      'The page “Internet” says of each port why it is not open, and what to do; Plugtone must run.',
    ),
  );
}

function judgeOthers(others: readonly string[]): Finding {
  const id = 'gateway.conflicts';
  if (others.length === 0) return green(id, note('doctor.conflict-none', 'No other host holds a port that is wanted.'));
  const ports = others.slice(0, MOST_TOLD).join(', ');
  return yellow(
    id,
    note('doctor.conflict', 'Ports that are wanted lead to other hosts: {ports}.', { ports }),
    adviseGateway(
      'choose-other-port',
      'Take another external port, or free this one at the other host or in the router.',
    ),
  );
}

function keyOf({ protocol, externalPort }: Pick<GatewayMapping, 'protocol' | 'externalPort'>): string {
  return `${protocol} ${externalPort}`;
}

/** Has the router an address that the Internet can reach? */
export async function judgeAddress(gateway: Gateway): Promise<readonly Finding[]> {
  const id = 'gateway.address';
  const status = await gateway.readStatus();
  if (!status.ok) return [judgeError(id, status.problem, gateway)];
  const { externalAddress, isConnected, connection, seen } = status.value;
  if (isConnected === false) {
    const values = { connection: connection ?? '?' };
    const advice = adviseGateway(
      'connect-router',
      'Look at the router’s own pages: line, cable, account with the provider.',
    );
    return [
      yellow(
        id,
        note('doctor.disconnected', 'The router has no connection to the Internet ({connection}).', values),
        advice,
      ),
    ];
  }
  const kind = externalAddress === null ? undefined : classifyAddress(externalAddress);
  if (externalAddress === null || kind === undefined) {
    const advice = adviseGateway(
      'connect-router',
      'Look at the router’s own pages: line, cable, account with the provider.',
    );
    return [
      yellow(
        id,
        note('doctor.no-address', 'The router names no external address (it answers “{seen}”).', { seen }),
        advice,
      ),
    ];
  }
  const address = externalAddress;
  if (kind === 'public')
    return [green(id, note('doctor.address-public', 'The external address is {address}, and public.', { address }))];
  const sentence = note(
    'doctor.address-hidden',
    'The external address {address} is not public ({kind}): the Internet cannot reach it.',
    { address, kind: { key: `address-kind.${kind}`, values: {}, text: kind } },
  );
  const isNat = kind === 'private';
  return [
    yellow(
      id,
      sentence,
      isNat
        ? note(
            'doctor.double-nat-advice',
            'There is a second router before it: open the ports there, too, or make it a bridge.',
          )
        : note(
            'doctor.cgnat-advice',
            'Ask the provider for a public IPv4 address; open ports have no effect until then.',
          ),
    ),
  ];
}

function judgeError(id: string, error: GatewayError, gateway: Gateway): Finding {
  const { seen, message, advice } = describeGatewayError(error, { gatewayKind: gateway.facts.kind });
  return yellow(
    id,
    note('doctor.gateway-error', 'The router answers: {seen}.', { seen }),
    adviseGateway(advice, message),
  );
}

/** The pages have a message for each word of advice. */
function adviseGateway(advice: string, text: string): Note {
  return { key: `advice.${advice}`, values: {}, text };
}
