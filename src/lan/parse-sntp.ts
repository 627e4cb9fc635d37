import { err, ok, type Result } from '../core/result.ts';

/** Bytes. RFC 5905 7.3: the header without extension fields. */
const LENGTH = 48;

/** RFC 5905 7.3: leap 0, version 4, mode 3 (client). */
const QUESTION = 0x23;
const SERVER_MODE = 4;
/** RFC 5905 7.3: leap indicator 3, the server's own clock is not synchronised; stratum 16 says the same, 0 is a kiss of death. */
const UNSYNCHRONISED = 3;
const WORST_STRATUM = 15;

/** Ms from 1900 (NTP) to 1970 (Unix), RFC 5905 6. */
const ERA_MS = 2_208_988_800_000;

export type NotATime = 'too-short' | 'not-an-answer' | 'not-ours' | 'server-unsynchronised';

/** A question; its cookie comes back as the origin timestamp, and is no time of ours (RFC 9109 says how to keep others from guessing). */
export function buildTimeQuestion(cookie: Buffer): Buffer {
  const data = Buffer.alloc(LENGTH);
  data[0] = QUESTION;
  cookie.copy(data, 40, 0, 8);
  return data;
}

/** Ms that our clock is behind the server's, half the way there and back taken off. `sentAt` and `now`: ours, ms since 1970. */
export function readTimeOffset(
  data: Buffer,
  { cookie, sentAt, now }: { readonly cookie: Buffer; readonly sentAt: number; readonly now: number },
): Result<number, NotATime> {
  if (data.length < LENGTH) return err('too-short');
  const first = data[0] ?? 0;
  if ((first & 0x07) !== SERVER_MODE) return err('not-an-answer');
  if (!data.subarray(24, 32).equals(cookie.subarray(0, 8))) return err('not-ours');
  const stratum = data[1] ?? 0;
  if (first >> 6 === UNSYNCHRONISED || stratum === 0 || stratum > WORST_STRATUM) return err('server-unsynchronised');
  // RFC 5905 8: offset = ((T2 - T1) + (T3 - T4)) / 2.
  const [received, transmitted] = [readTime(data, 32), readTime(data, 40)];
  return ok(Math.round((received - sentAt + (transmitted - now)) / 2));
}

/** RFC 4330 3: with the highest bit clear it is a time after 2036. */
function readTime(data: Buffer, at: number): number {
  const seconds = data.readUInt32BE(at);
  const era = seconds < 2 ** 31 ? 2 ** 32 : 0;
  return (seconds + era) * 1_000 + (data.readUInt32BE(at + 4) * 1_000) / 2 ** 32 - ERA_MS;
}
