import { parentPort, workerData } from 'node:worker_threads';
import { keepFailure, readCorpus } from './corpus.ts';
import { judgeInput } from './judge-input.ts';
import { makeInput } from './make-input.ts';
import { TARGETS } from './targets.ts';

/** What a worker is asked to do. `from`: the first run; `until`: the run behind the last one; `seconds`: after it is loaded. */
export interface FuzzOrder {
  readonly root: string;
  readonly name: string;
  readonly seed: number;
  readonly from: number;
  readonly until: number;
  readonly seconds: number;
  /** The number of the run that is under way: it stands still when an input hangs. */
  readonly progress: Int32Array;
}

export interface FuzzNews {
  readonly kind: 'failed' | 'done';
  readonly text: string;
}

/** After so many different failures there is enough to mend. */
const MOST_FAILURES = 10;

const { root, name, seed, from, until, seconds, progress } = workerData as FuzzOrder;
const tell = (news: FuzzNews) => parentPort?.postMessage(news);
const target = TARGETS.find((known) => known.name === name);
if (target === undefined) throw new Error(`there is no parser ${name}`);
const corpus = readCorpus(root, target).map(({ bytes }) => bytes);
const seen = new Set<string>();
const endAt = Date.now() + seconds * 1_000;
let run = from;
for (; run < until && Date.now() < endAt && seen.size < MOST_FAILURES; run++) {
  Atomics.store(progress, 0, run);
  const input = makeInput(target, corpus, seed, run);
  const failure = await judgeInput(target, input);
  if (failure === undefined) continue;
  // One fault has many inputs: where it came from tells them apart.
  const what = failure.detail.replace(/\d+/g, '0').split('\n').slice(0, 3).join(' ').slice(0, 200);
  if (seen.has(what)) continue;
  seen.add(what);
  const kept = keepFailure(root, target, `${failure.kind}-${seed}-${run}`, input);
  tell({ kind: 'failed', text: `${failure.kind}: ${failure.detail}\n  kept as ${kept}` });
}
Atomics.store(progress, 0, run);
tell({ kind: 'done', text: '' });
