import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface PortControlMapping {
  readonly protocol: 'UDP' | 'TCP';
  readonly internalClient: string;
  readonly internalPort: number;
  readonly externalPort: number;
  readonly expiresAt: number;
  /** Hexadecimal; empty: by NAT-PMP. */
  readonly nonce: string;
}

export interface SeenDatagram {
  readonly data: Buffer;
  readonly from: RemoteInfo;
}

/** Takes over: gets the datagram and what the router would answer, gives what it answers. */
export type Lie = (seen: SeenDatagram, truth: Buffer) => readonly Buffer[];

export interface FakePortControlOptions {
  readonly address?: string;
  /** Default both, as miniupnpd. */
  readonly speaks?: readonly ('pcp' | 'nat-pmp')[];
  /** Milliseconds from any start. */
  readonly clock?: () => number;
}

export interface FakePortControl {
  readonly address: string;
  readonly port: number;
  readonly seen: SeenDatagram[];
  readonly mappings: readonly PortControlMapping[];
  /** What it is asked for and what it does about it; may be changed while it runs. */
  readonly behaviour: {
    /** IPv4. */
    externalAddress: string;
    /** Seconds; the longest lease. */
    longestLease: number;
    /** Given instead of the wanted external port. */
    otherPort: number | null;
    /** Result code of each answer, in PCP's or NAT-PMP's own numbers. */
    code: number;
    /** Refuses mappings of another nonce: NOT_AUTHORIZED (RFC 6887 11.3). */
    checksNonce: boolean;
    /** Datagrams that are lost before one is answered. */
    losses: number;
    lie: Lie | null;
  };
  /** Its table is lost, and the epoch begins anew. */
  reboot(): void;
  /** From another socket of its own, which is to say from another port. */
  sendFromElsewhere(data: Buffer, to: RemoteInfo): void;
  close(): Promise<void>;
}

const PROTOCOLS = new Map<number, 'UDP' | 'TCP'>([
  [17, 'UDP'],
  [6, 'TCP'],
]);

const IPV4_MAPPED = '00000000000000000000ffff';

