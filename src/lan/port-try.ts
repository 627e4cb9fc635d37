import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** free: it can be had. held: another socket has it. Else the system's word: EACCES … */
export type PortState = 'free' | 'held' | { readonly refused: string };

/** Tries a TCP port of all addresses, and gives it back at once. */
export function tryTcpPort(port: number, host = '0.0.0.0'): Promise<PortState> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (cause) => resolve(readState(cause)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

/** Tries a UDP port of a multicast group, shared with whoever shares it: as the appliance itself does. */
export function tryGroupPort(group: string, port: number): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.once('error', (cause) => {
      socket.close();
      resolve(readState(cause));
    });
    socket.bind(port, group, () => socket.close(() => resolve('free')));
  });
}

function readState(cause: Error): PortState {
  const code = 'code' in cause ? String(cause.code) : cause.message;
  return code === 'EADDRINUSE' ? 'held' : { refused: code };
}
