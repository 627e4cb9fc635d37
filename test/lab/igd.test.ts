import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeLab, usePrograms } from './describe-lab.ts';
import type { HttpAnswer } from './hands.ts';
import { APP, C2, type IgdLab, openIgdLab, whyNoIgd } from './igd.ts';

/** The lab by itself, with the field's own clients: what the other tests stand on. */
describeLab('a real router in namespaces', whyNoIgd(), () => {
  const pathOf = usePrograms('hands');
  let lab: IgdLab;

  beforeEach(async () => {
    lab = await openIgdLab({ hands: pathOf('hands'), second: true });
  });
  afterEach(() => lab?.close());

  const add = (host: 'app' | 'c2', client: string) =>
    lab.upnpc(host, '-e', 'lab', '-a', client, '5070', '5060', 'UDP', '600');
  const toApp = { protocol: 'UDP', externalPort: 5060, internalClient: APP, internalPort: 5070 };

  test.each([1, 2] as const)('IGD v%i maps a port, and the Internet reaches it', async (igdVersion) => {
    await lab.router.reboot(0, { igdVersion, httpPort: 5001 });
    expect(await lab.isReached(5060, 5070)).toBe(false);
    expect(await add('app', APP)).toContain('is redirected to internal 192.168.77.10:5070 (duration=600)');
    expect(await lab.router.forwards()).toEqual([toApp]);
    expect(await lab.isReached(5060, 5070)).toBe(true);
    const url = 'http://192.168.77.1:5001/rootDesc.xml';
    const { body } = (await lab.handsOf('app').order({ do: 'request', url })) as HttpAnswer;
    expect(body.match(/InternetGatewayDevice:\d/)?.[0]).toBe(`InternetGatewayDevice:${igdVersion}`);
  });

  test('a port has one owner, and rules are kept', async () => {
    expect(await add('c2', C2)).toContain('is redirected');
    expect(await add('app', APP)).toContain('718');
    await lab.router.reboot(0, { rules: ['deny 5060 0.0.0.0/0 0-65535'] });
    expect(await add('app', APP)).toContain('606');
    expect(await lab.router.forwards()).toEqual([]);
  });

  test('mappings survive the daemon, and neither a reboot nor a flush', async () => {
    await add('app', APP);
    await lab.router.daemon.end('SIGTERM');
    await lab.router.daemon.start();
    expect(await lab.router.forwards()).toEqual([toApp]);
    await lab.flush();
    expect(await lab.router.forwards()).toEqual([]);
    expect(await add('app', APP)).toContain('is redirected');
    await lab.router.reboot(0);
    expect(await lab.router.forwards()).toEqual([]);
  });

  test('the WAN address changes, is of the provider’s own net, is gone', async () => {
    const said = async () => /^ExternalIPAddress = (\S+)/m.exec(await lab.upnpc('app', '-s'))?.[1];
    expect(await said()).toBe('128.66.0.5');
    await add('app', APP);
    lab.router.changeWanAddress('128.67.3.9');
    expect(await said()).toBe('128.67.3.9');
    expect(await lab.isReached(5060, 5070)).toBe(true);
    lab.router.setWan('down');
    expect(await lab.upnpc('app', '-s')).toContain('Disconnected');
    lab.router.setWan('up');
    expect(await said()).toBe('128.67.3.9');
    lab.router.changeWanAddress('100.64.1.2');
    expect(await said()).toBeUndefined();
  });

  test('NAT-PMP and PCP without UPnP; a second router is a way in of its own', async () => {
    await lab.router.reboot(0, { upnp: false });
    expect(await lab.exec('app', 'natpmpc', '-a', '5060', '5070', 'udp', '600')).toContain('liftime 600');
    expect(await lab.router.forwards()).toEqual([toApp]);
    expect(await lab.isReached(5060, 5070)).toBe(true);

    const found = await lab.exec('app', 'upnpc', '-s');
    expect(found).toContain('http://192.168.77.2:5000/rootDesc.xml');
    expect(found).not.toContain('http://192.168.77.1:');
  });

  test('a frozen daemon goes on where it stood', async () => {
    lab.router.daemon.signal('SIGSTOP');
    const added = add('app', APP);
    await expect(Promise.race([added, sleep(500)])).resolves.toBeUndefined();
    lab.router.daemon.signal('SIGCONT');
    expect(await added).toContain('is redirected');
  });
});
