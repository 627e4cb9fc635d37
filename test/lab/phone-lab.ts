import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { PhoneStep } from '../../src/commands/simulated-phone.ts';
import type { JourneyEvent } from '../../src/core/journey.ts';
import { formatMacAddress, type MacAddress } from '../../src/core/mac-address.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';
import type { Happening, HttpAnswer, SocketAddress } from './hands.ts';
import { type Hands, startHands } from './hands-client.ts';
import { type Office, type OfficeHost, openOffice } from './network.ts';
import { type ServedAppliance, serveAppliance } from './served-appliance.ts';

/** Where phones stand: the hosts of LAN A and LAN B. */
export type PhoneHost = Extract<OfficeHost, 'pha' | 'phb'>;

/** A phone with an interface of its own: what the neighbour table says of its address is its own MAC address. */
export interface LabPhone {
  readonly host: PhoneHost;
  readonly vendor: Vendor;
  readonly mac: MacAddress;
  readonly address: string;
}

/** What is approved: by the API, or as a row of the list that `plugtone import` reads. */
export interface ListedPhone {
  readonly mac: MacAddress;
  readonly extension: string;
  readonly password: string;
  /** Where the MAC address does not tell it. */
  readonly vendor?: string;
}

/** The appliance's address on the LAN of each host. */
export const SERVED = { pha: '10.77.0.2', phb: '10.78.0.2' } as const;

export const GROUP: SocketAddress = { address: '224.0.1.75', port: 5060 };

export const WAIT = { timeout: 20_000, interval: 50 };

const LANS = { pha: '10.77.0.0/20', phb: '10.78.0.0/20' } as const;

export type PhoneLab = Awaited<ReturnType<typeof openPhoneLab>>;

