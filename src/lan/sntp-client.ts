import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { err, ok, type Result } from '../core/result.ts';
import { buildTimeQuestion, readTimeOffset } from './parse-sntp.ts';

/** RFC 5905 7.2. */
const NTP_PORT = 123;

/** Ms. A server far away answers within half a second. */
const WAIT_MS = 3_000;

/**
 * Asks one time server once (SNTP, RFC 5905 14): ms that our clock is behind it. Ends within `waitMs`. The problem is a word
 * of `NotATime`, `no-answer`, or the system's.
 */
export function askTime({
  address,
  port = NTP_PORT,
  signal,
  waitMs = WAIT_MS,
  clock = Date.now,
}: {
  /** IPv4. */
  readonly address: string;
  readonly port?: number;
  readonly signal: AbortSignal;
  readonly waitMs?: number;
  readonly clock?: () => number;
}): Promise<Result<number, string>> {
  const cookie = randomBytes(8);
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let sentAt = 0;
    const end = (result: Result<number, string>) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      resolve(result);
    };
    const giveUp = () => end(err('no-answer'));
    const timer = setTimeout(giveUp, waitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', (cause) => end(err('code' in cause ? String(cause.code) : cause.message)));
    socket.on('message', (data) => {
      const read = readTimeOffset(data, { cookie, sentAt, now: clock() });
      // Somebody else's guess: the true answer may still come.
      if (!read.ok && read.problem === 'not-ours') return;
      end(read.ok ? ok(read.value) : read);
    });
    // A connected socket takes datagrams of this server only, and hears of a port that nobody listens on. By its event: a callback of
    // `connect` would be called for its failure too (no route), which is an 'error' so.
    socket.once('connect', () => {
      sentAt = clock();
      socket.send(buildTimeQuestion(cookie), (cause) => {
        if (cause) end(err('code' in cause ? String(cause.code) : cause.message));
      });
    });
    socket.connect(port, address);
  });
}
