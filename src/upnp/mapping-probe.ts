import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import type { MappingProtocol } from '../core/internet.ts';
import type { KeptMapping } from './keeper-state.ts';

/** What can be told of an open port from inside. None of it proves that the Internet comes through. */
export interface MappingProbe {
  readonly protocol: MappingProtocol;
  readonly externalPort: number;
  /** As the router was just read; null: it does not tell. */
  readonly isMapped: boolean | null;
  /** Does a program of this host listen there? Null: the port leads to another host, or we may not look (ports below 1024). */
  readonly isHeard: boolean | null;
  /** Did what we sent to our own external address come back? Many routers never do that. Null: not tried. */
  readonly cameBack: boolean | null;
}

/** Ms. A router answers for itself, within its own LAN. */
const WAIT_MS = 1_500;

const SENDS = 3;

/** Tests one port; `kept` is as it was just renewed. Sends to our own external address only. Never rejects. */
export async function testMapping(
  kept: KeptMapping,
  { localAddress, externalAddress }: { readonly localAddress: string | null; readonly externalAddress: string | null },
): Promise<MappingProbe> {
  const { protocol, externalPort, internalClient, internalPort } = kept.wanted;
  const isMapped = kept.state === 'no-gateway' || kept.state === 'wanted' ? null : kept.state === 'mapped';
  const about = { protocol, externalPort, isMapped };
  if (internalClient !== localAddress) return { ...about, isHeard: null, cameBack: null };
  const there = { address: internalClient, port: internalPort };
  const door = externalAddress === null ? null : { address: externalAddress, port: externalPort };
  const cameBack = await (protocol === 'UDP' ? tryUdp(there, door) : tryTcp(there, door));
  // Whoever keeps us from listening listens himself.
  const isHeard = cameBack === 'unknown' ? null : cameBack === 'taken';
  return { ...about, isHeard, cameBack: typeof cameBack === 'boolean' ? cameBack : null };
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** True or false: it came back or not. untried: there is no address to send to. taken: another program has the port. unknown: we may not listen there. */
type Outcome = boolean | 'untried' | 'taken' | 'unknown';

function tryUdp(there: Endpoint, door: Endpoint | null): Promise<Outcome> {
  const token = randomBytes(16);
  const ear = createSocket('udp4');
  const mouth = createSocket('udp4');
  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = [];
    const end = (outcome: Outcome) => {
      for (const timer of timers) clearTimeout(timer);
      ear.close();
      mouth.close();
      resolve(outcome);
    };
    const send = () => {
      if (door !== null) mouth.send(token, door.port, door.address);
    };
    ear.once('error', (error) => end(outcomeOf(error)));
    mouth.on('error', () => {});
    ear.on('message', (data) => data.equals(token) && end(true));
    ear.bind(there.port, there.address, () => {
      if (door === null) return end('untried');
      send();
      for (let turn = 1; turn < SENDS; turn++) timers.push(setTimeout(send, (turn * WAIT_MS) / (SENDS + 1)));
      timers.push(setTimeout(() => end(false), WAIT_MS));
    });
  });
}

function tryTcp(there: Endpoint, door: Endpoint | null): Promise<Outcome> {
  const token = randomBytes(16).toString('hex');
  const callers = new Set<Socket>();
  const ear = createServer((socket) => {
    callers.add(socket);
    socket.on('error', () => {});
    // Whoever it is may speak first; and may stay on the line, but not longer than the test.
    socket.once('close', () => callers.delete(socket)).resume();
    socket.end(token);
  });
  return new Promise((resolve) => {
    ear.once('error', (error) => resolve(outcomeOf(error)));
    ear.listen(there.port, there.address, () => {
      if (door === null) return ear.close(() => resolve('untried'));
      const mouth = connect({ host: door.address, port: door.port });
      let heard = '';
      mouth.setTimeout(WAIT_MS);
      const end = () => {
        mouth.destroy();
        ear.close();
        for (const caller of callers) caller.destroy();
        resolve(heard === token);
      };
      mouth.on('data', (data) => {
        heard += data.toString('latin1', 0, token.length);
        if (heard.length >= token.length) end();
      });
      for (const event of ['error', 'timeout', 'end'] as const) mouth.once(event, end);
    });
  });
}

function outcomeOf({ code }: NodeJS.ErrnoException): Outcome {
  return code === 'EADDRINUSE' ? 'taken' : 'unknown';
}
