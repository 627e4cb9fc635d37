import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Canary {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Method and path of each request; of a connection that sent none: `connected`. */
  readonly heard: string[];
  close(): Promise<void>;
}

/** A server that nobody may ever ask: another service of the host, or of the LAN. */
export async function openCanary(address = '127.0.0.1'): Promise<Canary> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('<root/>');
  });
  server.on('connection', () => heard.push('connected'));
  server.listen(0, address);
  await once(server, 'listening');
  return {
    origin: `http://${address}:${(server.address() as AddressInfo).port}`,
    heard,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
