import { expect, test } from 'vitest';
import { watchAudit } from '../../src/commands/audit-watch.ts';
import { createLogMemory } from '../http/log-memory.ts';

test('the record is looked through by itself, and what cannot be read is told', async () => {
  const { log, lines } = createLogMemory();
  const controller = new AbortController();
  let looks = 0;
  const run = () => {
    looks += 1;
    return Promise.reject(new Error('disk'));
  };
  watchAudit({ run }, { signal: controller.signal, log, firstLookMs: 1 });
  await expect.poll(() => lines.join()).toContain('"event":"audit.unverified","cause":"Error: disk"');
  controller.abort();
  expect(looks).toBe(1);
});

test('nothing is looked through after the signal', async () => {
  const { log, lines } = createLogMemory();
  const controller = new AbortController();
  controller.abort();
  const run = () => Promise.reject(new Error('never'));
  watchAudit({ run }, { signal: controller.signal, log, firstLookMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(lines).toEqual([]);
});
