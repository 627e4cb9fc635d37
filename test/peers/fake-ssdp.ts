import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface UdpPlace {
  readonly address: string;
  readonly port: number;
}

/** How a router shows itself by SSDP. May be changed while it runs. */
export interface SsdpLook {
  /** LOCATION in place of its own; null: none. */
  location?: string | null | undefined;
  /** ST in place of the one that was asked for (a router that always answers :2). */
  st?: string | undefined;
  /** The end of each line. */
  lineEnd?: '\r\n' | '\n';
  /** BOOTID.UPNP.ORG is left out, as by UDA 1.0. */
  hasNoBootId?: boolean;
  /** Replace, or add to, the headers of each answer; null leaves one out. */
  headers?: Readonly<Record<string, string | null>>;
  /** All that it answers to a search, in place of everything else. */
  answers?: ((target: string) => readonly (string | Buffer)[]) | undefined;
  /** Answers to no search. */
  isSilent?: boolean;
}

export interface SsdpFacts {
  readonly location: string;
  readonly udn: string;
  readonly bootId: number;
  /** Everything that it is: `urn:schemas-upnp-org:device:InternetGatewayDevice:1` … */
  readonly targets: readonly string[];
}

export interface FakeSsdp {
  /** Where it is searched. */
  readonly place: UdpPlace;
  /** Targets of the M-SEARCH that came, in order. */
  readonly searches: string[];
  /** Sends NOTIFY (UDA 1.1 1.2) for each target; `to` is a group, or one socket. */
  notify(kind: 'alive' | 'byebye', to: UdpPlace): Promise<void>;
  close(): Promise<void>;
}

export interface FakeSsdpOptions {
  readonly address: string;
  /** A group to join on the interface of `address`; default: `address` itself, any port. */
  readonly group?: UdpPlace;
  readonly look: SsdpLook;
  /** Is there anybody to answer? */
  readonly isAwake: () => boolean;
  /** Read for each datagram. */
  readonly facts: () => SsdpFacts;
}

/** Hears M-SEARCH, and answers from another socket, as many routers do. */
export async function openFakeSsdp(options: FakeSsdpOptions): Promise<FakeSsdp> {
  const { address, group, look, isAwake, facts } = options;
  const searches: string[] = [];
  const ear = createSocket({ type: 'udp4', reuseAddr: group !== undefined });
  ear.bind(group?.port ?? 0, group?.address ?? address);
  await once(ear, 'listening');
  if (group !== undefined) ear.addMembership(group.address, address);
  const mouth = createSocket('udp4');
  mouth.bind(0, address);
  await once(mouth, 'listening');
  mouth.setMulticastInterface(address);

  ear.on('message', (data, from) => {
    const text = data.toString('latin1');
    const target = /^ST:[ \t]*(.*?)[ \t]*\r?$/im.exec(text)?.[1];
    if (!text.startsWith('M-SEARCH') || target === undefined) return;
    searches.push(target);
    if (look.isSilent || !isAwake()) return;
    for (const answer of look.answers?.(target) ?? answersTo(target)) mouth.send(answer, from.port, from.address);
  });

  function answersTo(target: string): readonly string[] {
    const { location, udn, bootId, targets } = facts();
    const matching = targets.filter((own) => target === 'ssdp:all' || isOrIsNewer(own, target));
    const asked = target === 'ssdp:all' ? matching : matching.slice(0, 1).map(() => target);
    return asked.map((own) => {
      const st = look.st ?? own;
      return format('HTTP/1.1 200 OK', {
        'CACHE-CONTROL': 'max-age=120',
        ST: st,
        USN: `${udn}::${st}`,
        EXT: '',
        SERVER: 'Fake/1 UPnP/1.1 FakeGateway/1',
        ...(look.location !== null && { LOCATION: look.location ?? location }),
        ...(!look.hasNoBootId && { 'BOOTID.UPNP.ORG': String(bootId), 'CONFIGID.UPNP.ORG': '1337' }),
      });
    });
  }

  function format(first: string, headers: Readonly<Record<string, string | null>>): string {
    const all = Object.entries({ ...headers, ...look.headers });
    const lines = all.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
    return [first, ...lines, '', ''].join(look.lineEnd ?? '\r\n');
  }

  return {
    place: { address: group?.address ?? address, port: ear.address().port },
    searches,
    notify: async (kind, to) => {
      const { location, udn, bootId, targets } = facts();
      for (const target of targets) {
        const notice = format('NOTIFY * HTTP/1.1', {
          HOST: `${to.address}:${to.port}`,
          NT: target,
          NTS: `ssdp:${kind}`,
          USN: `${udn}::${target}`,
          ...(kind === 'alive' && { 'CACHE-CONTROL': 'max-age=120', SERVER: 'Fake/1 UPnP/1.1 FakeGateway/1' }),
          ...(kind === 'alive' && look.location !== null && { LOCATION: look.location ?? location }),
          ...(!look.hasNoBootId && { 'BOOTID.UPNP.ORG': String(bootId) }),
        });
        await new Promise<void>((resolve, reject) =>
          mouth.send(notice, to.port, to.address, (cause) => (cause === null ? resolve() : reject(cause))),
        );
      }
    },
    close: async () => {
      await Promise.all([close(ear), close(mouth)]);
    },
  };
}

/** UDA 1.1 1.3.2: a device of a later version answers to a search for an earlier one. */
function isOrIsNewer(own: string, asked: string): boolean {
  const [, ownName, ownVersion] = /^(.*):(\d+)$/.exec(own) ?? [];
  const [, askedName, askedVersion] = /^(.*):(\d+)$/.exec(asked) ?? [];
  if (ownName === undefined || askedName === undefined) return own === asked;
  return ownName === askedName && Number(ownVersion) >= Number(askedVersion);
}

async function close(socket: Socket): Promise<void> {
  socket.close();
  await once(socket, 'close');
}
