import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIPv4, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { newBranch } from './build-notify.ts';
import { buildOptions } from './build-options.ts';
import { firstHeader, type SipResponse, type SocketAddress } from './message.ts';
import { parseMessage } from './parse-message.ts';
import { readVia } from './read-via.ts';

export interface ProbeRequest {
  /** Host name, IPv4, or IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** IPv4 that is asked in the host's name; left out: the system looks the name up. */
  readonly address?: string;
}

export type ProbeOutcome =
  /**
   * `server`: its Server or User-Agent header; null: it says none. `afterMs`: from the first copy of the question.
   * `received`: the IPv4 that it saw us come from (RFC 3261 18.2.1, RFC 3581 4); null: it does not tell, or not so.
   */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly reason: string;
      readonly server: string | null;
      readonly afterMs: number;
      readonly received: string | null;
    }
  | { readonly kind: 'no-answer'; readonly waitedMs: number }
  /** The system or the network says no: ECONNREFUSED, EHOSTUNREACH … */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'name-unknown' }
  /** Something answered that is no SIP. */
  | { readonly kind: 'not-sip' };

/** A server on the LAN answers within milliseconds, one far away within a second; a person waits at the screen. */
const WAIT_MS = 3_000;

/** RFC 3261 17.1.1.1, T1: the first retransmission over UDP, in ms; the pause doubles. */
const T1_MS = 500;

/** Bytes: an answer to OPTIONS has one or two thousand. */
const LONGEST_ANSWER = 65_535;

/** Characters of a header that are shown to people. */
const SHOWN_LENGTH = 100;

type Settle = (outcome: ProbeOutcome) => void;

/** Asks a SIP server by OPTIONS whether it is there. Never rejects for anything that happens on the network. */
export async function probeByOptions(
  { host, port, transport, address }: ProbeRequest,
  { signal, waitMs = WAIT_MS }: { readonly signal: AbortSignal; readonly waitMs?: number },
): Promise<ProbeOutcome> {
  const branch = newBranch();
  const startedAt = performance.now();
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const question = (local: SocketAddress) =>
    buildOptions({
      host: name,
      port,
      transport: ({ udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const)[transport],
      local,
      branch,
      callId: randomBytes(12).toString('hex'),
      fromTag: randomBytes(6).toString('hex'),
    });

  const ending = new AbortController();
  try {
    return await new Promise<ProbeOutcome>((settle) => {
      const giveUp = () => settle({ kind: 'no-answer', waitedMs: Math.round(performance.now() - startedAt) });
      const timer = setTimeout(giveUp, waitMs);
      ending.signal.addEventListener('abort', () => clearTimeout(timer));
      signal.addEventListener('abort', giveUp, { once: true, signal: ending.signal });
      if (signal.aborted) return giveUp();
      const onAnswer = (data: Buffer) => readAnswer(data, branch, startedAt, settle);
      const parts = { name, address: address ?? name, port, question, onAnswer, settle, ended: ending.signal };
      if (transport === 'udp') askByDatagram(parts);
      else askByStream(parts, transport === 'tls');
    });
  } finally {
    ending.abort();
  }
}

interface Parts {
  readonly name: string;
  /** Where it goes: the name itself, or its address. */
  readonly address: string;
  readonly port: number;
  readonly question: (local: SocketAddress) => Buffer;
  /** True: it was one, whole. */
  readonly onAnswer: (data: Buffer) => boolean;
  readonly settle: Settle;
  readonly ended: AbortSignal;
}

function askByDatagram({ address, port, question, onAnswer, settle, ended }: Parts): void {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let timer: NodeJS.Timeout | undefined;
  ended.addEventListener('abort', () => {
    clearTimeout(timer);
    socket.close();
  });
  // A socket that is connected hears of it when nobody listens at the other end (ICMP port unreachable).
  socket.on('error', (cause) => settle(describeFault(cause)));
  socket.on('message', (data) => onAnswer(data));
  // By its event: a callback of `connect` would be called for its failure too (no such name, no route), which is an 'error' so.
  socket.once('connect', () => {
    if (ended.aborted) return;
    const datagram = question(socket.address());
    const send = (pause: number) => {
      socket.send(datagram, (cause) => {
        if (cause) settle(describeFault(cause));
      });
      timer = setTimeout(send, pause, pause * 2);
    };
    send(T1_MS);
  });
  socket.connect(port, address);
}

function askByStream({ name, address, port, question, onAnswer, settle, ended }: Parts, isEncrypted: boolean): void {
  // Whose certificate it is does not matter here: nothing secret is said, and a PBX on a LAN signs its own.
  const socket: Socket = isEncrypted
    ? connectTls({ host: address, port, rejectUnauthorized: false, ...(!isAddress(name) && { servername: name }) })
    : connectTcp({ host: address, port });
  ended.addEventListener('abort', () => socket.destroy());
  let received = Buffer.alloc(0);
  socket.on('error', (cause) => settle(describeFault(cause)));
  socket.on('close', () => settle(received.length > 0 ? { kind: 'not-sip' } : { kind: 'refused', code: 'ECONNRESET' }));
  socket.on(isEncrypted ? 'secureConnect' : 'connect', () => {
    const { localAddress = '', localPort = 0 } = socket;
    socket.write(question({ address: localAddress, port: localPort }));
  });
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    if (received.length > LONGEST_ANSWER) return settle({ kind: 'not-sip' });
    // RFC 3261 18.3: over a stream, Content-Length tells where a message ends.
    for (let end = endOfMessage(received); end > 0 && end <= received.length; end = endOfMessage(received)) {
      const message = received.subarray(0, end);
      received = received.subarray(end);
      if (!onAnswer(message) && !parseMessage(message).ok) return settle({ kind: 'not-sip' });
    }
  });
}

