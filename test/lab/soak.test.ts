import { expect, test } from 'vitest';
import { useAppliance } from './describe-lab.ts';
import { runScript } from './run-script.ts';

/** `node scripts/soak.mjs 3600` does more. */
const SECONDS = 20;

const mainPath = useAppliance();

test('under hostile traffic at full speed nothing crashes, memory is bounded, and phones are served', async () => {
  const { code, said } = await runScript('soak', [String(SECONDS), '--main', mainPath()]);
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(Number(/phones booted and served: (\d+)/.exec(said)?.[1])).toBeGreaterThan(0);
  expect(Number(/datagrams (\d+)/.exec(said)?.[1])).toBeGreaterThan(1_000);
  expect(Number(/requests (\d+)/.exec(said)?.[1])).toBeGreaterThan(100);
});
