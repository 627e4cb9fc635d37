import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';

export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a request is answered: a status, or not at all. `endless`: 200 with a body that does not end. */
export type ReceiverAnswer = number | 'silent' | 'hang-up' | 'endless';

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedWebhook[];
  answer(next: ReceiverAnswer): void;
  /** Resolves when so many have come. */
  wait(count: number): Promise<void>;
}

/** An HTTP server on 127.0.0.1 that keeps what it is sent. Gone when the test ends. */
export async function startWebhookReceiver(first: ReceiverAnswer = 204): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const waiting = new Set<() => void>();
  let current = first;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('error', () => undefined);
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() });
      for (const look of waiting) look();
      if (current === 'silent') return;
      if (current === 'hang-up') return request.socket.destroy();
      if (current === 'endless') {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
        response.on('close', () => clearInterval(timer));
        return;
      }
      response.writeHead(current, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answer(next) {
      current = next;
    },
    wait(count) {
      return new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
  };
}
