import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readCorpus } from './corpus.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { judgeInput } from './judge-input.ts';
import { makeInput } from './make-input.ts';
import { TARGETS } from './targets.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Of each parser, the same ones in every run of the tests: `npm run fuzz` does more, and others. */
const RUNS = 80;

/** Beside many other tests a machine is slow; how long an input may take is judged by the fuzzer. What hangs ends with the test. */
const patient = (target: FuzzTarget): FuzzTarget => ({ ...target, patienceMs: 5_000 });

test.each(TARGETS)('$name: every kept input is read without harm', async (target) => {
  const corpus = readCorpus(ROOT, target);
  expect(corpus.length).toBeGreaterThan(0);
  for (const { name, bytes } of corpus) {
    expect({ name, failure: await judgeInput(patient(target), bytes) }).toEqual({ name, failure: undefined });
  }
});

test.each(TARGETS)('$name: some mutated inputs are read without harm', async (target) => {
  const corpus = readCorpus(ROOT, target).map(({ bytes }) => bytes);
  for (let run = 0; run < RUNS; run++) {
    const failure = await judgeInput(patient(target), makeInput(target, corpus, 1, run));
    expect({ run, failure }).toEqual({ run, failure: undefined });
  }
});

test('no folder of the corpus is forgotten', () => {
  const names = TARGETS.map(({ name }) => name);
  expect(readdirSync(join(ROOT, 'test/fuzz/corpus')).filter((folder) => !names.includes(folder))).toEqual([]);
});

test('what is thrown, slow or large is a failure', async () => {
  const base = { name: 'made up', words: [], largest: 100 };
  const input = Buffer.from('abc');
  const thrown = await judgeInput({ ...base, run: () => JSON.parse('{') }, input);
  expect(thrown?.kind).toBe('threw');
  const rejected = await judgeInput({ ...base, run: () => Promise.reject(new Error('no')) }, input);
  expect(rejected?.kind).toBe('threw');
  const large = await judgeInput({ ...base, run: () => ['x'.repeat(70_000)] }, input);
  expect(large?.kind).toBe('large');
  const slow = { ...base, patienceMs: 1, run: burn };
  expect((await judgeInput(slow, input))?.kind).toBe('slow');
});

test('a seed makes the same inputs again, and another one others', () => {
  const [target] = TARGETS;
  if (target === undefined) throw new Error('there is no parser');
  const corpus = readCorpus(ROOT, target).map(({ bytes }) => bytes);
  const inputs = (seed: number) =>
    Array.from({ length: 50 }, (_, run) => makeInput(target, corpus, seed, run).toString('base64'));
  expect(inputs(7)).toEqual(inputs(7));
  expect(inputs(7)).not.toEqual(inputs(8));
});

function burn(): void {
  const endAt = process.cpuUsage().user + 20_000;
  while (process.cpuUsage().user < endAt);
}
