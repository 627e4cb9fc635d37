import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import type { PhoneStep } from '../../src/commands/simulated-phone.ts';
import { formatMacAddress, type MacAddress } from '../../src/core/mac-address.ts';
import { firstHeader, type SipRequest, type SipResponse } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { vendors } from '../../src/vendors/all.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';
import { mac as macOf } from '../peers/office-doors.ts';
import { describeOffice } from './describe-lab.ts';
import { type LabPhone, type PhoneHost, type PhoneLab, SERVED, WAIT } from './phone-lab.ts';
import { readMessages, subscribeOf } from './phone-messages.ts';

const CAPTURED = join(import.meta.dirname, '../captured');

/** Long enough for an answer that must not come: answers that do come take some 10 ms, the first NOTIFY's copy 500 ms. */
const SILENCE_MS = 1_200;

function vendorWith(prefix: string): Vendor {
  const vendor = vendors.find(({ macPrefixes }) => macPrefixes.some((known) => known === prefix));
  if (vendor === undefined) throw new Error(`nobody has ${prefix}`);
  return vendor;
}

const NET = { pha: '10.77.4', phb: '10.78.4' } as const;

const SERIAL = { pha: 0x7a0000, phb: 0x7b0000 } as const;

/** The n-th phone with that prefix on that LAN, at the address that ends with n. */
function phone(prefix: string, n: number, host: PhoneHost = 'pha'): LabPhone {
  const mac = macOf(`${prefix}${(SERIAL[host] + n).toString(16)}`);
  return { host, vendor: vendorWith(prefix), mac, address: `${NET[host]}.${n}` };
}

const PREFIXES = ['001565', '000413', 'c074ad', '00085d'] as const;

function phones(host: PhoneHost, count: number): LabPhone[] {
  return Array.from({ length: count }, (_, i) => phone(PREFIXES[i % PREFIXES.length] ?? '', 10 + i, host));
}

const passwordOf = (extension: string) => `Geheim${extension}x`;

function listed(extension: string, { mac }: { readonly mac: MacAddress }) {
  return { mac, extension, password: passwordOf(extension) };
}

function fetches(steps: readonly PhoneStep[]) {
  return steps.flatMap((step) => (step.kind === 'fetched' ? [{ ...step.fetch, isOwnFile: step.isOwnFile }] : []));
}

/** The URL of the phone's own file, once it has got it. */
function ownUrl(steps: readonly PhoneStep[]): string | undefined {
  return fetches(steps).find(({ isOwnFile, status }) => isOwnFile && status === 200)?.url;
}

