import { afterAll, expect, type TestContext, vi } from 'vitest';
import { describeLab, useAppliance, usePrograms } from './describe-lab.ts';
import { type Home, type HomeOptions, openHome } from './home.ts';
import { APP, whyNoIgd } from './igd.ts';
import type { Forward } from './igd-router.ts';
import { createRecoveryTimes, type RecoveryTimes } from './recovery-times.ts';

/** A search takes 4 s, and what depends on it follows at once. */
export const SOON_MS = 15_000;

const SIP = { protocol: 'UDP', externalPort: 5060, internalPort: 5070 } as const;
const RTP = { protocol: 'UDP', externalPort: 10_000, internalPort: 10_000, count: 2 } as const;

/** What an office wants open: SIP and a little RTP. */
export const OFFICE_PORTS = { mapPorts: true, portMappings: [SIP, RTP] };

/** How the router tells of it. */
export function officeOpenTo(internalClient: string): Forward[] {
  const rtp = [10_000, 10_001].map((port) => ({ externalPort: port, internalPort: port }));
  return [SIP, ...rtp].map((ports) => ({ ...ports, protocol: 'UDP', internalClient }));
}

export interface HomeTools {
  /** A home for one test. */
  readonly open: (context: TestContext, options?: HomeOptions) => Promise<Home>;
  /** A home with the office's ports open, and its address known. `pollSeconds`: left out: 10; the appliance's default is 60. */
  readonly openWithPorts: (
    context: TestContext,
    options?: Omit<HomeOptions, 'internet'> & { readonly pollSeconds?: number },
  ) => Promise<Home>;
  /** Printed at the end. */
  readonly times: RecoveryTimes;
}

/** Tests of the real appliance behind a real router. They are skipped where no such lab is possible, unless it must be. */
export function describeHomes(name: string, body: (tools: HomeTools) => void): void {
  describeLab(name, whyNoIgd(), () => {
    const times = createRecoveryTimes();
    const mainPath = useAppliance();
    const pathOf = usePrograms('hands');
    afterAll(() => times.print());

    const open: HomeTools['open'] = (context, options) =>
      openHome({ main: mainPath(), hands: pathOf('hands') }, context, options);

    async function openWithPorts(
      context: TestContext,
      { pollSeconds = 10, ...router }: Parameters<HomeTools['openWithPorts']>[1] = {},
    ): Promise<Home> {
      const home = await open(context, { ...router, internet: { ...OFFICE_PORTS, pollSeconds } });
      await vi.waitFor(() => home.expectOpen(...officeOpenTo(APP)), SOON_MS);
      await vi.waitFor(async () => expect((await home.external()).address).toBe('128.66.0.5'), SOON_MS);
      return home;
    }

    body({ open, openWithPorts, times });
  });
}
