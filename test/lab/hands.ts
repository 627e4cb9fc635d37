/**
 * Hands in a namespace, for lab tests: does what is ordered on its standard input, a line of JSON each, and answers each
 * order with one; tells what phones and sockets live through as it happens. Ends with its standard input.
 */
import { once, setMaxListeners } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import { createSimulatedPhone, type PhoneStep, type SimulatedPhone } from '../../src/commands/simulated-phone.ts';
import { parseMacAddress } from '../../src/core/mac-address.ts';
import { buildResponse } from '../../src/sip/build-subscribe.ts';
import { firstHeader, type SipRequest } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import { vendorById } from '../../src/vendors/all.ts';
import { openFakePnpServer } from '../peers/fake-pnp-server.ts';

export type Order =
  | {
      readonly do: 'request';
      readonly url: string;
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** The address of this host that asks. */
      readonly from?: string;
    }
  /** Boots the phone of that name, which comes into being with its first boot. */
  | {
      readonly do: 'boot';
      readonly name: string;
      readonly vendor: string;
      readonly mac: string;
      readonly address: string;
    }
  /** A UDP socket of that name; it answers every NOTIFY with 200. With a challenge, an order to a phone must answer that first. */
  | {
      readonly do: 'listen';
      readonly name: string;
      readonly address: string;
      readonly port: number;
      readonly challenge?: string;
      /** It answers nothing. */
      readonly isSilent?: boolean;
      /** Another address of this host, by whose interface the group is spoken to. */
      readonly via?: string;
    }
  /** Another PnP server, which sends every phone that asks to the URL. */
  | { readonly do: 'offer'; readonly address: string; readonly url: string }
  /** Bytes as latin1. */
  | { readonly do: 'say'; readonly name: string; readonly text: string; readonly to: SocketAddress }
  /** Ends the phone or socket of that name. */
  | { readonly do: 'close'; readonly name: string };

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export interface HttpAnswer {
  /** 0: no answer. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Happening =
  | { readonly kind: 'stepped'; readonly name: string; readonly step: PhoneStep }
  | { readonly kind: 'heard'; readonly name: string; readonly text: string; readonly from: SocketAddress };

/** `order`: the number that the order came with. */
export type HandsLine =
  | Happening
  | { readonly kind: 'done'; readonly order: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly order: number; readonly cause: string };

const GROUP = { address: '224.0.1.75', port: 5060 };

/** Who is refused without a word is known as such within this. */
const REQUEST_TIMEOUT_MS = 10_000;

const end = new AbortController();
// Every phone listens to it.
setMaxListeners(0, end.signal);
const phones = new Map<string, SimulatedPhone>();
const sockets = new Map<string, SocketAsPromised>();

const tell = (line: HandsLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function carryOut(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'request':
      return request(order);
    case 'boot':
      return boot(order);
    case 'listen':
      return listen(order);
    case 'offer': {
      const { address, url } = order;
      await openFakePnpServer({ address, url, port: GROUP.port, userAgent: 'Rogue 1.0' });
      return undefined;
    }
    case 'say': {
      const { name, text, to } = order;
      const data = Buffer.from(text, 'latin1');
      return socketOf(name).send(data, 0, data.length, to.port, to.address);
    }
    case 'close': {
      const { name } = order;
      await Promise.all([phones.get(name)?.close(), sockets.get(name)?.close()]);
      phones.delete(name);
      return sockets.delete(name);
    }
    default:
      return order satisfies never;
  }
}

async function request(order: Order & { readonly do: 'request' }): Promise<HttpAnswer> {
  const { url, method = 'GET', headers = {}, body = '', from } = order;
  try {
    const sent = httpRequest(url, {
      method,
      headers: { ...headers, connection: 'close' },
      agent: false,
      ...(from !== undefined && { localAddress: from }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const contentType = response.headers['content-type'] ?? '';
    return { status: response.statusCode ?? 0, contentType, body: Buffer.concat(chunks).toString('utf8') };
  } catch (cause) {
    return { status: 0, contentType: '', body: String(cause) };
  }
}

async function boot({ name, vendor: vendorId, mac: text, address }: Order & { readonly do: 'boot' }): Promise<void> {
  const vendor = vendorById(vendorId);
  const mac = parseMacAddress(text);
  if (vendor === undefined || mac === undefined) throw new Error(`no phone: ${vendorId} ${text}`);
  const { model, firmware } = vendor.simulated;
  const phone =
    phones.get(name) ??
    (await createSimulatedPhone({
      vendor,
      mac,
      model,
      firmware,
      lanAddress: address,
      target: GROUP,
      signal: end.signal,
      onStep: (step) => tell({ kind: 'stepped', name, step }),
    }));
  phones.set(name, phone);
  await phone.boot();
}

/** Resolves to the port. */
async function listen({
  name,
  address,
  port,
  challenge,
  isSilent,
  via,
}: Order & { readonly do: 'listen' }): Promise<number> {
  const socket = DgramAsPromised.createSocket({ type: 'udp4', reuseAddr: true });
  await socket.bind({ address, port });
  if (address !== '0.0.0.0') socket.setMulticastInterface(via ?? address);
  // A port that nobody listens on any more is told by ICMP; what counts is what was heard.
  socket.socket.on('error', () => undefined);
  socket.socket.on('message', (data: Buffer, from: SocketAddress) => {
    tell({ kind: 'heard', name, text: data.toString('latin1'), from: { address: from.address, port: from.port } });
    const parsed = parseMessage(data);
    if (!isSilent && parsed.ok && parsed.value.kind === 'request' && parsed.value.method === 'NOTIFY')
      socket.socket.send(answerNotify(parsed.value, challenge), from.port, from.address);
  });
  sockets.set(name, socket);
  return socket.address().port;
}

function answerNotify(notify: SipRequest, challenge: string | undefined): Buffer {
  const isOrder = !/^ua-profile/.test(firstHeader(notify, 'event') ?? '');
  if (challenge === undefined || !isOrder || firstHeader(notify, 'authorization') !== undefined)
    return buildResponse(notify, 200, 'OK');
  return buildResponse(notify, 401, 'Unauthorized', [{ name: 'WWW-Authenticate', value: challenge }]);
}

function socketOf(name: string): SocketAsPromised {
  const socket = sockets.get(name);
  if (socket === undefined) throw new Error(`no socket ${name}`);
  return socket;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { order: number, ...order } = JSON.parse(line) as Order & { readonly order: number };
  carryOut(order).then(
    (result) => tell({ kind: 'done', order: number, result: result ?? null }),
    (cause: unknown) => tell({ kind: 'failed', order: number, cause: String(cause) }),
  );
}
process.exit();