/** An office with hands in it, and soon an appliance. */
export async function openPhoneLab(programs: { readonly main: string; readonly hands: string }) {
  const office: Office = openOffice();
  const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-lab-'));
  const hands = new Map<OfficeHost, Hands>();
  const routingTables = new Map<string, number>();
  let appliance: ServedAppliance | undefined;
  let logged = '';

  for (const host of ['pha', 'phb'] as const) {
    // Each phone answers ARP for its own address only, as if it had a network stack of its own.
    const set = (name: string, value: number) => `echo ${value} > /proc/sys/net/ipv4/conf/all/${name}`;
    office.run(host, 'sh', '-c', [set('arp_ignore', 1), set('arp_announce', 2), set('rp_filter', 0)].join('; '));
  }

  function handsOf(host: OfficeHost): Hands {
    const known = hands.get(host) ?? startHands(office.namespace(host), programs.hands);
    hands.set(host, known);
    return known;
  }

  function happeningsOf(name: string): Happening[] {
    return [...hands.values()].flatMap(({ happenings }) => happenings.filter((line) => line.name === name));
  }

  /** Which table holds the route of a phone's interface. */
  function tableOf({ mac }: LabPhone): number {
    const table = routingTables.get(mac) ?? 1_000 + routingTables.size;
    routingTables.set(mac, table);
    return table;
  }

  function plug(phones: readonly LabPhone[]): void {
    for (const host of ['pha', 'phb'] as const) {
      const commands = phones
        .filter((phone) => phone.host === host)
        .flatMap((phone) => {
          const [name, table] = [interfaceOf(phone), tableOf(phone)];
          return [
            `link add link eth0 name ${name} address ${formatMacAddress(phone.mac)} type macvlan mode bridge`,
            `link set ${name} up`,
            `addr add ${phone.address}/20 dev ${name} noprefixroute`,
            `rule add from ${phone.address} lookup ${table}`,
            `route add ${LANS[host]} dev ${name} src ${phone.address} table ${table}`,
          ];
        });
      office.batch(host, commands);
    }
  }

  /** What the command line prints. */
  async function command(...args: readonly string[]): Promise<string> {
    const flags = [...args, '--data-dir', dataDir];
    return (await promisify(execFile)(process.execPath, [programs.main, ...flags])).stdout;
  }

  const api: ServedAppliance['api'] = (...request) => {
    if (appliance === undefined) throw new Error('nobody serves');
    return appliance.api(...request);
  };

  async function request(
    host: OfficeHost,
    url: string,
    more: { method?: string; headers?: Record<string, string>; body?: string; from?: string } = {},
  ): Promise<HttpAnswer> {
    return (await handsOf(host).order({ do: 'request', url, ...more })) as HttpAnswer;
  }

  async function bootAs(name: string, { host, address }: LabPhone, claimed: LabPhone): Promise<void> {
    const { vendor, mac } = claimed;
    await handsOf(host).order({ do: 'boot', name, vendor: vendor.id, mac, address });
  }

  return {
    office,
    api,
    command,
    log: () => logged,

    /** Starts the appliance on its usual ports, and resolves when it is ready. */
    async serve(...flags: readonly string[]): Promise<void> {
      appliance = await serveAppliance({
        namespace: office.namespace('app'),
        mainPath: programs.main,
        dataDir,
        flags,
        hands: () => handsOf('app'),
        onOutput: (text) => {
          logged += text;
        },
      });
    },

    /** Gives each phone its interface: a MAC address of its own behind the LAN's cable. */
    plug: (...phones: readonly LabPhone[]) => plug(phones),

    /** The phone is unplugged, and the same phone plugged in elsewhere, with another address. */
    async move(phone: LabPhone, host: PhoneHost, address: string): Promise<LabPhone> {
      await handsOf(phone.host).order({ do: 'close', name: phone.address });
      office.batch(phone.host, [`link del ${interfaceOf(phone)}`, `rule del from ${phone.address}`]);
      const moved = { ...phone, host, address };
      plug([moved]);
      return moved;
    },

    /** By the API, ahead of the first boot or after it. */
    async approve(...phones: readonly ListedPhone[]): Promise<void> {
      for (const { mac, extension, password, vendor } of phones) {
        const { status } = await api('PUT', `extensions/${extension}`, { displayName: `Phone ${extension}`, password });
        const choice = { extension, ...(vendor !== undefined && { vendor }) };
        const approved = await api('POST', `devices/${mac}/approve`, choice);
        if (status >= 300 || approved.status !== 200) throw new Error(`${mac}: ${JSON.stringify(approved.body)}`);
      }
    },

    /** `plugtone import`, beside the running appliance; resolves when that one knows of it. */
    async importList(phones: readonly ListedPhone[]): Promise<string> {
      const list = join(dataDir, 'phones.csv');
      const rows = phones.map(
        ({ mac, extension, password, vendor = '' }) => `${mac},${extension},Phone ${extension},${password},${vendor}`,
      );
      writeFileSync(list, ['mac,extension,display_name,password,vendor', ...rows, ''].join('\n'));
      const printed = await command('import', list);
      await vi.waitFor(async () => {
        const { items } = (await api('GET', 'devices?state=approved&limit=500')).body;
        const known = new Set(items.map((item: { readonly mac: string }) => item.mac));
        if (phones.some(({ mac }) => !known.has(mac))) throw new Error('not all of the list are approved');
      }, WAIT);
      return printed;
    },

    /** Boots the phone; the name by which `steps` knows it is that of its address. */
    boot: (phone: LabPhone) => bootAs(phone.address, phone, phone),
    /** Boots a phone that says it is another one. */
    bootAs: (phone: LabPhone, claimed: LabPhone) => bootAs(phone.address, phone, claimed),

    steps: ({ address }: LabPhone): PhoneStep[] =>
      happeningsOf(address).flatMap((line) => (line.kind === 'stepped' ? [line.step] : [])),

    /** What the socket of that name heard, in order. */
    heard: (name: string) => happeningsOf(name).flatMap((line) => (line.kind === 'heard' ? [line] : [])),
    /** Opens a UDP socket that answers each NOTIFY with 200, an order after a challenge if there is one; returns its port. */
    listen: async (host: OfficeHost, name: string, address: string, port = 0, challenge?: string) =>
      (await handsOf(host).order({
        do: 'listen',
        name,
        address,
        port,
        ...(challenge !== undefined && { challenge }),
      })) as number,
    /** The same, and it answers nothing; it speaks to the group by the interface of `via`. */
    listenSilently: async (host: OfficeHost, name: string, address: string, { port = 0, via = address } = {}) =>
      (await handsOf(host).order({ do: 'listen', name, address, port, isSilent: true, via })) as number,
    /** Another PnP server on that host. */
    offer: (host: OfficeHost, address: string, url: string) => handsOf(host).order({ do: 'offer', address, url }),
    say: (host: OfficeHost, name: string, bytes: Buffer, to = GROUP) =>
      handsOf(host).order({ do: 'say', name, text: bytes.toString('latin1'), to }),

    request,
    /** A GET by the phone. */
    get: (
      { host, address, vendor, mac }: LabPhone,
      url: string,
      says: { vendor: Vendor; mac: MacAddress } | null = { vendor, mac },
    ) =>
      request(host, url, {
        from: address,
        headers: says === null ? {} : { 'user-agent': sayUserAgent(says) },
      }),

    journey: async ({ mac }: { readonly mac: MacAddress }): Promise<JourneyEvent[]> =>
      // The API tells the newest first.
      (await api('GET', `devices/${mac}/journey`)).body.items.toReversed(),
    /** What is counted, by the name in /metrics. */
    async counted(name: string): Promise<number> {
      const { body } = await request('app', 'http://127.0.0.1:8080/metrics');
      return Number(new RegExp(`^plugtone_${name}_total (\\d+)$`, 'm').exec(body)?.[1]);
    },

    async close(): Promise<void> {
      try {
        await Promise.all([...hands.values()].map((one) => one.stop()));
        await appliance?.end('SIGTERM');
      } finally {
        office.close();
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  };
}

/** Fifteen characters at most. */
function interfaceOf({ mac }: LabPhone): string {
  return `p${mac}`;
}

function sayUserAgent({ vendor, mac }: { readonly vendor: Vendor; readonly mac: MacAddress }): string {
  const { model, firmware, httpUserAgent } = vendor.simulated;
  return httpUserAgent(mac, model, firmware);
}
