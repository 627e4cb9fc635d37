import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, expect, type TestContext, test, vi } from 'vitest';
import type { KeeperState } from '../../src/upnp/keeper-state.ts';
import { describeLab, usePrograms } from './describe-lab.ts';
import { APP, type IgdLab, openIgdLab, whyNoIgd } from './igd.ts';
import { createRecoveryTimes } from './recovery-times.ts';

/** The keeper's hour is half a minute of the router's: what it asks for is as in earnest, but how often. */
const SPEED = 120;

const SIP = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5070,
  count: 1,
  internalClient: null,
  description: 'SIP',
};
const OPEN = [{ protocol: 'UDP', externalPort: 5060, internalPort: 5070, internalClient: APP }];

describeLab('months of a keeper', whyNoIgd(), () => {
  const pathOf = usePrograms('hands', 'keeper');
  const times = createRecoveryTimes();
  afterAll(() => times.print());

  async function openLab({ onTestFinished }: TestContext): Promise<IgdLab> {
    const lab = await openIgdLab({ hands: pathOf('hands') });
    onTestFinished(() => lab.close());
    return lab;
  }

  /** Its state, as told last. Status and uptime are the router's time, so it is not asked for them. */
  async function keep(lab: IgdLab, { onTestFinished }: TestContext): Promise<() => KeeperState | undefined> {
    const settings = { mapPorts: true, portMappings: [SIP], pollSeconds: 0 };
    const args = [process.execPath, pathOf('keeper'), String(SPEED), JSON.stringify(settings)];
    const child = spawn('ip', ['netns', 'exec', lab.namespace('app'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => stop(child));
    let state: KeeperState | undefined;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text);
      if (line.kind === 'state') state = line.state;
    });
    await vi.waitFor(async () => expect(await lab.router.forwards()).toEqual(OPEN), 10_000);
    return () => state;
  }

  const inKeepersTime = (minutes: number) => (minutes * 60_000) / SPEED;

  test.concurrent('what a router forgot without a sign is seen within five minutes and put back', async (context) => {
    const lab = await openLab(context);
    const state = await keep(lab, context);
    await vi.waitFor(() => expect(state()?.mappings[0]?.state).toBe('mapped'), 5_000);
    await lab.flush();
    const isBack = async () => expect(await lab.router.forwards()).toEqual(OPEN);
    await times.measure(`a router's table was emptied without a sign (× ${SPEED})`, isBack, inKeepersTime(5) + 10_000);
    expect(state()?.gateway?.address).toBe('192.168.77.1');
  });

  test.concurrent('a lease of an hour is renewed at half of it', async (context) => {
    const lab = await openLab(context);
    await keep(lab, context);
    const left = async () => Number(/^ 0 UDP {2}5060->.* (\d+)$/m.exec(await lab.upnpc('c2', '-l'))?.[1]);
    expect(await left()).toBeGreaterThan(3_590);
    // By the router's clock, a lease that was renewed has all of its hour again.
    await vi.waitFor(async () => expect(await left()).toBeLessThan(3_600 - 10), 15_000);
    const isRenewed = async () => expect(await left()).toBeGreaterThan(3_597);
    await times.measure(
      `renewed, after 20 of the keeper's minutes (× ${SPEED})`,
      isRenewed,
      inKeepersTime(15) + 10_000,
    );
    expect(await lab.router.forwards()).toEqual(OPEN);
  });
});

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}
