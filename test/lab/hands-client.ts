import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { HandsLine, Happening, Order } from './hands.ts';

/** Orders to a program of test/lab/hands.ts in a namespace. */
export interface Hands {
  /** Resolves to the order's result; rejects where it failed. */
  order(order: Order): Promise<unknown>;
  /** All that its phones and sockets have lived through. */
  readonly happenings: readonly Happening[];
  stop(): Promise<void>;
}

export function startHands(namespace: string, programPath: string): Hands {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, programPath], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const happenings: Happening[] = [];
  const waiting = new Map<number, { resolve(result: unknown): void; reject(cause: Error): void }>();
  let count = 0;

  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`the hands in ${namespace} have ended`));
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as HandsLine;
    if (line.kind === 'stepped' || line.kind === 'heard') {
      happenings.push(line);
      return;
    }
    const waiter = waiting.get(line.order);
    waiting.delete(line.order);
    if (line.kind === 'done') waiter?.resolve(line.result);
    else waiter?.reject(new Error(line.cause));
  });

  return {
    happenings,
    order(order) {
      count += 1;
      const number = count;
      return new Promise((resolve, reject) => {
        waiting.set(number, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ ...order, order: number })}\n`);
      });
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
