import { expect, test } from 'vitest';
import { createLogMemory } from '../../src/flows/log-memory.ts';

function open() {
  const written: string[] = [];
  const write = (level: string) => (_facts: unknown, message: string) => void written.push(`${level} ${message}`);
  let now = 0;
  const memory = createLogMemory(
    { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    () => ++now,
  );
  return { ...memory, written };
}

test('warnings and errors are remembered, newest first, and everything is still written', () => {
  const { log, read, written } = open();
  log.info({ event: 'a.b' }, 'fine');
  log.warn({ event: 'disk.slow', ms: 12, of: ['x'] }, 'slow');
  log.error({ event: 'disk.full', cause: 'E'.repeat(2_000) }, 'full');
  expect(written).toEqual(['info fine', 'warn slow', 'error full']);
  expect(read()).toMatchObject([
    { id: 2, level: 'error', event: 'disk.full', message: 'full' },
    { id: 1, level: 'warn', event: 'disk.slow', message: 'slow', detail: { ms: 12, of: '["x"]' } },
  ]);
  expect(String(read()[0]?.detail.cause)).toHaveLength(501);
});

test('the code of the first start goes to the log and nowhere else', () => {
  const { log, read, written } = open();
  log.warn({ event: 'setup.code-printed', code: '1234-5678' }, 'set up with 1234-5678');
  expect(written).toHaveLength(1);
  expect(read()).toEqual([]);
});

test('a flood leaves the newest 500', () => {
  const { log, read } = open();
  for (let index = 1; index <= 3_456; index++) log.warn({ event: 'x.y' }, String(index));
  expect(read()).toHaveLength(500);
  expect(read()[0]?.message).toBe('3456');
  expect(read().at(-1)?.message).toBe('2957');
});
