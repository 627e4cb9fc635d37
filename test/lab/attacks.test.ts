import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import type { JourneyEvent } from '../../src/core/journey.ts';
import { formatMacAddress } from '../../src/core/mac-address.ts';
import { firstHeader, type SipRequest } from '../../src/sip/message.ts';
import { vendors } from '../../src/vendors/all.ts';
import { mac as macOf } from '../peers/office-doors.ts';
import { describeOffice } from './describe-lab.ts';
import { type LabPhone, type PhoneLab, WAIT } from './phone-lab.ts';
import { readMessages, subscribeOf } from './phone-messages.ts';

// The attacks of docs/security.md that can be played on a LAN of namespaces. Each ends with what the attacker has got.

/** Long enough for an answer that must not come: answers that do come take some 10 ms, copies 500 ms. */
const SILENCE_MS = 1_500;
const PASSWORD = 'Geheim101x';

/** The n-th phone on LAN A. */
function phone(n: number): LabPhone {
  const vendor = vendors.find(({ macPrefixes }) => macPrefixes.some((prefix) => prefix === '001565'));
  if (vendor === undefined) throw new Error('nobody has 001565');
  const mac = macOf(`001565${(0x7c0000 + n).toString(16)}`);
  return { host: 'pha', vendor, mac, address: `10.77.4.${n}` };
}

const victim = phone(22);
const attacker = phone(21);

