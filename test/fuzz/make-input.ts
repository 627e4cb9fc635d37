import type { FuzzTarget } from './fuzz-target.ts';
import { mutate } from './mutate.ts';
import { createRandom, mixSeeds } from './random.ts';

/** The input of this run: decided by the seed, the target and its corpus, and by nothing before it. */
export function makeInput(target: FuzzTarget, corpus: readonly Buffer[], seed: number, run: number): Buffer {
  const random = createRandom(mixSeeds(seed, target.name, run));
  const { words, largest } = target;
  return mutate(random.pick(corpus), { random, others: corpus, words, largest });
}
