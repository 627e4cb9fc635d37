import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AuditVerdict } from '../../src/core/audit-verdict.ts';
import { createAuditCheck } from '../../src/flows/audit-check.ts';

const SOUND: AuditVerdict = {
  fault: null,
  foundAt: null,
  rows: 9,
  oldRows: 0,
  pruned: 0,
  startedAt: 1,
  head: { id: 9, hash: 'ab' },
};

function open(verify: () => Promise<AuditVerdict>) {
  const lines: unknown[] = [];
  const write = (level: string) => (facts: object) => lines.push({ level, ...facts });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return { lines, check: createAuditCheck({ verify, log, clock: () => 77 }) };
}

test('the log keeps the head of a sound record, and says what is wrong with another', async () => {
  let verdict = SOUND;
  const { check, lines } = open(async () => verdict);
  expect(check.last()).toBeNull();
  expect(await check.run()).toEqual({ ...SOUND, checkedAt: 77 });
  verdict = { ...SOUND, fault: { kind: 'row-changed', row: 4 } };
  await check.run();
  expect(check.last()?.fault).toEqual({ kind: 'row-changed', row: 4 });
  expect(lines).toMatchObject([
    { level: 'info', event: 'audit.verified', rows: 9, head: '9:ab' },
    { level: 'error', event: 'audit.broken', reason: expect.stringContaining('row 4') },
  ]);
});

test('those who ask at once share one look, those who ask later get a new one', async () => {
  let looks = 0;
  const { check } = open(async () => {
    looks += 1;
    await sleep(1);
    return SOUND;
  });
  await Promise.all([check.run(), check.run(), check.run()]);
  expect(looks).toBe(1);
  await check.run();
  expect(looks).toBe(2);
});
