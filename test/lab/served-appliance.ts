import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { vi } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import type { HttpAnswer } from './hands.ts';
import type { Hands } from './hands-client.ts';

/** The real program in a namespace, on its usual ports. */
export interface ServedAppliance {
  /** A request to the API as administrator; the answer's JSON, or its text. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about.
  api(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }>;
  /** SIGTERM: it stops in order. SIGKILL: it does not. Resolves when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface ServeOptions {
  readonly namespace: string;
  /** Path of the built program. */
  readonly mainPath: string;
  readonly dataDir: string;
  readonly flags?: readonly string[];
  /** Asks the API, in the same namespace. */
  readonly hands: () => Hands;
  readonly onOutput: (text: string) => void;
}

const READY = { timeout: 20_000, interval: 50 };

/** Ends the process with its standard input, so that none outlives a test run that was killed. */
const END_WITH_INPUT = `data:text/javascript,process.stdin.on('end',()=>process.kill(process.pid,'SIGTERM')).resume().unref()`;

let tokens = 0;

/** Starts the appliance, and resolves when it is ready. */
export async function serveAppliance(options: ServeOptions): Promise<ServedAppliance> {
  const { namespace, mainPath, dataDir, flags = [], hands, onOutput } = options;
  const serve = ['serve', '--data-dir', dataDir, '--site-dir', join(dataDir, 'site'), '--log-level', 'debug'];
  const node = [process.execPath, '--import', END_WITH_INPUT, mainPath, ...serve, ...flags];
  const child = spawn('ip', ['netns', 'exec', namespace, ...node], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(text);
    });
  }
  try {
    await vi.waitFor(() => {
      if (!output.includes('appliance.started')) throw new Error(`the appliance is not ready:\n${output}`);
    }, READY);
    const bearer = await createToken(dataDir);
    return {
      async api(method, path, body) {
        const url = `http://127.0.0.1:8080/api/v1/${path}`;
        const headers = {
          authorization: `Bearer ${bearer}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        };
        const order = { do: 'request', url, method, headers } as const;
        const sent = body === undefined ? order : { ...order, body: JSON.stringify(body) };
        const answer = (await hands().order(sent)) as HttpAnswer;
        const isJson = answer.contentType.includes('json') && answer.body !== '';
        return { status: answer.status, body: isJson ? JSON.parse(answer.body) : answer.body };
      },
      end: (signal) => end(child, signal),
    };
  } catch (cause) {
    await end(child, 'SIGKILL');
    throw cause;
  }
}

async function createToken(dataDir: string): Promise<string> {
  tokens += 1;
  const store = await openStore({ dataDir });
  const created = await store.tokens.create({ name: `lab ${tokens}`, role: 'admin' });
  await store.close();
  if (!created.ok) throw new Error('the name is taken');
  return created.value.token;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