describeOffice('the appliance in an office of two LANs', [], ({ open }) => {
  let lab: PhoneLab;

  beforeEach(async () => {
    lab = await open();
  });

  const configured = (...all: readonly LabPhone[]) =>
    vi.waitFor(() => {
      const left = all.filter((one) => ownUrl(lab.steps(one)) === undefined).map(({ mac }) => mac);
      expect(left).toEqual([]);
    }, WAIT);

  const reasons = async (one: { readonly mac: MacAddress }, step = 'refused') =>
    (await lab.journey(one)).filter((event) => event.step === step).map(({ reason }) => reason);

  const toldReason = (one: LabPhone, reason: string) =>
    vi.waitFor(async () => expect(await reasons(one)).toContain(reason), WAIT);

  const notSeenBy = (file: LabPhone, seen: LabPhone) =>
    `the request came from ${formatMacAddress(seen.mac)} by the neighbour table, the file is that of ${formatMacAddress(file.mac)}`;

  test('25 phones on two LANs, half approved ahead: each gets its own file from the address in its own LAN', async () => {
    const all = [...phones('pha', 20), ...phones('phb', 5)];
    const plan = all.map((one, i) => ({ one, extension: String(101 + i), isAhead: i % 2 === 0 }));
    lab.plug(...all);
    await lab.serve();
    const ahead = plan.filter(({ isAhead }) => isAhead);
    const after = plan.filter(({ isAhead }) => !isAhead);
    expect(await lab.importList(ahead.map(({ one, extension }) => listed(extension, one)))).toContain('13 new');
    // Nobody has spoken yet: no neighbour is known.
    expect(lab.office.run('app', 'ip', 'neigh').trim()).toBe('');

    await Promise.all(all.map(lab.boot));
    await configured(...ahead.map(({ one }) => one));
    await vi.waitFor(async () => {
      const { items } = (await lab.api('GET', 'devices?state=pending')).body;
      expect(items.map(({ mac }: { mac: string }) => mac).sort()).toEqual(after.map(({ one }) => one.mac).sort());
    }, WAIT);
    for (const { one } of after) expect(fetches(lab.steps(one))).toEqual([]);
    await lab.approve(...after.map(({ one, extension }) => listed(extension, one)));
    await configured(...all);

    for (const { one, extension, isAhead } of plan) {
      const url = ownUrl(lab.steps(one)) ?? '';
      expect(new URL(url).host).toBe(`${SERVED[one.host]}:8060`);
      const { status, body } = await lab.get(one, url);
      expect(status).toBe(200);
      const passwords = plan.map((each) => passwordOf(each.extension)).filter((password) => body.includes(password));
      expect(passwords).toEqual([passwordOf(extension)]);
      // Without a SIP server of the site's, a phone registers at the address that it knows the appliance by.
      expect(body).toContain(SERVED[one.host]);
      expect(body).not.toContain(SERVED[one.host === 'pha' ? 'phb' : 'pha']);

      const steps = (await lab.journey(one)).map(({ step }) => step);
      const wanted = ['seen', isAhead ? 'answered' : 'approved', 'notified', 'acknowledged', 'fetched'] as const;
      for (const step of wanted) expect(steps).toContain(step);
      for (const step of ['refused', 'stalled', 'moved'] as const) expect(steps).not.toContain(step);
      expect((await lab.api('GET', `devices/${one.mac}`)).body).toMatchObject({
        state: 'approved',
        extension,
        vendor: one.vendor.id,
        address: one.address,
      });
    }
  });

  test('a phone that asks in another one’s name is told a URL and gets no file; the other one gets its own', async () => {
    const [liar, victim] = [phone('001565', 21), phone('001565', 22)];
    lab.plug(liar, victim);
    await lab.serve();
    await lab.approve(listed('101', victim));
    await lab.bootAs(liar, victim);
    await vi.waitFor(() => expect(fetches(lab.steps(liar)).some(({ isOwnFile }) => isOwnFile)).toBe(true), WAIT);
    expect(new Set(fetches(lab.steps(liar)).map(({ status }) => status))).toEqual(new Set([404]));
    await toldReason(victim, notSeenBy(victim, liar));

    await lab.boot(victim);
    await configured(victim);
    const { body } = await lab.get(victim, ownUrl(lab.steps(victim)) ?? '');
    expect(body).toContain(passwordOf('101'));
    expect((await lab.api('GET', `devices/${victim.mac}`)).body).toMatchObject({ address: victim.address });
    expect((await lab.api('GET', 'devices')).body.items).toHaveLength(1);
  });

  /**
   * A phone that takes no URL while it runs, as most do, but answers every NOTIFY. It says that it is `claimed`.
   * Returns the URL that it was told.
   */
  async function bootByHand(
    one: LabPhone,
    { claimed = one, challenge }: { claimed?: LabPhone; challenge?: string } = {},
  ) {
    const port = await lab.listen(one.host, one.address, one.address, 0, challenge);
    await lab.say(one.host, one.address, subscribeOf(claimed, port, { address: one.address }));
    return vi.waitFor(() => {
      const [notify] = notifies(one.address, 'ua-profile');
      if (notify === undefined) throw new Error('no NOTIFY yet');
      return notify.body.toString();
    }, WAIT);
  }

  const messages = (name: string) => readMessages(lab.heard(name));

  /** One of each: copies have the same branch. */
  function notifies(name: string, eventPackage: string): SipRequest[] {
    const requests = messages(name).filter((message): message is SipRequest => message.kind === 'request');
    const byBranch = new Map(requests.map((request) => [firstHeader(request, 'via'), request]));
    return [...byBranch.values()].filter((request) => (firstHeader(request, 'event') ?? '').startsWith(eventPackage));
  }

  test('a stolen URL opens nothing; a re-approved phone still uses its old one, and nobody else does', async () => {
    const [thief, victim] = [phone('000413', 31), phone('000413', 32)];
    lab.plug(thief, victim);
    await lab.serve();
    await lab.approve(listed('101', victim));
    const url = await bootByHand(victim);
    const first = await lab.get(victim, url);
    expect(first.status).toBe(200);
    expect(first.body).toContain(passwordOf('101'));

    for (const says of [victim, thief, null]) expect((await lab.get(thief, url, says)).status).toBe(404);
    await toldReason(victim, notSeenBy(victim, thief));
    const words = `the User-Agent says ${formatMacAddress(thief.mac)}, the file is that of ${formatMacAddress(victim.mac)}`;
    await toldReason(victim, words);

    await lab.approve(listed('102', victim));
    await vi.waitFor(() => expect(notifies(victim.address, 'ua-profile')).toHaveLength(2), WAIT);
    expect((await lab.api('POST', `devices/${victim.mac}/resync`, {})).status).toBeLessThan(300);
    await vi.waitFor(() => expect(notifies(victim.address, 'check-sync')).toHaveLength(1), WAIT);
    for (const says of [victim, thief, null]) expect((await lab.get(thief, url, says)).status).toBe(404);
    const again = await lab.get(victim, url);
    expect(again.status).toBe(200);
    expect(again.body).toContain(passwordOf('102'));
    expect(again.body).not.toContain(passwordOf('101'));

    // A phone of ours has no more right to it than a stranger.
    await lab.approve(listed('103', thief));
    for (const says of [victim, thief, null]) expect((await lab.get(thief, url, says)).status).toBe(404);
  });

  test('a challenge to an order is answered to the phone, and not to who asked in its name', async () => {
    const [liar, victim] = [phone('000413', 36), phone('000413', 37)];
    lab.plug(liar, victim);
    await lab.serve();
    await lab.approve(listed('101', victim));
    // The nonce is the asker's: one answer is enough to try all passwords against.
    const challenge = 'Digest realm="phone", nonce="0123456789abcdef"';
    const order = async (one: LabPhone, count: number) => {
      expect((await lab.api('POST', `devices/${victim.mac}/resync`, {})).status).toBeLessThan(300);
      await vi.waitFor(() => expect(notifies(one.address, 'check-sync')).toHaveLength(count), WAIT);
      await sleep(SILENCE_MS);
      return notifies(one.address, 'check-sync').map((notify) => firstHeader(notify, 'authorization') !== undefined);
    };
    await bootByHand(victim, { challenge });
    expect(await order(victim, 2)).toEqual([false, true]);
    await bootByHand(liar, { claimed: victim, challenge });
    expect(await order(liar, 1)).toEqual([false]);
    const refusal = `${liar.address} wants proof of the password, and by the neighbour table it is not this phone`;
    expect(await reasons(victim)).toEqual([refusal, expect.stringContaining('401 Unauthorized')]);
  });

  test('sent by DHCP: an approved phone has its file without a token, an unknown one is shown as pending', async () => {
    const [approved, unknown] = [phone('00085d', 41), phone('000413', 42)];
    lab.plug(approved, unknown);
    await lab.serve();
    await lab.approve(listed('101', approved));
    const fileOf = ({ vendor, mac }: LabPhone) =>
      `http://10.77.0.2:8060/${vendor.files[0].pathFor(mac, vendor.simulated.model)}`;

    const { status, body } = await lab.get(approved, fileOf(approved));
    expect(status).toBe(200);
    expect(body).toContain(passwordOf('101'));
    expect((await lab.get(unknown, fileOf(approved))).status).toBe(404);
    expect((await lab.get(unknown, fileOf(unknown))).status).toBe(404);
    const { items } = (await lab.api('GET', 'devices?state=pending')).body;
    expect(items).toMatchObject([{ mac: unknown.mac, vendor: unknown.vendor.id, address: unknown.address }]);

    expect((await lab.api('POST', `devices/${unknown.mac}/approve`, { extension: '102' })).status).toBe(200);
    expect((await lab.get(unknown, fileOf(unknown))).status).toBe(200);
  });

  /** A computer outside both LANs, with a way to LAN A and back. */
  const outsides = [
    [
      'behind a router',
      () => {
        const { office } = lab;
        office.ip('far', `link add eth0 type veth peer name far netns ${office.namespace('pha')}`);
        office.ip('pha', 'link set far up');
        office.ip('pha', 'addr add 192.168.99.1/24 dev far');
        office.run('pha', 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
        office.ip('app', 'route add 192.168.99.0/24 via 10.77.4.1');
      },
    ],
    [
      'on a LAN of the host that is not served',
      () => {
        const { office } = lab;
        office.ip('far', `link add eth0 type veth peer name eth7 netns ${office.namespace('app')}`);
        office.ip('app', 'link set eth7 up');
        office.ip('app', 'addr add 192.168.99.1/24 dev eth7');
      },
    ],
  ] as const;

  test.each(outsides)(
    '%s nobody gets an answer or a file, not even with a phone’s MAC address and URL',
    async (_where, connect) => {
      const victim = phone('001565', 51);
      lab.plug(victim);
      connect();
      const { office } = lab;
      office.ip('far', `link set eth0 address ${formatMacAddress(victim.mac)}`);
      office.ip('far', 'link set eth0 up');
      office.ip('far', 'addr add 192.168.99.2/24 dev eth0');
      office.ip('far', 'route add default via 192.168.99.1');
      await lab.serve('--lan-address', '10.77.0.2,10.78.0.2');
      await lab.approve(listed('101', victim));
      const folder = await bootByHand(victim);
      const file = victim.vendor.files[0].pathFor(victim.mac, victim.vendor.simulated.model);
      expect((await lab.get(victim, `${folder}${file}`)).status).toBe(200);
      const [notify] = lab.heard(victim.address);
      if (notify === undefined) throw new Error('nothing was heard');

      const urls = [`${folder}${file}`, `http://10.77.0.2:8060/${file}`];
      for (const url of urls) expect(await lab.request('far', url)).toMatchObject({ status: 0 });
      // The way is there: with a rule that lets him in the file's server can be reached, and still gives nothing.
      const rules = [{ action: 'allow', network: '192.168.99.0/24', protocol: 'http' }];
      await lab.api('PUT', 'site', { trust: { rules } });
      for (const url of urls) expect(await lab.request('far', url)).toMatchObject({ status: 404 });
      await toldReason(victim, 'the sender is not on a served LAN, nor in a routed network that the site names');

      const port = await lab.listen('far', 'far', '192.168.99.2');
      const subscribe = subscribeOf(victim, port, { address: '192.168.99.2' });
      const filtered = await lab.counted('datagrams_filtered');
      await lab.say('far', 'far', subscribe);
      await lab.say('far', 'far', subscribe, { address: '10.77.0.2', port: 5060 });
      await lab.say('far', 'far', subscribe, notify.from);
      // From outside in words only: it stands on LAN A, under an address that is not.
      office.ip('pha', 'addr add 192.168.99.3/32 dev eth0');
      const near = await lab.listen('pha', 'near', '192.168.99.3');
      await lab.say('pha', 'near', subscribeOf(victim, near, { address: '192.168.99.3' }));
      await vi.waitFor(async () => expect(await lab.counted('datagrams_filtered')).toBeGreaterThan(filtered), WAIT);
      await sleep(SILENCE_MS);
      expect([...lab.heard('far'), ...lab.heard('near')]).toEqual([]);
      expect((await lab.api('GET', `devices/${victim.mac}`)).body).toMatchObject({ address: victim.address });
    },
  );

  test('a phone that does not say its MAC address is found by the neighbour table', async () => {
    const bytes = readFileSync(join(CAPTURED, 'audiocodes-440hd-2.2.2.sip'));
    const nameless = { ...phone('001565', 61), mac: macOf('00908f7a0061') };
    lab.plug(nameless);
    await lab.serve();
    expect(lab.office.run('app', 'ip', 'neigh').trim()).toBe('');
    await lab.listen(nameless.host, 'nameless', nameless.address, 5060);
    await lab.say(nameless.host, 'nameless', bytes);
    await vi.waitFor(async () => {
      const { items } = (await lab.api('GET', 'devices')).body;
      expect(items).toMatchObject([{ mac: nameless.mac, state: 'pending', vendor: null, address: nameless.address }]);
      expect(items[0]).toMatchObject({ model: '440HD', firmware: '2.2.2' });
    }, WAIT);
  });

  test.each([
    ['another address', 'pha', '10.77.9.71'],
    ['the other LAN', 'phb', '10.78.9.71'],
  ] as const)(
    'a phone that boots again with %s is answered there, and the journey says so',
    async (_what, host, address) => {
      const before = phone('001565', 71);
      lab.plug(before);
      await lab.serve();
      await lab.approve(listed('101', before));
      await lab.boot(before);
      await configured(before);
      const after = await lab.move(before, host, address);
      await lab.boot(after);
      await configured(after);
      expect(new URL(ownUrl(lab.steps(after)) ?? '').host).toBe(`${SERVED[host]}:8060`);
      const moves = (await lab.journey(after)).filter(({ step }) => step === 'moved');
      expect(moves.map(({ detail }) => detail)).toEqual([{ from: before.address, to: address }]);
      expect((await lab.api('GET', `devices/${after.mac}`)).body).toMatchObject({ address });
      expect(await reasons(after)).toEqual([]);
    },
  );

  test('with 30 % of all datagrams lost on the cable, both ways, all phones are configured', async (context) => {
    const noNft = spawnSync('nft', ['--version']).status === 0 ? undefined : 'nftables is not installed';
    if (noNft !== undefined && !process.env.CI) context.skip(noNft);
    expect(noNft).toBeUndefined();
    const all = phones('pha', 20);
    lab.plug(...all);
    await lab.serve();
    await lab.approve(...all.map((one, i) => listed(String(101 + i), one)));
    // Where packets come in: a packet that is dropped on its way out is told to the sender, which a cable does not do.
    const cableEnds = [
      ['pha', 'eth0'],
      ['sw', lab.office.portOf('pha', 'eth0')],
    ] as const;
    for (const [host, name] of cableEnds) {
      const hook = `type filter hook ingress device "${name}" priority 0;`;
      const lose = 'ip protocol udp numgen random mod 100 < 30 counter drop';
      lab.office.run(host, 'nft', `table netdev loss { chain in { ${hook} ${lose}; }; }`);
    }
    await Promise.all(all.map(lab.boot));

    // Whose five SUBSCRIBEs were all lost, one phone in 400, is unplugged and plugged in again, as a person would.
    const last = Date.now() + 12_000;
    await vi.waitUntil(() => Date.now() > last || all.every((one) => ownUrl(lab.steps(one))), {
      ...WAIT,
      timeout: 20_000,
    });
    await Promise.all(all.filter((one) => !lab.steps(one).some(({ kind }) => kind === 'notified')).map(lab.boot));
    await vi.waitFor(() => expect(all.filter((one) => ownUrl(lab.steps(one)) === undefined)).toEqual([]), {
      ...WAIT,
      timeout: 40_000,
    });
    for (const [host] of cableEnds) {
      const lost = /counter packets (\d+)/.exec(lab.office.run(host, 'nft', 'list', 'table', 'netdev', 'loss'))?.[1];
      expect(Number(lost)).toBeGreaterThan(5);
    }
    await vi.waitFor(async () => {
      const events = (await Promise.all(all.map(lab.journey))).flat();
      expect(events.some(({ step, detail }) => step === 'acknowledged' && Number(detail.copies) > 1)).toBe(true);
    }, WAIT);
  });

  test.each([
    ['the LAN address', '10.77.0.2'],
    ['all addresses, shared', '0.0.0.0'],
  ])('a PBX has port 5060 of %s: phones are configured, and the PBX is not told of it', async (_what, address) => {
    await lab.listen('app', 'pbx', address, 5060);
    const [here, there] = [phone('001565', 81), phone('c074ad', 82, 'phb')];
    lab.plug(here, there);
    await lab.serve();
    await lab.approve(listed('101', here), listed('102', there));
    await Promise.all([here, there].map(lab.boot));
    await configured(here, there);
    await vi.waitFor(async () => {
      for (const one of [here, there])
        expect((await lab.journey(one)).map(({ step }) => step)).toContain('acknowledged');
    }, WAIT);
    // What is said to the group reaches everybody on the port; what is said to us must not.
    expect(lab.heard('pbx').filter(({ text }) => !text.startsWith('SUBSCRIBE'))).toEqual([]);
  });

  test('LAN B’s interface is deleted and made anew: its phones are configured, and those of LAN A all the time', async () => {
    const [here, there, late] = [phone('001565', 91), phone('001565', 92, 'phb'), phone('000413', 93, 'phb')];
    lab.plug(here, there, late);
    await lab.serve();
    await lab.approve(listed('101', here), listed('102', there), listed('103', late));
    await lab.boot(there);
    await configured(there);
    lab.office.ip('app', 'link del eth1');
    await lab.boot(here);
    await configured(here);
    lab.office.plug('app', 'eth1', 'br1');
    lab.office.ip('app', 'addr add 10.78.0.2/20 dev eth1');
    await lab.boot(late);
    await configured(late);
    expect(new URL(ownUrl(lab.steps(late)) ?? '').host).toBe('10.78.0.2:8060');
  });

  test('every captured SUBSCRIBE is answered with one 200 and one NOTIFY, the same for every copy', async () => {
    const names = readdirSync(CAPTURED).filter((name) => name.endsWith('.sip') && !name.startsWith('audiocodes'));
    expect(names.length).toBeGreaterThan(3);
    const askers = names.map((name, i) => {
      const bytes = readFileSync(join(CAPTURED, name));
      const parsed = parseMessage(bytes);
      if (!parsed.ok || parsed.value.kind !== 'request') throw new Error(name);
      const { value: request } = parsed;
      const address = `10.77.4.${100 + i}`;
      const read = readSighting(request, { address, port: 5062 });
      if (!read.ok || read.value.mac === undefined) throw new Error(name);
      return { name, bytes, request, address, mac: read.value.mac, port: 5062, extension: String(101 + i) };
    });
    lab.plug(...askers.map(({ mac, address }) => ({ ...phone('001565', 1), mac, address })));
    await lab.serve();
    // The file's name begins with the maker: the MAC address of one says nothing of it.
    await lab.approve(...askers.map((one) => ({ ...listed(one.extension, one), vendor: one.name.replace(/-.*/, '') })));
    for (const { name, address, port, bytes } of askers) {
      await lab.listen('pha', name, address, port);
      for (const _copy of [1, 2, 3]) await lab.say('pha', name, bytes);
    }
    await vi.waitFor(() => {
      for (const { name } of askers) expect(messages(name).filter(({ kind }) => kind === 'response')).toHaveLength(3);
    }, WAIT);
    await sleep(SILENCE_MS);

    for (const { name, request, address, mac } of askers) {
      const answers = messages(name).filter((message): message is SipResponse => message.kind === 'response');
      const texts = lab.heard(name).map(({ text }) => text);
      expect(new Set(texts.filter((text) => text.startsWith('SIP/2.0'))).size).toBe(1);
      const [answer] = answers;
      const asked = messages(name).filter((message): message is SipRequest => message.kind === 'request');
      const [notify] = asked;
      if (answer === undefined || notify === undefined) throw new Error(`${name}: not answered`);
      expect(asked).toHaveLength(1);
      for (const header of ['from', 'call-id', 'cseq'])
        expect(firstHeader(answer, header)).toBe(firstHeader(request, header));
      expect(answer.status).toBe(200);
      expect(firstHeader(answer, 'expires')).toBe('0');
      expect(firstHeader(answer, 'via')).toContain(`received=${address}`);
      const to = firstHeader(answer, 'to') ?? '';
      expect(to.startsWith(`${firstHeader(request, 'to')};tag=`)).toBe(true);

      expect(notify.method).toBe('NOTIFY');
      expect(firstHeader(notify, 'from')).toBe(to);
      expect(firstHeader(notify, 'to')).toBe(firstHeader(request, 'from'));
      expect(firstHeader(notify, 'call-id')).toBe(firstHeader(request, 'call-id'));
      expect(firstHeader(notify, 'event')).toBe('ua-profile');
      expect(firstHeader(notify, 'subscription-state')).toMatch(/^terminated/);
      expect(firstHeader(notify, 'content-type')).toBe('application/url');
      expect(notify.body.toString()).toMatch(/^http:\/\/10\.77\.0\.2:8060\/p\/[0-9a-f]{32}\/(?:[0-9A-F]{12}\.xml)?$/);
      const froms = lab.heard(name).map(({ from }) => from);
      expect(new Set(froms.map((from) => from.address))).toEqual(new Set(['10.77.0.2']));
      expect(firstHeader(notify, 'via')).toContain(`10.77.0.2:${froms[0]?.port};`);
      const acknowledged = (await lab.journey({ mac })).filter(({ step }) => step === 'acknowledged');
      expect(acknowledged.map(({ detail }) => detail.status)).toEqual([200]);
    }
  });

  test('nothing else that is said to the group is answered, and it goes on listening', async () => {
    const one = phone('001565', 99);
    lab.plug(one);
    await lab.serve();
    await lab.approve(listed('101', one));
    const port = await lab.listen(one.host, 'talker', one.address);
    const subscribe = subscribeOf(one, port).toString('latin1');
    const others = [
      ...['OPTIONS', 'REGISTER', 'INVITE', 'NOTIFY', 'MESSAGE', 'BYE'].map((method) =>
        subscribe.replaceAll('SUBSCRIBE', method),
      ),
      subscribe.replace('ua-profile', 'message-summary'),
      subscribe.replace(/^(To: .*)\r$/m, '$1;tag=inside\r'),
      'SIP/2.0 200 OK\r\n\r\n',
      '\r\n\r\n',
      '\0'.repeat(1_400),
      subscribe.slice(0, 60),
      Buffer.from(Array.from({ length: 1_200 }, (_, i) => (i * 197) & 0xff)).toString('latin1'),
      ...readdirSync(join(CAPTURED, 'rfc4475')).map((name) =>
        readFileSync(join(CAPTURED, 'rfc4475', name)).toString('latin1'),
      ),
    ];
    expect(others.length).toBeGreaterThan(30);
    for (const text of others) await lab.say(one.host, 'talker', Buffer.from(text, 'latin1'));
    await vi.waitFor(async () => expect(await lab.counted('datagrams_ignored')).toBe(others.length), WAIT);
    await sleep(SILENCE_MS);
    expect(lab.heard('talker')).toEqual([]);
    expect((await lab.journey(one)).map(({ step }) => step)).toEqual(['approved']);
    await lab.boot(one);
    await configured(one);
  });
});
