import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface SsdpPeer {
  readonly port: number;
  /** Targets of the M-SEARCH that came, in order. */
  readonly asked: string[];
  readonly socket: Socket;
  close(): Promise<void>;
}

/** Hears M-SEARCH on a socket of 127.0.0.1, or on the real group over loopback, and answers each with all the given datagrams. */
export async function openSsdpPeer(
  answer: (target: string) => readonly string[],
  bind = { address: '127.0.0.1', port: 0 },
): Promise<SsdpPeer> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  const asked: string[] = [];
  socket.on('message', (data, from) => {
    const target = /^ST: (.*)\r$/m.exec(data.toString())?.[1];
    if (target === undefined) return;
    asked.push(target);
    for (const text of answer(target)) socket.send(text, from.port, from.address);
  });
  socket.bind(bind.port, bind.address);
  await once(socket, 'listening');
  if (bind.address !== '127.0.0.1') socket.addMembership(bind.address, '127.0.0.1');
  const { port } = socket.address() as AddressInfo;
  return {
    port,
    asked,
    socket,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** An answer to M-SEARCH; given headers replace those of the same name, null leaves one out. */
export function searchAnswer(headers: Readonly<Record<string, string | null>> = {}, lineEnd = '\r\n'): string {
  const all: Record<string, string | null> = {
    'CACHE-CONTROL': 'max-age=120',
    ST: 'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
    USN: 'uuid:6d5b4c3a::urn:schemas-upnp-org:device:InternetGatewayDevice:1',
    EXT: '',
    LOCATION: 'http://127.0.0.1:5000/rootDesc.xml',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return ['HTTP/1.1 200 OK', ...lines, '', ''].join(lineEnd);
}
