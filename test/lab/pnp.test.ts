import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { describeLab, usePrograms } from './describe-lab.ts';
import { whyNoNamespaces } from './namespaces.ts';
import { type Office, openOffice } from './network.ts';

type Line = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A program in a namespace that tells lines of JSON. */
interface Appliance {
  readonly lines: Line[];
  /** The first line, of those not yet passed by, that fits. */
  next(fits: (line: Line) => boolean): Promise<Line>;
  ask(command: string): Promise<Line>;
  /** Asks for the state until it fits. */
  stateOf(fits: (listener: ListenerState) => boolean): Promise<ListenerState>;
  stop(): Promise<void>;
}

interface ListenerState {
  readonly bound: boolean;
  readonly joined: readonly string[];
  readonly problem?: string;
}

describeLab('in an office of two LANs', whyNoNamespaces(), () => {
  let office: Office;
  const pathOf = usePrograms('appliance', 'phone');
  const running: ChildProcess[] = [];

  afterEach(async () => {
    for (const child of running.splice(0)) await stop(child);
    office.close();
  });

  function start(...command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', office.namespace('app'), ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    running.push(child);
    return child;
  }

  async function startAppliance(): Promise<Appliance> {
    const child = start(process.execPath, pathOf('appliance'));
    const lines: Line[] = [];
    let passed = 0;
    const wake = new Set<() => void>();
    if (child.stdout === null || child.stdin === null) throw new Error('no pipes');
    const { stdin } = child;
    createInterface({ input: child.stdout }).on('line', (text) => {
      lines.push(JSON.parse(text) as Line);
      for (const resolve of [...wake]) resolve();
    });
    const appliance: Appliance = {
      lines,
      async next(fits) {
        for (;;) {
          const at = lines.findIndex((line, i) => i >= passed && fits(line));
          const line = lines[at];
          if (line !== undefined) {
            passed = at + 1;
            return line;
          }
          await new Promise<void>((resolve) => wake.add(resolve));
          wake.clear();
        }
      },
      ask(command) {
        passed = lines.length;
        stdin.write(`${command}\n`);
        return appliance.next(({ kind }) => kind === command.split(' ')[0]);
      },
      async stateOf(fits) {
        for (;;) {
          const listener = (await appliance.ask('state')).listener as ListenerState;
          if (fits(listener)) return listener;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      stop: () => stop(child),
    };
    await appliance.next(({ kind }) => kind === 'ready');
    return appliance;
  }

  /** Who answered the phone: our address, or null for nobody. */
  function ask(host: 'pha' | 'phb', word: string, times = 25): string | null {
    const address = host === 'pha' ? '10.77.4.1' : '10.78.4.1';
    const text = office.run(host, process.execPath, pathOf('phone'), address, word, String(times));
    const answer = JSON.parse(text) as { readonly text: string; readonly address: string } | null;
    if (answer !== null) expect(answer.text).toBe(`heard ${word}`);
    return answer?.address ?? null;
  }

  test('both are heard, once each, and answered from the address that stands in the phone’s own LAN', async () => {
    office = openOffice();
    const appliance = await startAppliance();
    expect((await appliance.stateOf(() => true)).joined).toEqual(['10.77.0.2', '10.78.0.2']);
    expect(ask('pha', 'from a', 1)).toBe('10.77.0.2');
    expect(ask('phb', 'from b', 1)).toBe('10.78.0.2');
    await appliance.ask('state');
    expect(appliance.lines.filter(({ kind }) => kind === 'heard')).toEqual([
      { kind: 'heard', word: 'from a', address: '10.77.4.1', localAddress: '10.77.0.2', isOnLink: true },
      { kind: 'heard', word: 'from b', address: '10.78.4.1', localAddress: '10.78.0.2', isOnLink: true },
    ]);
  });

  test('the kernel knows the MAC of a phone that was answered, and of nobody else', async () => {
    office = openOffice();
    office.ip('pha', 'link set eth0 address 80:5e:c0:12:34:56');
    const appliance = await startAppliance();
    expect((await appliance.ask('mac 10.77.4.1')).mac).toBeNull();
    expect(ask('pha', 'hello')).toBe('10.77.0.2');
    expect((await appliance.ask('mac 10.77.4.1')).mac).toBe('805ec0123456');
    expect((await appliance.ask('mac 10.77.4.2')).mac).toBeNull();
  });

  test.each([
    ['the interface is taken down and up', 'app', 'eth0'],
    ['the cable is pulled and put back', 'sw', 'app-eth0'],
  ] as const)('%s: not heard, then heard; the other LAN all the time', async (_what, host, link) => {
    office = openOffice();
    const appliance = await startAppliance();
    office.ip(host, `link set ${link} down`);
    await appliance.stateOf(({ joined }) => joined.join() === '10.78.0.2');
    expect(ask('pha', 'in vain', 2)).toBeNull();
    expect(ask('phb', 'meanwhile')).toBe('10.78.0.2');
    office.ip(host, `link set ${link} up`);
    expect(ask('pha', 'again')).toBe('10.77.0.2');
  });

  test('the address changes: answers carry the new one', async () => {
    office = openOffice();
    const appliance = await startAppliance();
    office.ip('app', 'addr del 10.77.0.2/20 dev eth0');
    office.ip('app', 'addr add 10.77.0.3/20 dev eth0');
    await appliance.stateOf(({ joined }) => joined.includes('10.77.0.3'));
    expect(ask('pha', 'who')).toBe('10.77.0.3');
    expect(ask('phb', 'who')).toBe('10.78.0.2');
  });

  test('of two addresses on one interface the first goes: the phone is still heard', async () => {
    office = openOffice();
    office.ip('app', 'addr add 10.79.0.2/24 dev eth0');
    const appliance = await startAppliance();
    office.ip('app', 'addr del 10.77.0.2/20 dev eth0');
    await appliance.stateOf(({ joined }) => !joined.includes('10.77.0.2'));
    office.ip('pha', 'addr add 10.79.0.9/24 dev eth0');
    const heard = appliance.next(({ kind, word }) => kind === 'heard' && word === 'still');
    office.run('pha', process.execPath, pathOf('phone'), '10.79.0.9', 'still', '25');
    expect(await heard).toMatchObject({ address: '10.79.0.9', localAddress: '10.79.0.2' });
  });

  test('an interface that is deleted and recreated with the same address is heard again, every time', async () => {
    office = openOffice();
    const appliance = await startAppliance();
    // More often than two sockets may have memberships: dead ones must not add up.
    for (let i = 1; i <= 45; i++) {
      office.ip('app', 'link del eth0');
      office.plug('app', 'eth0', 'br0');
      office.ip('app', 'addr add 10.77.0.2/20 dev eth0');
      await appliance.next(({ event }) => event === 'group.joined');
    }
    expect(ask('pha', 'after all')).toBe('10.77.0.2');
    const refused = appliance.lines.filter(({ event }) => event === 'group.refused');
    expect(refused).toEqual([]);
    // The group's, one for each interface, the one that asks for routes, and one more for memberships: never a third.
    const sockets = office.run('app', 'cat', '/proc/net/udp').trim().split('\n').slice(1);
    // Four, when the last one was just given up.
    expect([4, 5]).toContain(sockets.length);
  });

  test('a host without any LAN hears the first one that comes', async () => {
    office = openOffice();
    office.ip('app', 'link del eth0');
    office.ip('app', 'link del eth1');
    const appliance = await startAppliance();
    expect(await appliance.stateOf(() => true)).toMatchObject({ bound: true, joined: [] });
    office.plug('app', 'eth5', 'br1');
    office.ip('app', 'addr add 10.78.0.2/20 dev eth5');
    expect(ask('phb', 'at last')).toBe('10.78.0.2');
  });

  test('more LANs than one socket may join are all heard, each word once', async () => {
    office = openOffice();
    for (let i = 1; i <= 45; i++) {
      office.ip('sw', `link add lan${i} type veth peer name lan${i} netns ${office.namespace('app')}`);
      office.ip('sw', `link set lan${i} up`);
      office.ip('sw', `addr add 10.80.${i}.9/24 dev lan${i}`);
      office.ip('app', `link set lan${i} up`);
      office.ip('app', `addr add 10.80.${i}.2/24 dev lan${i}`);
    }
    const appliance = await startAppliance();
    const { joined } = await appliance.stateOf((listener) => listener.joined.length === 47);
    expect(joined).toContain('10.80.45.2');
    for (const i of [1, 20, 21, 45]) {
      const text = office.run('sw', process.execPath, pathOf('phone'), `10.80.${i}.9`, `lan ${i}`, '1');
      expect(JSON.parse(text)).toEqual({ text: `heard lan ${i}`, address: `10.80.${i}.2` });
    }
    await appliance.ask('state');
    const words = appliance.lines.filter(({ kind }) => kind === 'heard').map(({ word }) => word);
    expect(words).toEqual(['lan 1', 'lan 20', 'lan 21', 'lan 45']);
    await appliance.stop();
  });

  async function startPbx(address: string): Promise<ChildProcess> {
    const script = `require('dgram').createSocket('udp4').bind(5060, '${address}', () => console.log('bound'))`;
    const pbx = start(process.execPath, '-e', script);
    if (pbx.stdout === null) throw new Error('no pipe');
    await once(pbx.stdout, 'data');
    return pbx;
  }

  test('a PBX on our LAN address at port 5060 is no hindrance', async () => {
    office = openOffice();
    await startPbx('10.77.0.2');
    const appliance = await startAppliance();
    expect(await appliance.stateOf(() => true)).toMatchObject({ bound: true });
    expect(ask('pha', 'beside a PBX')).toBe('10.77.0.2');
  });

  test('a PBX on all addresses at port 5060 is named; when it is gone, phones are heard', async () => {
    office = openOffice();
    const pbx = await startPbx('0.0.0.0');
    const appliance = await startAppliance();
    const { bound, problem } = await appliance.stateOf(() => true);
    expect(bound).toBe(false);
    expect(problem).toContain(
      `UDP port 5060 is held by node (process ${pbx.pid}) on 0.0.0.0:5060: no phone can be heard`,
    );
    expect(ask('pha', 'in vain', 2)).toBeNull();
    await stop(pbx);
    expect(ask('pha', 'free')).toBe('10.77.0.2');
    expect(await appliance.stateOf(() => true)).toMatchObject({ bound: true, joined: ['10.77.0.2', '10.78.0.2'] });
  });
});

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