describeOffice('an attacker on the LAN', [], ({ open }) => {
  let lab: PhoneLab;

  beforeEach(async () => {
    lab = await open();
    lab.plug(attacker, victim);
    await lab.serve();
  });

  const approveVictim = (extension = '101', password = PASSWORD) =>
    lab.approve({ mac: victim.mac, extension, password });

  const setTrust = async (trust: object) => {
    const { status, body } = await lab.api('PUT', 'site', { trust });
    if (status !== 200) throw new Error(JSON.stringify(body));
  };

  /** Who asks and answers NOTIFYs with 200; resolves to the URL that it is told. */
  async function askByHand(one: LabPhone, claimed = one): Promise<string> {
    const port = await lab.listen(one.host, one.address, one.address);
    await lab.say(one.host, one.address, subscribeOf(claimed, port, { address: one.address }));
    return vi.waitFor(() => {
      const [notify] = notifies(one.address);
      if (notify === undefined) throw new Error('no NOTIFY yet');
      return notify.body.toString().trim();
    }, WAIT);
  }

  function notifies(name: string): SipRequest[] {
    return readMessages(lab.heard(name)).filter(
      (message): message is SipRequest => message.kind === 'request' && message.method === 'NOTIFY',
    );
  }

  const fileOf = ({ vendor, mac }: LabPhone) => vendor.files[0].pathFor(mac, vendor.simulated.model);
  /** The URL that a NOTIFY told, with the name of the phone's own file. */
  const ownUrl = (url: string, one: LabPhone) => (url.endsWith('/') ? `${url}${fileOf(one)}` : url);

  const journeyOf = (one: LabPhone, step: JourneyEvent['step']) =>
    lab.journey(one).then((events) => events.filter((event) => event.step === step));

  const toldReason = (one: LabPhone, words: string) =>
    vi.waitFor(async () => {
      const reasons = (await journeyOf(one, 'refused')).map(({ reason }) => reason);
      expect(reasons).toContainEqual(expect.stringContaining(words));
    }, WAIT);

  /** No answer that he was given, and no datagram that he heard, holds a password. */
  function expectNothing(answers: readonly { readonly status: number; readonly body: string }[], ...names: string[]) {
    for (const { status, body } of answers) {
      expect([0, 404]).toContain(status);
      expect(body).not.toContain(PASSWORD);
      if (status === 404) expect(body).toBe('not found\n');
    }
    for (const name of names) for (const { text } of lab.heard(name)) expect(text).not.toContain(PASSWORD);
  }

  /** What all this must not have changed. */
  async function expectServed(one: LabPhone, url: string) {
    const { status, body } = await lab.get(one, url);
    expect(status).toBe(200);
    expect(body).toContain(PASSWORD);
  }

  test("who asks by SIP with another's MAC address gets no file", async () => {
    await approveVictim();
    const url = ownUrl(await askByHand(attacker, victim), victim);
    const answers = [
      await lab.get(attacker, url, victim),
      await lab.get(attacker, url, null),
      await lab.get(attacker, url, attacker),
    ];
    expectNothing(answers, attacker.address);
    await toldReason(victim, `came from ${formatMacAddress(attacker.mac)} by the neighbour table`);
    await expectServed(victim, ownUrl(await askByHand(victim), victim));
  });

  test("who writes another's MAC address into the URL gets no file, with his own token or without", async () => {
    await approveVictim();
    await lab.approve({ mac: attacker.mac, extension: '102', password: 'Eigenes102x' });
    const own = ownUrl(await askByHand(attacker), attacker);
    expect((await lab.get(attacker, own)).status).toBe(200);
    const answers = [
      await lab.get(attacker, own.replace(fileOf(attacker), fileOf(victim))),
      await lab.get(attacker, `http://10.77.0.2:8060/${fileOf(victim)}`, victim),
      await lab.get(attacker, `http://10.77.0.2:8060/p/../${fileOf(victim)}`, victim),
      await lab.get(attacker, `http://10.77.0.2:8060/%2e%2e/${fileOf(victim)}`, victim),
    ];
    expectNothing(answers, attacker.address);
    await toldReason(attacker, `the file asked for is that of ${formatMacAddress(victim.mac)}`);
  });

  test("who answers ARP for another's address gets no file", async () => {
    await approveVictim();
    const url = ownUrl(await askByHand(victim), victim);
    await expectServed(victim, url);
    // The victim goes, and its address is the attacker\'s: the kernel learns his MAC address with it.
    const moved = await lab.move({ ...victim }, 'pha', '10.77.4.200');
    const forged = await lab.move(attacker, 'pha', victim.address);
    // Somebody else is served just before, so that the table was read with the victim in it.
    await expectServed(moved, url);
    lab.office.run('app', 'ip', 'neigh', 'flush', 'all');
    const answers = [await lab.get(forged, url, victim), await lab.get(forged, url, null)];
    expectNothing(answers);
    await toldReason(victim, `came from ${formatMacAddress(attacker.mac)} by the neighbour table`);
    await expectServed(moved, url);
  });

  test('who has the MAC address itself comes too late, where the site has a hand-over window', async () => {
    await setTrust({ handOverMinutes: 5 });
    await approveVictim();
    const url = ownUrl(await askByHand(victim), victim);
    await expectServed(victim, url);
    // From here on the wire shows the same MAC address behind another IP address.
    const clone = await lab.move({ ...victim }, 'pha', '10.77.9.66');
    expectNothing([await lab.get(clone, url)]);
    await toldReason(victim, `${victim.address} has fetched already`);
    // A boot of his own opens nothing, neither now nor after the window.
    await lab.boot(clone);
    await sleep(SILENCE_MS);
    expectNothing([await lab.get(clone, url)], clone.address);
    await setTrust({ handOverMinutes: 4 });
    expectNothing([await lab.get(clone, url)]);
    await toldReason(victim, 'sealed');
    await lab.boot(clone);
    await sleep(SILENCE_MS);
    expectNothing([await lab.get(clone, url)], clone.address);
    // A person decides otherwise.
    expect((await lab.api('POST', `devices/${victim.mac}/hand-over`)).status).toBe(200);
    await expectServed(clone, url);
  });

  test('who guesses tokens gets nothing, and is put in quarantine; the phones are served meanwhile', async () => {
    await approveVictim();
    const url = ownUrl(await askByHand(victim), victim);
    const guess = (n: number) => `http://10.77.0.2:8060/p/${n.toString(16).padStart(32, '0')}/${fileOf(victim)}`;
    const answers = [];
    for (let n = 0; n < 40; n++) answers.push(await lab.get(attacker, guess(n), victim));
    expectNothing(answers);
    expect(answers[0]?.status).toBe(404);
    expect(answers.at(-1)?.status).toBe(0);
    const { items } = (await lab.api('GET', 'quarantine')).body;
    expect(items).toMatchObject([{ address: attacker.address, mac: attacker.mac }]);
    await expectServed(victim, url);
    expect(await journeyOf(victim, 'refused')).toEqual([]);
  });

  test('who replays a URL after the phone was approved anew gets nothing', async () => {
    await approveVictim();
    const before = ownUrl(await askByHand(victim), victim);
    await expectServed(victim, before);
    await approveVictim('103');
    const answers = [await lab.get(attacker, before, victim), await lab.get(attacker, before, null)];
    expectNothing(answers);
    expect(await lab.counted('requests_refused')).toBe(answers.length);
    // The phone itself may still use it (decision 0004).
    await expectServed(victim, before);
  });

  test('who is behind a router gets neither an answer nor a file, unless the site names his network and he comes by HTTPS', async () => {
    const { office } = lab;
    office.ip('far', `link add eth0 type veth peer name far netns ${office.namespace('pha')}`);
    office.ip('pha', 'link set far up');
    office.ip('pha', 'addr add 192.168.99.1/24 dev far');
    office.run('pha', 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    office.ip('app', 'route add 192.168.99.0/24 via 10.77.4.1');
    office.ip('far', `link set eth0 address ${formatMacAddress(victim.mac)}`);
    office.ip('far', 'link set eth0 up');
    office.ip('far', 'addr add 192.168.99.2/24 dev eth0');
    office.ip('far', 'route add default via 192.168.99.1');
    await approveVictim();
    const url = ownUrl(await askByHand(victim), victim);
    expectNothing([await lab.request('far', url)]);
    const port = await lab.listen('far', 'far', '192.168.99.2');
    await lab.say('far', 'far', subscribeOf(victim, port, { address: '192.168.99.2' }), {
      address: '10.77.0.2',
      port: 5060,
    });
    await sleep(SILENCE_MS);
    expect(lab.heard('far')).toEqual([]);

    await setTrust({ routedNetworks: ['192.168.99.0/24'] });
    const token = /\/p\/([^/]+)\//.exec(url)?.[1] ?? '';
    const wrong = url.replace(token, 'f'.repeat(token.length));
    expectNothing([await lab.request('far', url), await lab.request('far', wrong)]);
    await toldReason(victim, 'from the routed network 192.168.99.0/24 files are served over HTTPS only');
  });

  test('who forges the answer to a NOTIFY lights no lamp', async () => {
    await approveVictim();
    const port = await lab.listenSilently('pha', 'victim', victim.address);
    await lab.say('pha', 'victim', subscribeOf(victim, port));
    const [notify] = await vi.waitFor(() => {
      const heard = notifies('victim');
      if (heard.length === 0) throw new Error('no NOTIFY yet');
      return heard;
    }, WAIT);
    const to = lab.heard('victim').at(-1)?.from;
    if (notify === undefined || to === undefined) throw new Error('no NOTIFY');
    // All that the attacker can know of it: the dialog, from the SUBSCRIBE that everybody heard. The branch went to the phone alone.
    await lab.listenSilently('pha', 'forger', attacker.address);
    for (let n = 0; n < 20; n++) {
      const via = `SIP/2.0/UDP ${to.address}:${to.port};branch=z9hG4bK${n.toString(16).padStart(16, '0')};rport`;
      const lines = ['From', 'To', 'Call-ID', 'CSeq'].map(
        (name) => `${name}: ${firstHeader(notify, name.toLowerCase())}`,
      );
      const answer = ['SIP/2.0 200 OK', `Via: ${via}`, ...lines, 'Content-Length: 0', '', ''].join('\r\n');
      await lab.say('pha', 'forger', Buffer.from(answer), to);
    }
    await sleep(SILENCE_MS);
    expect(await journeyOf(victim, 'acknowledged')).toEqual([]);
    expectNothing([], 'forger');
  });

  test('who writes a third host into his SUBSCRIBEs sends it two datagrams for each at most, and soon none', async () => {
    await approveVictim();
    const { office } = lab;
    const third = '10.77.4.99';
    const copies = 60;
    office.ip('sw', `addr add ${third}/20 dev br0`);
    // The attacker has the address, too, and does not tell anybody: what comes back goes to the third host.
    office.ip('pha', `addr add ${third}/32 dev lo`);
    await lab.listenSilently('sw', 'third', third, { port: 5_080 });
    await lab.listenSilently('pha', 'reflector', third, { port: 5_080, via: '10.77.4.1' });
    for (let call = 1; call <= copies; call++) {
      await lab.say('pha', 'reflector', subscribeOf(victim, 5_080, { address: third, call }));
    }
    await vi.waitFor(async () => expect(await lab.counted('datagrams_heard')).toBeGreaterThanOrEqual(copies), WAIT);
    await sleep(2 * SILENCE_MS);
    const heard = lab.heard('third').length;
    expect(heard).toBeLessThanOrEqual(2 * copies);
    expect(heard).toBeLessThan(80);
    expectNothing([], 'third', 'reflector');
    await expectServed(victim, ownUrl(await askByHand(victim), victim));
  });

  test('who answers phones himself is found, named, and no URL of ours is his', async () => {
    await approveVictim();
    await lab.offer('pha', attacker.address, 'http://10.77.4.21/evil/');
    const server = await vi.waitFor(
      async () => {
        await lab.api('POST', 'other-servers/check');
        const { items } = (await lab.api('GET', 'other-servers')).body;
        expect(items).toHaveLength(1);
        return items[0];
      },
      { ...WAIT, timeout: 60_000 },
    );
    expect(server).toMatchObject({
      address: attacker.address,
      mac: attacker.mac,
      url: 'http://10.77.4.21/evil/',
      wanted: false,
    });
    expect(lab.log()).toContain('pnp.other-server');
    expectNothing([await lab.get(attacker, `http://10.77.0.2:8060/${fileOf(victim)}`, victim)]);
  });
});
