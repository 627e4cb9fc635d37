import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { describeOffice } from './describe-lab.ts';
import { type Hands, startHands } from './hands-client.ts';
import { type PhoneLab, SERVED, WAIT } from './phone-lab.ts';
import { serveAppliance } from './served-appliance.ts';

/** Of the host of phones on LAN A. */
const ROGUE = '10.77.4.1';
const URL_OF_ROGUE = 'http://10.77.4.1:9999/evil/';

describeOffice('another PnP server in an office of two LANs', ['rogue-server'], ({ open, mainPath, pathOf }) => {
  let lab: PhoneLab;

  beforeEach(async () => {
    lab = await open();
  });

  function makeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'plugtone-lab-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  async function stop(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null) return;
    child.stdin?.end();
    await once(child, 'exit');
  }

  /** Resolves when it hears the group. */
  async function startRogue() {
    const command = [process.execPath, pathOf('rogue-server'), ROGUE, URL_OF_ROGUE];
    const child = spawn('ip', ['netns', 'exec', lab.office.namespace('pha'), ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => stop(child));
    const lines: { readonly kind: string; readonly uri?: string; readonly status?: number }[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
    await vi.waitFor(() => expect(lines.map(({ kind }) => kind)).toContain('ready'), WAIT);
    const of = (kind: string) => lines.filter((line) => line.kind === kind);
    return { of, stop: () => stop(child) };
  }

  const check = async () => (await lab.api('POST', 'other-servers/check')).body.items;

  const macOf = (host: 'pha' | 'app') =>
    (
      /link\/ether ([0-9a-f:]{17})/.exec(lab.office.run(host, 'ip', 'link', 'show', 'dev', 'eth0'))?.[1] ?? ''
    ).replaceAll(':', '');

  test('it is found with address, MAC and URL, asked in one name and answered; called wanted it is no alarm, silent it is gone', async () => {
    await lab.serve();
    expect(await check()).toEqual([]);
    const rogue = await startRogue();
    const [found, ...others] = await check();
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      id: macOf('pha'),
      address: ROGUE,
      mac: macOf('pha'),
      heardAt: SERVED.pha,
      ownHost: false,
      status: 200,
      says: 'Other PBX 1.0',
      url: URL_OF_ROGUE,
      wanted: false,
    });
    // Its log comes by a pipe, after the answer perhaps.
    await vi.waitFor(() => expect(lab.log()).toMatch(/"event":"pnp.other-server","address":"10\.77\.4\.1"/), WAIT);

    // One entry in its list, and its NOTIFYs answered: it does not repeat them.
    await vi.waitFor(() => expect(rogue.of('acknowledged')).toHaveLength(vendors.length), WAIT);
    const names = new Set(rogue.of('asked').map(({ uri = '' }) => /([0-9a-f]{12})@/i.exec(uri)?.[1]?.toLowerCase()));
    expect(names.size).toBe(1);
    // Nobody took the questions for phones.
    expect((await lab.api('GET', 'devices')).body.items).toEqual([]);

    const doctor = (await lab.api('POST', 'system/doctor')).body;
    expect(doctor.findings).toContainEqual(
      expect.objectContaining({ id: 'other-servers', state: 'red', sentence: expect.stringContaining(URL_OF_ROGUE) }),
    );
    const [wanted] = (await lab.api('PUT', `other-servers/${found.id}/wanted`)).body.items;
    expect(wanted.wanted).toBe(true);

    await rogue.stop();
    expect(await check()).toHaveLength(1);
    await check();
    expect(await check()).toEqual([]);
    await vi.waitFor(() => expect(lab.log()).toContain('pnp.other-server-gone'), WAIT);
  });

  test('by itself the appliance asks as soon as it serves, and again as often as the site wants it', async () => {
    const rogue = await startRogue();
    await lab.serve();
    await vi.waitFor(async () => {
      const { items, checkedAt } = (await lab.api('GET', 'other-servers')).body;
      expect([checkedAt === null, items.length]).toEqual([false, 1]);
    }, WAIT);
    await vi.waitFor(() => expect(rogue.of('asked')).toHaveLength(vendors.length), WAIT);
    await lab.api('PUT', 'site', { trust: { otherServerCheckMinutes: 0 } });
    expect((await lab.api('GET', 'other-servers')).body.checkMinutes).toBe(0);
  });

  test('two appliances on one LAN see each other, and neither lists the other’s question as a phone', async () => {
    await lab.serve();
    const dataDir = makeFolder();
    let hands: Hands | undefined;
    const second = await serveAppliance({
      namespace: lab.office.namespace('pha'),
      mainPath: mainPath(),
      dataDir,
      hands: () => {
        hands ??= startHands(lab.office.namespace('pha'), pathOf('hands'));
        return hands;
      },
      onOutput: () => undefined,
    });
    try {
      expect(await check()).toMatchObject([{ address: ROGUE, mac: macOf('pha'), says: 'Plugtone', url: null }]);
      const { items } = (await second.api('POST', 'other-servers/check')).body;
      expect(items).toMatchObject([{ address: SERVED.pha, mac: macOf('app'), says: 'Plugtone' }]);
      expect((await lab.api('GET', 'devices')).body.items).toEqual([]);
      expect((await second.api('GET', 'devices')).body.items).toEqual([]);
    } finally {
      await second.end('SIGTERM');
      await hands?.stop();
    }
  });

  test('the doctor beside the appliance sees it, its groups on both LANs, and what is in the way', async () => {
    await lab.serve();
    await startRogue();
    const doctor = (dataDir: string) => {
      const command = [process.execPath, mainPath(), 'doctor', '--json', '--data-dir', dataDir];
      const ran = spawnSync('ip', ['netns', 'exec', lab.office.namespace('app'), ...command], { encoding: 'utf8' });
      const lines: { id: string; state: string; sentence: string }[] = JSON.parse(ran.stdout).findings;
      return { code: ran.status, of: (id: string) => lines.filter((line) => line.id === id) };
    };
    const folder = makeFolder();
    const { code, of } = doctor(folder);
    expect(code).toBe(1);
    for (const id of ['ports.web', 'ports.phones', 'ports.pnp']) expect(of(id)[0]?.sentence).toMatch(/^Plugtone has /);
    for (const name of ['eth0', 'eth1']) {
      expect(of(`groups.${name}`)).toMatchObject([{ state: 'green' }]);
      expect(of(`hearing.${name}`)).toMatchObject([{ state: 'green' }]);
    }
    expect(of('other-servers')).toMatchObject([{ state: 'red' }]);
    expect(of('gateway.route')).toMatchObject([{ state: 'yellow' }]);
    // The doctor's own questions are no phones either.
    expect((await lab.api('GET', 'devices')).body.items).toEqual([]);

    if (spawnSync('nft', ['--version']).status !== 0) return;
    const rules = 'add table ip t; add chain ip t in { type filter hook input priority 0; policy accept; }; ';
    lab.office.run('app', 'nft', `${rules} add rule ip t in udp dport 5060 drop`);
    const blocked = doctor(folder);
    expect(blocked.of('firewall.pnp')).toMatchObject([{ state: 'red' }]);
    expect(blocked.of('hearing.eth0')).toMatchObject([{ state: 'red' }]);
    expect(blocked.of('firewall.phones')).toMatchObject([{ state: 'green' }]);
  });
});
