import { expect, test, vi } from 'vitest';
import type { PortMappingsAnswer } from '../../src/http/schemas/port-mappings.ts';
import { describeHomes, SOON_MS } from './describe-homes.ts';
import { APP } from './igd.ts';
import type { Forward } from './igd-router.ts';

const SIP = { protocol: 'UDP', externalPort: 5060, internalPort: 5070, description: 'SIP' } as const;
const WEB = { protocol: 'TCP', externalPort: 8443, internalPort: 8080, description: 'web' } as const;
const SWITCHED_ON = { mapPorts: true, portMappings: [SIP, WEB], pollSeconds: 10 };

const openTo = ({ protocol, externalPort, internalPort }: Omit<Forward, 'internalClient'>): Forward => ({
  protocol,
  externalPort,
  internalPort,
  internalClient: APP,
});
const [SIP_OPEN, WEB_OPEN] = [openTo(SIP), openTo(WEB)];

function sipOf({ mappings }: PortMappingsAnswer): PortMappingsAnswer['mappings'][number] {
  const sip = mappings.find(({ externalPort }) => externalPort === SIP.externalPort);
  if (sip === undefined) throw new Error('no mapping of SIP');
  return sip;
}

describeHomes('ports of a home with a real router', ({ open, times }) => {
  test.concurrent.for([1, 2] as const)(
    'IGD v%i: nothing is open before a person wants it, then what he wants, then nothing again',
    async (igdVersion, context) => {
      const home = await open(context, { settings: { igdVersion } });
      const { lab } = home;
      expect((await home.ports()).enabled).toBe(false);
      expect(await lab.router.forwards()).toEqual([]);
      expect(await lab.isReached(5060, 5070)).toBe(false);

      await home.configure(SWITCHED_ON);
      await times.measure(`IGD v${igdVersion}: switched on`, () => home.expectOpen(SIP_OPEN, WEB_OPEN), SOON_MS);
      expect(await lab.isReached(5060, 5070)).toBe(true);
      expect(await home.fetchFromOutside(8443)).toBe(200);
      expect(await home.ports()).toMatchObject({
        enabled: true,
        gateway: { kind: 'igd', address: '192.168.77.1', defaultRouter: true },
        status: { externalAddress: '128.66.0.5', connected: true },
        otherGateways: [],
        refusedAnswers: [],
      });
      expect((await home.ports()).gateway?.serviceType).toBe(
        `urn:schemas-upnp-org:service:WANIPConnection:${igdVersion}`,
      );
      expect(sipOf(await home.ports())).toMatchObject({ leaseSeconds: 3_600, error: null, heldBy: null });
      await vi.waitFor(async () => expect((await home.external()).address).toBe('128.66.0.5'), SOON_MS);

      await home.configure({ portMappings: [WEB] });
      await times.measure(`IGD v${igdVersion}: a port no longer wanted`, () => home.expectOpen(WEB_OPEN), SOON_MS);
      expect(await lab.isReached(5060, 5070)).toBe(false);
      await home.configure({ mapPorts: false });
      await times.measure(`IGD v${igdVersion}: switched off`, () => home.expectOpen(), SOON_MS);
      expect(await home.fetchFromOutside(8443)).toBe(0);
    },
  );

  test.concurrent('a router that forbids one port is told of, and asked again by a person', async (context) => {
    const rules = ['deny 5060 0.0.0.0/0 0-65535'];
    const home = await open(context, { settings: { rules }, internet: SWITCHED_ON });
    await vi.waitFor(() => home.expectOpen(WEB_OPEN), SOON_MS);
    await vi.waitFor(async () => {
      expect(sipOf(await home.ports())).toMatchObject({ state: 'refused', error: { kind: 'upnp', code: 606 } });
    }, SOON_MS);

    await home.lab.router.daemon.end('SIGTERM');
    home.lab.router.daemon.set({ rules: [] });
    await home.lab.router.daemon.start();
    const renewed = home.order('port-mappings/renew');
    await times.measure('606: allowed, and renewed by a person', () => home.expectOpen(SIP_OPEN, WEB_OPEN), SOON_MS);
    await renewed;
  });

  test.concurrent.for([
    ['PCP and NAT-PMP', undefined, 'pcp'],
    ['PCP only', 0, 'pcp'],
    ['NAT-PMP only', 2, 'nat-pmp'],
  ] as const)('a router with %s opens ports', async ([what, dropped, kind], context) => {
    const home = await open(context, { settings: { upnp: false } });
    const { lab } = home;
    if (dropped !== undefined) lab.router.dropVersion(dropped);
    await home.configure(SWITCHED_ON);
    await times.measure(`${kind} (${what}): switched on`, () => home.expectOpen(SIP_OPEN, WEB_OPEN), 20_000);
    expect((await home.ports()).gateway).toMatchObject({ kind, address: '192.168.77.1', serviceType: null });
    expect(await lab.isReached(5060, 5070)).toBe(true);
    expect(await home.fetchFromOutside(8443)).toBe(200);
    await vi.waitFor(async () => expect((await home.external()).address).toBe('128.66.0.5'), SOON_MS);
    await home.configure({ mapPorts: false });
    await times.measure(`${kind} (${what}): switched off`, () => home.expectOpen(), SOON_MS);
  });
});