/** A router that speaks NAT-PMP (RFC 6886) and PCP (RFC 6887, ANNOUNCE and MAP) on a real socket. */
export async function openFakePortControl(options: FakePortControlOptions = {}): Promise<FakePortControl> {
  const { address = '127.0.0.1', speaks = ['pcp', 'nat-pmp'], clock = () => performance.now() } = options;
  const seen: SeenDatagram[] = [];
  let mappings: PortControlMapping[] = [];
  let since = clock();
  const behaviour: FakePortControl['behaviour'] = {
    externalAddress: '198.51.100.7',
    longestLease: 86_400,
    otherPort: null,
    code: 0,
    checksNonce: true,
    losses: 0,
    lie: null,
  };
  const socket = await bind(address);
  const elsewhere = await bind(address);

  socket.on('message', (data, from) => {
    seen.push({ data, from });
    if (behaviour.losses > 0) {
      behaviour.losses--;
      return;
    }
    const truth = data[0] === 0 ? answerNatPmp(data, from) : answerPcp(data, from);
    const answers = behaviour.lie === null ? [truth] : behaviour.lie({ data, from }, truth);
    for (const answer of answers) socket.send(answer, from.port, from.address);
  });

  function answerNatPmp(data: Buffer, from: RemoteInfo): Buffer {
    const opcode = data[1] ?? 0;
    const header = (code: number) => {
      const answer = Buffer.alloc(opcode === 0 ? 12 : 16);
      answer.writeUInt8(128 + opcode, 1);
      answer.writeUInt16BE(code, 2);
      answer.writeUInt32BE(epoch(), 4);
      return answer;
    };
    if (!speaks.includes('nat-pmp')) return unsupportedVersion(2, data);
    if (opcode > 2) return header(5).subarray(0, 8);
    const answer = header(behaviour.code);
    if (opcode === 0) {
      if (behaviour.code === 0) answer.set(bytesOf(behaviour.externalAddress), 8);
      return answer;
    }
    const protocol = opcode === 1 ? 'UDP' : 'TCP';
    const internalPort = data.readUInt16BE(4);
    answer.writeUInt16BE(internalPort, 8);
    if (behaviour.code !== 0) return answer;
    const made = change(protocol, from.address, internalPort, data.readUInt16BE(6), data.readUInt32BE(8), '');
    answer.writeUInt16BE(made.externalPort, 10);
    answer.writeUInt32BE(made.lease, 12);
    return answer;
  }

  function answerPcp(data: Buffer, from: RemoteInfo): Buffer {
    if (!speaks.includes('pcp') || data[0] !== 2) return unsupportedVersion(speaks.includes('pcp') ? 2 : 0, data);
    const answer = Buffer.from(data);
    answer.writeUInt8(128 + (data[1] ?? 0), 1);
    answer.fill(0, 12, 24);
    const finish = (code: number, lease: number) => {
      answer.writeUInt8(code, 3);
      answer.writeUInt32BE(lease, 4);
      answer.writeUInt32BE(epoch(), 8);
      return answer;
    };
    if (behaviour.code !== 0) return finish(behaviour.code, 30);
    if (data[1] === 0) return finish(0, 0);
    if (data[1] !== 1) return finish(4, 30);
    if (data.subarray(20, 24).join('.') !== from.address) return finish(12, 30);
    const protocol = PROTOCOLS.get(data.readUInt8(36));
    if (protocol === undefined) return finish(9, 30);
    const internalPort = data.readUInt16BE(40);
    const nonce = data.toString('hex', 24, 36);
    const old = find(protocol, from.address, internalPort);
    if (behaviour.checksNonce && old !== undefined && old.nonce !== nonce) return finish(2, 30);
    const wanted = data.readUInt16BE(42);
    const made = change(protocol, from.address, internalPort, wanted, data.readUInt32BE(4), nonce);
    answer.writeUInt16BE(made.externalPort, 42);
    answer.write(IPV4_MAPPED, 44, 'hex');
    answer.set(bytesOf(behaviour.externalAddress), 56);
    return finish(0, made.lease);
  }

  function change(
    protocol: 'UDP' | 'TCP',
    client: string,
    internalPort: number,
    wanted: number,
    asked: number,
    nonce: string,
  ): { readonly externalPort: number; readonly lease: number } {
    const old = find(protocol, client, internalPort);
    mappings = mappings.filter((mapping) => mapping !== old);
    if (asked === 0) return { externalPort: 0, lease: 0 };
    // RFC 6886 3.3: whoever has a mapping keeps its port.
    let externalPort = behaviour.otherPort ?? old?.externalPort ?? (wanted === 0 ? 40_000 : wanted);
    while (mappings.some((other) => other.protocol === protocol && other.externalPort === externalPort)) externalPort++;
    const lease = Math.min(asked, behaviour.longestLease);
    const expiresAt = clock() + 1_000 * lease;
    mappings.push({ protocol, internalClient: client, internalPort, externalPort, expiresAt, nonce });
    return { externalPort, lease };
  }

  function find(protocol: string, client: string, internalPort: number): PortControlMapping | undefined {
    mappings = mappings.filter(({ expiresAt }) => expiresAt > clock());
    return mappings.find(
      (mapping) =>
        mapping.protocol === protocol && mapping.internalClient === client && mapping.internalPort === internalPort,
    );
  }

  /** RFC 6886 3.5 in version 0, RFC 6887 section 9 in version 2. */
  function unsupportedVersion(version: 0 | 2, data: Buffer): Buffer {
    const answer = Buffer.alloc(version === 0 ? 8 : 24);
    answer.writeUInt8(version, 0);
    answer.writeUInt8(version === 0 ? 0 : 128 + (data[1] ?? 0), 1);
    answer.writeUInt8(1, 3);
    answer.writeUInt32BE(epoch(), version === 0 ? 4 : 8);
    return answer;
  }

  function epoch(): number {
    return Math.floor((clock() - since) / 1_000);
  }

  return {
    address,
    port: socket.address().port,
    seen,
    get mappings() {
      return mappings;
    },
    behaviour,
    reboot: () => {
      mappings = [];
      since = clock();
    },
    sendFromElsewhere: (data, to) => elsewhere.send(data, to.port, to.address),
    close: async () => {
      await Promise.all([close(socket), close(elsewhere)]);
    },
  };
}

async function bind(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

async function close(socket: Socket): Promise<void> {
  socket.close();
  await once(socket, 'close');
}

function bytesOf(address: string): number[] {
  return address.split('.').map(Number);
}
