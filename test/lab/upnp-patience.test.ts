import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { describeHomes, OFFICE_PORTS, officeOpenTo, SOON_MS } from './describe-homes.ts';
import type { Home } from './home.ts';
import { APP, C2 } from './igd.ts';

/** Longer than twice the shortest time between two renewals, 20 s. */
const LEASE_S = 44;

describeHomes('what takes a router and its appliance a minute', ({ open, openWithPorts, times }) => {
  const well = (home: Home) => () => home.expectOpen(...officeOpenTo(APP));

  test.concurrent('the provider gives another address: known within 90 s, at the usual period', async (context) => {
    const home = await openWithPorts(context, { pollSeconds: 60 });
    home.lab.router.changeWanAddress('128.67.3.9');
    await times.measure(
      'WAN address changed (asked each 60 s)',
      async () => {
        expect((await home.external()).address).toBe('128.67.3.9');
      },
      90_000,
    );
    await well(home)();
    expect(await home.lab.isReached(5060, 5070)).toBe(true);
  });

  test.concurrent('a port of another host is not taken from it, and taken when it is free', async (context) => {
    const home = await open(context);
    const { lab } = home;
    expect(await lab.upnpc('c2', '-e', 'console', '-a', C2, '5070', '5060', 'UDP', '0')).toContain('is redirected');
    await home.configure({ ...OFFICE_PORTS, pollSeconds: 10 });

    const rest = officeOpenTo(APP).filter(({ externalPort }) => externalPort !== 5060);
    const theirs = { protocol: 'UDP', externalPort: 5060, internalClient: C2, internalPort: 5070 };
    const isLeftToThem = async () => {
      const { mappings } = await home.ports();
      const held = mappings.find(({ externalPort }) => externalPort === 5060);
      expect(held).toMatchObject({ state: 'conflict', heldBy: C2 });
      const forwards = await lab.router.forwards();
      expect(forwards).toHaveLength(3);
      expect(forwards).toEqual(expect.arrayContaining([theirs, ...rest]));
    };
    await vi.waitFor(isLeftToThem, SOON_MS);
    await home.order('port-mappings/renew');
    await home.order('upnp/search');
    await isLeftToThem();

    await lab.upnpc('c2', '-d', '5060', 'UDP');
    await times.measure('conflict: the other host lets go', () => home.expectOpen(...officeOpenTo(APP)), 70_000);
  });

  test.concurrent('the router is away for long, and comes back as another version', async (context) => {
    const home = await openWithPorts(context);
    const { router } = home.lab;
    await router.daemon.end('SIGKILL');
    router.daemon.forget();
    await times.measure(
      'router gone: told',
      async () => {
        const { mappings } = await home.ports();
        expect(mappings.map(({ state }) => state)).not.toContain('mapped');
      },
      60_000,
    );
    // The last good address is still shown.
    expect((await home.external()).address).toBe('128.66.0.5');
    await sleep(10_000);
    router.daemon.set({ igdVersion: 1, httpPort: 5_002 });
    await router.daemon.start();
    await times.measure('router back after long absence, as IGD v1', well(home), 40_000);
  });

  test.concurrent('leases are renewed before they end', async (context) => {
    const home = await openWithPorts(context, { settings: { upnp: false, maxLifetime: LEASE_S } });
    expect((await home.ports()).mappings[0]?.leaseSeconds).toBe(LEASE_S);
    const endsAt = performance.now() + LEASE_S * 1_000 + 10_000;
    while (performance.now() < endsAt) {
      expect(await home.lab.router.forwards()).toHaveLength(3);
      await sleep(250);
    }
    await well(home)();
  });

  test.concurrent('the router’s daemon hangs for half a minute', async (context) => {
    const home = await openWithPorts(context);
    const { daemon } = home.lab.router;
    daemon.signal('SIGSTOP');
    await vi.waitFor(async () => expect((await home.ports()).statusError).not.toBeNull(), 30_000);
    await sleep(20_000);
    expect((await home.external()).address).toBe('128.66.0.5');
    daemon.signal('SIGCONT');
    await times.measure(
      'daemon frozen for half a minute: well again',
      async () => {
        expect((await home.ports()).statusError).toBeNull();
        await well(home)();
      },
      70_000,
    );
  });
});
