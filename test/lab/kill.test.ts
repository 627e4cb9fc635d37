import { expect, test } from 'vitest';
import { useAppliance } from './describe-lab.ts';
import { runScript } from './run-script.ts';

/** `node scripts/kill-server.mjs 300` does more. */
const KILLS = 20;

const mainPath = useAppliance();

test('the server is killed again and again while it decides: what it acknowledged is there, and nothing is half', async () => {
  const { code, said } = await runScript('kill-server', [String(KILLS), '--main', mainPath()]);
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining(`${KILLS} kills, 0 faults`) });
  for (const what of ['approvals', 'imports', 'extensions', 'sites']) {
    expect(Number(new RegExp(`"${what}":(\\d+)`).exec(said)?.[1])).toBeGreaterThan(0);
  }
});
