import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { describeHomes, SOON_MS } from './describe-homes.ts';
import { APP } from './igd.ts';
import type { Forward } from './igd-router.ts';

const SIP = { protocol: 'UDP', externalPort: 5060, internalPort: 5070 } as const;
const RTP = { protocol: 'UDP', externalPort: 10_000, internalPort: 10_000, count: 32 } as const;
const SWITCHED_ON = { mapPorts: true, portMappings: [SIP, RTP], pollSeconds: 10 };

const SIP_OPEN: Forward = { ...SIP, internalClient: APP };
const RTP_OPEN = Array.from({ length: RTP.count }, (_, n): Forward => {
  const port = RTP.externalPort + n;
  return { protocol: 'UDP', externalPort: port, internalPort: port, internalClient: APP };
});
const ALL_OPEN = [SIP_OPEN, ...RTP_OPEN];

describeHomes('start and end of an appliance with open ports', ({ open, times }) => {
  test.concurrent('what is open is closed at the end; after a crash it is taken over', async (context) => {
    const home = await open(context, { internet: SWITCHED_ON });
    const { lab } = home;
    await vi.waitFor(() => home.expectOpen(...ALL_OPEN), SOON_MS);
    await home.end('SIGKILL');
    expect(await lab.router.forwards()).toHaveLength(33);
    await home.serve();
    await times.measure('started after a crash: adopted', () => home.expectOpen(...ALL_OPEN), SOON_MS);
    expect(await lab.isReached(5060, 5070)).toBe(true);

    const ended = performance.now();
    await home.end('SIGTERM');
    times.add('stopped, 33 ports closed', performance.now() - ended);
    expect(performance.now() - ended).toBeLessThan(3_000);
    expect(await lab.router.forwards()).toEqual([]);
  });

  test.concurrent('what was switched off while the appliance was down is closed when it comes back', async (context) => {
    const home = await open(context, { internet: SWITCHED_ON });
    await vi.waitFor(() => home.expectOpen(...ALL_OPEN), SOON_MS);
    await home.end('SIGKILL');
    await home.serve();
    await home.configure({ portMappings: [SIP] });
    await times.measure('a port of before the crash, no longer wanted', () => home.expectOpen(SIP_OPEN), 40_000);
  });

  test.concurrent('a router that hangs does not keep the appliance from its end', async (context) => {
    const home = await open(context, { internet: SWITCHED_ON });
    await vi.waitFor(() => home.expectOpen(...ALL_OPEN), SOON_MS);
    home.lab.router.daemon.signal('SIGSTOP');
    const ended = performance.now();
    await home.end('SIGTERM');
    times.add('stopped, while the router hangs', performance.now() - ended);
    expect(performance.now() - ended).toBeLessThan(5_000);
    home.lab.router.daemon.signal('SIGCONT');
    await home.serve();
    await times.measure('started after that: adopted', () => home.expectOpen(...ALL_OPEN), SOON_MS);
  });

  test.concurrent('the appliance is up before its router', async (context) => {
    const home = await open(context);
    const { daemon } = home.lab.router;
    await daemon.end('SIGKILL');
    await home.end('SIGTERM');
    await home.serve();
    await home.configure(SWITCHED_ON);
    await sleep(20_000);
    expect((await home.ports()).gateway).toBeNull();
    await daemon.start();
    await times.measure('router up after the appliance', () => home.expectOpen(...ALL_OPEN), 40_000);
  });

  test.concurrent('the cable is pulled, and plugged in again', async (context) => {
    const home = await open(context, { internet: SWITCHED_ON });
    await vi.waitFor(() => home.expectOpen(...ALL_OPEN), SOON_MS);
    home.lab.ip('sw', 'link set app down');
    // Whichever is seen first: the router is silent, or an interface without a cable has no address.
    await vi.waitFor(async () => {
      const { gateway, statusError } = await home.ports();
      expect(gateway === null || statusError !== null).toBe(true);
    }, 40_000);
    home.lab.ip('sw', 'link set app up');
    await times.measure(
      'cable plugged in again',
      async () => {
        expect(await home.ports()).toMatchObject({ gateway: { address: '192.168.77.1' }, statusError: null });
        await home.expectOpen(...ALL_OPEN);
      },
      70_000,
    );
    expect(await home.lab.isReached(5060, 5070)).toBe(true);
  });

  test.concurrent('leases end by themselves after a crash', async (context) => {
    const home = await open(context, { settings: { upnp: false, maxLifetime: 15 }, internet: SWITCHED_ON });
    await vi.waitFor(() => home.expectOpen(...ALL_OPEN), SOON_MS);
    await home.end('SIGKILL');
    const areClosed = async () => expect(await home.lab.router.forwards()).toEqual([]);
    await times.measure('crashed, leases of 15 s end', areClosed, 25_000);
  });
});
