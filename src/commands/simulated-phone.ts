import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DgramAsPromised } from 'dgram-as-promised';
import type { MacAddress } from '../core/mac-address.ts';
import { buildResponse, buildSubscribe } from '../sip/build-subscribe.ts';
import { firstHeader, type SipMessage } from '../sip/message.ts';
import { parseMessage } from '../sip/parse-message.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { answerLogin, type FileLogin, readFileLogin } from './answer-login.ts';

export interface SimulatedPhoneOptions {
  readonly vendor: Vendor;
  readonly mac: MacAddress;
  readonly model: string;
  readonly firmware: string;
  /** The phone's own address. */
  readonly lanAddress: string;
  /** The PnP group, or one host. */
  readonly target: { readonly address: string; readonly port: number };
  readonly signal: AbortSignal;
  readonly onStep?: (step: PhoneStep) => void;
}

export interface Fetch {
  readonly url: string;
  /** HTTP status; 0: no answer. */
  readonly status: number;
  readonly bytes: number;
  /** The phone was asked to log in, and did. */
  readonly loggedIn: boolean;
}

export type PhoneStep =
  | { readonly kind: 'asked' | 'answered' | 'notified' | 'check-sync'; readonly afterMs: number }
  | { readonly kind: 'fetched'; readonly fetch: Fetch; readonly isOwnFile: boolean; readonly afterMs: number };

export interface SimulatedPhone {
  /** Boots: asks, and goes on listening. Resolves when the SUBSCRIBE is out. */
  boot(): Promise<void>;
  close(): Promise<void>;
}

/** Grandstream sends five times (docs/vendors/grandstream.md); the times are RFC 3261's timer E. */
const SUBSCRIBE_AT_MS = [0, 500, 1_500, 3_500, 7_500];

/** A phone's web client gives up after some time; ours must, too. */
const FETCH_TIMEOUT_MS = 30_000;

/** More than any phone's file has; firmware is not fetched here. */
const LARGEST_FILE_BYTES = 8 * 1024 * 1024;

/** A phone of a vendor on the wire: own MAC, message shape, file order and User-Agent. It trusts whoever answers, as phones do. */
export async function createSimulatedPhone(options: SimulatedPhoneOptions): Promise<SimulatedPhone> {
  const { vendor, mac, model, firmware, lanAddress, target, signal } = options;
  const { simulated } = vendor;
  const socket = DgramAsPromised.createSocket('udp4');
  await socket.bind({ address: lanAddress, port: 0 });
  const { port } = socket.address();
  socket.setMulticastInterface(lanAddress);
  const step = options.onStep ?? (() => undefined);
  let bootedAt = 0;
  let repeats: NodeJS.Timeout[] = [];
  let answered = false;
  let lastUrl: string | undefined;
  let fetching: Promise<void> = Promise.resolve();
  /** From its last file; a phone keeps it through a restart. */
  let login: FileLogin | undefined;

  socket.socket.on('message', (data: Buffer, from: { readonly address: string; readonly port: number }) => {
    const parsed = parseMessage(data);
    if (parsed.ok) onMessage(parsed.value, from);
  });
  // An ICMP "port unreachable" is no reason to stop: the phone asks again.
  socket.socket.on('error', () => undefined);
  signal.addEventListener('abort', stopRepeating, { once: true });

  function afterMs(): number {
    return performance.now() - bootedAt;
  }

  function stopRepeating(): void {
    for (const timer of repeats) clearTimeout(timer);
    repeats = [];
  }

  function onMessage(message: SipMessage, from: { readonly address: string; readonly port: number }): void {
    if (message.kind === 'response') {
      // Any answer ends the repetition; the NOTIFY is what counts.
      stopRepeating();
      if (!answered) step({ kind: 'answered', afterMs: afterMs() });
      answered = true;
      return;
    }
    if (message.method !== 'NOTIFY') return;
    stopRepeating();
    socket.socket.send(buildResponse(message, 200, 'OK'), from.port, from.address);
    const event = firstHeader(message, 'event') ?? '';
    if (/^ua-profile\b/i.test(event)) onProfile(message.body.toString('utf8').trim());
    else if (lastUrl !== undefined) {
      step({ kind: 'check-sync', afterMs: afterMs() });
      fetchAll(lastUrl);
    }
  }

  function onProfile(url: string): void {
    // A copy of the NOTIFY: its 200 got lost. It is answered again and changes nothing.
    if (url === lastUrl || !/^https?:\/\//.test(url)) return;
    lastUrl = url;
    step({ kind: 'notified', afterMs: afterMs() });
    fetchAll(url);
  }

  function fetchAll(url: string): void {
    fetching = fetching.then(async () => {
      for (const file of simulated.requests(url, mac, model)) {
        if (signal.aborted) return;
        const fetch = await fetchFile(file);
        const path = decodeURIComponent(new URL(file).pathname.split('/').pop() ?? '');
        step({ kind: 'fetched', fetch, isOwnFile: vendor.files[0].pattern.test(path), afterMs: afterMs() });
      }
    });
  }

  async function fetchFile(url: string): Promise<Fetch> {
    const first = await get(url);
    const answer =
      login && answerLogin(first.challenge, login, { method: 'GET', uri: new URL(url).pathname + new URL(url).search });
    const asksAgain = first.status === 401 && answer !== undefined;
    const { status, body } = asksAgain ? await get(url, answer) : first;
    if (status === 200) login = readFileLogin(vendor, body.toString('utf8')) ?? login;
    return { url, status, bytes: body.length, loggedIn: asksAgain && status === 200 };
  }

  async function get(url: string, authorization?: string) {
    try {
      const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
        agent: false,
        // As phones that do not check: it has no certificates to trust, and nothing that it says is a secret.
        rejectUnauthorized: false,
        localAddress: lanAddress,
        signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
        headers: {
          'user-agent': simulated.httpUserAgent(mac, model, firmware),
          connection: 'close',
          ...(authorization !== undefined && { authorization }),
        },
      });
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of response) {
        chunks.push(chunk as Buffer);
        bytes += (chunk as Buffer).length;
        if (bytes > LARGEST_FILE_BYTES) throw new Error('the file is too large for a phone');
      }
      const challenge = response.headers['www-authenticate'] ?? '';
      return { status: response.statusCode ?? 0, challenge, body: Buffer.concat(chunks) };
    } catch {
      return { status: 0, challenge: '', body: Buffer.alloc(0) };
    }
  }

  return {
    async boot() {
      bootedAt = performance.now();
      answered = false;
      lastUrl = undefined;
      const subscribe = buildSubscribe({
        user: simulated.subscribeUser(mac),
        host: simulated.subscribeHost,
        address: lanAddress,
        port,
        branch: simulated.viaBranch ? `z9hG4bK${mac}${Math.round(bootedAt)}` : null,
        rport: simulated.viaRport,
        callId: `${mac}-${Math.round(bootedAt * 1000)}@${lanAddress}`,
        fromTag: `${Math.round(bootedAt * 1000)}`,
        cseq: 1,
        userAgent: simulated.sipUserAgent?.(model, firmware) ?? null,
        event: { ...simulated.eventWords(model), version: firmware },
      });
      await socket.send(subscribe, 0, subscribe.length, target.port, target.address);
      step({ kind: 'asked', afterMs: 0 });
      repeats = SUBSCRIBE_AT_MS.slice(1).map((milliseconds) =>
        setTimeout(() => socket.socket.send(subscribe, target.port, target.address), milliseconds),
      );
    },
    async close() {
      stopRepeating();
      await fetching;
      await socket.close();
    },
  };
}