/** Bytes of the first message in what has come so far; 0: its head is not whole yet. */
function endOfMessage(received: Buffer): number {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const [, length = '0'] =
    /^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,6})[ \t]*\r?$/im.exec(received.toString('latin1', 0, head)) ?? [];
  return head + 4 + Number(length);
}

function readAnswer(data: Buffer, branch: string, startedAt: number, settle: Settle): boolean {
  const parsed = parseMessage(data);
  if (!parsed.ok || parsed.value.kind !== 'response' || !isOurs(parsed.value, branch)) return false;
  const { status, reason } = parsed.value;
  // RFC 3261 17.1.2: a provisional answer says only that there will be another one.
  if (status < 200) return true;
  const server = firstHeader(parsed.value, 'server') ?? firstHeader(parsed.value, 'user-agent');
  const afterMs = Math.round(performance.now() - startedAt);
  settle({
    kind: 'answered',
    status,
    reason: tidy(reason),
    server: server === undefined ? null : tidy(server),
    afterMs,
    received: readReceived(parsed.value),
  });
  return true;
}

function isOurs(response: SipResponse, branch: string): boolean {
  const via = readVia(firstHeader(response, 'via') ?? '');
  return via?.parameters.get('branch') === branch && /^1[ \t]+OPTIONS$/.test(firstHeader(response, 'cseq') ?? '');
}

/** Of the top Via, which is ours. It may hold anything. */
function readReceived(response: SipResponse): string | null {
  const received = readVia(firstHeader(response, 'via') ?? '')?.parameters.get('received') ?? '';
  return isIPv4(received) ? received : null;
}

function describeFault(cause: unknown): ProbeOutcome {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN'
    ? { kind: 'name-unknown' }
    : { kind: 'refused', code: code.slice(0, 40) };
}

function isAddress(name: string): boolean {
  return isIPv6(name) || /^[0-9.]+$/.test(name);
}

/** Printable ASCII only, and not too much of it: it is shown to people. */
function tidy(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, SHOWN_LENGTH);
}
