import { expect, test, vi } from 'vitest';
import { describeHomes, officeOpenTo, SOON_MS } from './describe-homes.ts';
import type { Home } from './home.ts';
import { APP } from './igd.ts';

describeHomes('faults of a home’s router', ({ openWithPorts, times }) => {
  const well = (home: Home) => () => home.expectOpen(...officeOpenTo(APP));
  const upnp = async (home: Home) => (await home.external()).readings.find(({ source }) => source === 'upnp');

  test.concurrent('two routers: the default one is used and stays, the other one is shown', async (context) => {
    const home = await openWithPorts(context, { second: true });
    const { router, second } = home.lab;
    const shown = { address: '192.168.77.2', defaultRouter: false };
    expect(await home.ports()).toMatchObject({ gateway: { address: '192.168.77.1' }, otherGateways: [shown] });
    expect(await second.forwards()).toEqual([]);

    // Away for as long as a restart takes, and nobody else gets the ports.
    await router.daemon.end('SIGKILL');
    router.daemon.forget();
    await vi.waitFor(async () => expect((await home.ports()).gateway).toBeNull(), 60_000);
    await home.order('upnp/search');
    expect(await home.ports()).toMatchObject({ gateway: null, otherGateways: [shown] });
    expect(await second.forwards()).toEqual([]);
    await router.daemon.start();
    await times.measure('used router back, beside another one', well(home), 60_000);
    expect((await home.ports()).gateway?.address).toBe('192.168.77.1');
    expect(await second.forwards()).toEqual([]);
  });

  test.concurrent('the router restarts, with another HTTP port and nothing in its table', async (context) => {
    const home = await openWithPorts(context, { pollSeconds: 60 });
    await home.lab.router.reboot(3_000, { httpPort: 5_001 });
    await times.measure('router rebooted, new HTTP port', well(home), 60_000);
    expect((await home.ports()).rebootedAt).not.toBeNull();
    expect(await home.lab.isReached(5060, 5070)).toBe(true);
  });

  test.concurrent('the line is down: the last address is kept and called old; then it is up', async (context) => {
    const home = await openWithPorts(context);
    home.lab.router.setWan('down');
    await times.measure(
      'WAN down: told',
      async () => {
        expect((await home.ports()).status).toMatchObject({ externalAddress: null, connected: false });
        expect(await upnp(home)).toMatchObject({
          address: '128.66.0.5',
          problem: expect.stringContaining('Disconnected'),
        });
      },
      SOON_MS,
    );
    expect((await home.external()).address).toBe('128.66.0.5');
    home.lab.router.setWan('up');
    await times.measure(
      'WAN up again: told',
      async () => {
        expect(await upnp(home)).toMatchObject({ address: '128.66.0.5', problem: null });
        await well(home)();
      },
      SOON_MS,
    );
    expect(await home.lab.isReached(5060, 5070)).toBe(true);
  });

  test.concurrent('the router is behind the provider’s own NAT: it has no public address', async (context) => {
    const home = await openWithPorts(context);
    // This daemon names no address then, which is what many a router does.
    home.lab.router.changeWanAddress('100.64.1.2');
    await times.measure(
      'CGNAT: told',
      async () => {
        expect((await home.ports()).status).toMatchObject({ externalAddress: null, connected: true });
        expect((await upnp(home))?.problem).not.toBeNull();
      },
      SOON_MS,
    );
    home.lab.router.changeWanAddress('128.66.0.77');
    await times.measure(
      'public address after CGNAT',
      async () => {
        expect((await home.external()).address).toBe('128.66.0.77');
      },
      SOON_MS,
    );
  });

  test.concurrent('the host gets another address: its ports lead there, and nothing leads to the old one', async (context) => {
    const home = await openWithPorts(context);
    home.lab.changeAddress('app', APP, '192.168.77.30');
    await times.measure('own address changed', () => home.expectOpen(...officeOpenTo('192.168.77.30')), 60_000);
    expect(await home.lab.isReached(5060, 5070)).toBe(true);
  });

  test.concurrent('the table is emptied: a person looks, and it is restored', async (context) => {
    const home = await openWithPorts(context);
    await home.lab.flush();
    const searched = home.order('upnp/search');
    await times.measure('mappings lost, a person orders a search', well(home), SOON_MS);
    await searched;
  });
});
