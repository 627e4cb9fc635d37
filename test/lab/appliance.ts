/**
 * The appliance's ears and mouth alone, for lab tests: hears the group, and answers each word from the interface that
 * leads to the sender. Prints a line of JSON for each thing that happens; asked `state` or `mac <address>` on its
 * standard input, prints the answer. Ends with its standard input.
 */
import { createInterface } from 'node:readline';
import type { Logger } from '../../src/core/logger.ts';
import { watchInterfaces } from '../../src/lan/interface-watch.ts';
import { createNeighbourTable } from '../../src/lan/neighbour-table.ts';
import { openLanSockets } from '../../src/sip/lan-sockets.ts';
import { listenForPnp, PNP_GROUP } from '../../src/sip/pnp-listener.ts';

const POLL_MS = 100;

const tell = (kind: string, facts: Readonly<Record<string, unknown>>) =>
  console.log(JSON.stringify({ kind, ...facts }));
const write = (facts: Readonly<Record<string, unknown>>) => tell('log', facts);
const log: Logger = { debug: () => {}, info: write, warn: write, error: write };

const end = new AbortController();
const { signal } = end;
const interfaces = await watchInterfaces({ wanted: [], signal, log, pollMs: POLL_MS });
const sockets = await openLanSockets({ interfaces, signal, log });
const neighbours = createNeighbourTable({ log });
const listener = await listenForPnp({
  group: PNP_GROUP,
  port: 5060,
  interfaces,
  signal,
  log,
  retryMs: POLL_MS,
  onDatagram: ({ data, address, port }) => {
    const localAddress = interfaces.localAddressFor(address);
    const isOnLink = interfaces.isOnLink(address);
    tell('heard', { word: data.toString(), address, localAddress, isOnLink });
    if (localAddress !== undefined) sockets.send(localAddress, Buffer.from(`heard ${data}`), { address, port });
  },
});
tell('ready', {});

for await (const line of createInterface({ input: process.stdin })) {
  const [command, address = ''] = line.split(' ');
  if (command === 'state') tell('state', { listener: listener.state(), sockets: sockets.state() });
  if (command === 'mac') tell('mac', { mac: (await neighbours.macOf(address)) ?? null });
}
end.abort();
