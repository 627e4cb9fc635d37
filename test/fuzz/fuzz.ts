import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { keepFailure, readCorpus } from './corpus.ts';
import type { FuzzNews, FuzzOrder } from './fuzz-worker.ts';
import { makeInput } from './make-input.ts';
import { TARGETS } from './targets.ts';

const HELP = `Usage: npm run fuzz -- [parser …] [--seed n] [--seconds n] [--runs n] [--from n]
Feeds parsers with mutated inputs. An input that fails is kept in test/fuzz/corpus/<parser>/, and is a test from then on.
  --seed     decides all inputs (default: drawn, and told)
  --seconds  for each parser (default 20; without end where --runs is given)
  --runs     inputs for each parser
  --from     the first run, to come back to one of a seed
Parsers: ${TARGETS.map(({ name }) => name).join(', ')}
`;

/** Ms without progress: the slowest input that is allowed takes a tenth of it. */
const HUNG_MS = 15_000;
const LOOK_EVERY_MS = 250;

/** Runs what the command line says; the exit code. `root`: of the project. */
export async function fuzz(root: string, given: readonly string[]): Promise<number> {
  const option = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: { seed: option, seconds: option, runs: option, from: option, help: { type: 'boolean' } },
  });
  const strangers = positionals.filter((name) => TARGETS.every((target) => target.name !== name));
  if (values.help === true || strangers.length > 0) {
    process.stdout.write(strangers.length > 0 ? `no such parser: ${strangers.join(', ')}\n${HELP}` : HELP);
    return values.help === true ? 0 : 64;
  }
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const from = Number(values.from ?? 0);
  const runs = Number(values.runs ?? Number.POSITIVE_INFINITY);
  const seconds = Number(values.seconds ?? (values.runs === undefined ? 20 : Number.POSITIVE_INFINITY));
  const wanted = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  process.stdout.write(`seed ${seed}\n`);
  let inputs = 0;
  let failures = 0;
  for (const { name } of wanted) {
    const told = await fuzzOne({ root, name, seed, from, until: from + runs, seconds });
    inputs += told.inputs;
    failures += told.failures;
    process.stdout.write(`${name.padEnd(14)} ${String(told.inputs).padStart(9)} inputs, ${told.failures} failures\n`);
  }
  process.stdout.write(`${'all'.padEnd(14)} ${String(inputs).padStart(9)} inputs, ${failures} failures\n`);
  return failures === 0 ? 0 : 1;
}

/** In a thread of its own, which can be ended where an input hangs. */
async function fuzzOne(order: Omit<FuzzOrder, 'progress'>): Promise<{ inputs: number; failures: number }> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  Atomics.store(progress, 0, order.from);
  const worker = new Worker(new URL('./fuzz-worker.js', import.meta.url), { workerData: { ...order, progress } });
  let failures = 0;
  let ended = false;
  const end = new Promise<void>((resolve, reject) => {
    worker.on('message', ({ kind, text }: FuzzNews) => {
      if (kind === 'done') return resolve();
      failures += 1;
      process.stdout.write(`${order.name}: ${text}\n`);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  }).finally(() => {
    ended = true;
  });
  // Loading everything is no progress yet.
  let [last, since] = [order.from, Date.now() + HUNG_MS];
  while (!ended) {
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))]);
    const now = Atomics.load(progress, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    else if (!ended && Date.now() - since > HUNG_MS) {
      failures += 1;
      process.stdout.write(`${order.name}: hung: ${keepHung(order, now)}\n`);
      break;
    }
  }
  await worker.terminate();
  return { inputs: Atomics.load(progress, 0) - order.from, failures };
}

/** A hung thread cannot tell its input, but the seed can make it again. */
function keepHung({ root, name, seed }: Pick<FuzzOrder, 'root' | 'name' | 'seed'>, run: number): string {
  const target = TARGETS.find((known) => known.name === name);
  if (target === undefined) return 'nothing is known of it';
  const corpus = readCorpus(root, target).map(({ bytes }) => bytes);
  return `kept as ${keepFailure(root, target, `hung-${seed}-${run}`, makeInput(target, corpus, seed, run))}`;
}
