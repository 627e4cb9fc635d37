import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { note } from '../../../src/core/note.ts';
import { createDoctor, type DoctorOptions } from '../../../src/flows/doctor/doctor.ts';
import { type DoctorCheck, green, red, worstOf } from '../../../src/flows/doctor/finding.ts';
import { createLogMemory } from '../../http/log-memory.ts';

const check = (
  id: string,
  run: DoctorCheck['run'] = async () => [green(id, note('test.good', 'Good.'))],
): DoctorCheck => ({
  id,
  run,
});

function setUp(phases: DoctorCheck[][], more: Partial<DoctorOptions> = {}) {
  const { log, lines } = createLogMemory();
  const { signal } = new AbortController();
  return { doctor: createDoctor({ phases: () => phases, log, clock: () => 7, signal, ...more }), lines };
}

test('findings stand in the order of the list, whoever is first', async () => {
  const slow = check('slow', async () => {
    await sleep(30);
    return [green('slow', note('test.good', 'Good.')), red('slow', note('test.bad', 'Bad.'), note('test.do', 'Do.'))];
  });
  const { doctor } = setUp([[slow, check('quick')], [check('last')]]);
  const run = await doctor.run();
  expect(run.findings.map(({ id }) => id)).toEqual(['slow', 'slow', 'quick', 'last']);
  expect(run).toMatchObject({ startedAt: 7, endedAt: 7, done: 3, total: 3 });
});

test('a phase waits for the one before, checks of one phase do not wait for each other', async () => {
  const order: string[] = [];
  const noting = (id: string, ms: number) =>
    check(id, async () => {
      order.push(`${id} begins`);
      await sleep(ms);
      order.push(`${id} ends`);
      return [];
    });
  await setUp([[noting('a', 20), noting('b', 60)], [noting('c', 0)]]).doctor.run();
  expect(order).toEqual(['a begins', 'b begins', 'a ends', 'b ends', 'c begins', 'c ends']);
});

test('progress can be looked at; who asks meanwhile gets the same run, and later a new one', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { doctor } = setUp([[check('quick'), check('held', () => held.then(() => []))]]);
  expect(doctor.last()).toBeNull();
  const running = doctor.run();
  expect(doctor.run()).toBe(running);
  await sleep(1);
  expect(doctor.last()).toMatchObject({ endedAt: null, done: 1, total: 2, findings: [{ id: 'quick' }] });
  release();
  await running;
  expect(doctor.last()).toMatchObject({ endedAt: 7, done: 2 });
  expect(doctor.run()).not.toBe(running);
});

test('a check that breaks is a line and a log entry, the others go on', async () => {
  const broken = check('broken', async () => {
    throw new Error('a bug');
  });
  const { doctor, lines } = setUp([[broken, check('quick')]]);
  expect((await doctor.run()).findings.map(({ id, state }) => `${state} ${id}`)).toEqual([
    'yellow broken',
    'green quick',
  ]);
  expect(JSON.stringify(lines)).toContain('doctor.failed');
});

test('a check that does not come to an end is left alone', async () => {
  const { doctor } = setUp([[check('endless', () => new Promise(() => {}))]], { limitMs: 20 });
  expect((await doctor.run()).findings).toMatchObject([{ id: 'endless', state: 'yellow' }]);
});

test('the signal ends all checks', async () => {
  const controller = new AbortController();
  const { doctor } = setUp([[check('endless', () => new Promise(() => {}))]], { signal: controller.signal });
  const running = doctor.run();
  controller.abort();
  expect((await running).endedAt).toBe(7);
});

test('the worst of the lines is what counts', () => {
  expect(worstOf([])).toBe('green');
  expect(worstOf([{ state: 'green' }, { state: 'yellow' }])).toBe('yellow');
  expect(worstOf([{ state: 'red' }, { state: 'yellow' }])).toBe('red');
});
