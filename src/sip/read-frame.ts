import { err, ok, type Result } from '../core/result.ts';
import type { SipHeader } from './message.ts';
import { readAddress } from './read-address.ts';
import { isVia } from './read-via.ts';

/** RFC 3261 25.1, token. */
export const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]+$/;

/** RFC 3261 8.1.1.5: a sequence number is less than 2**31. */
const CSEQ_LIMIT = 2 ** 31;

const CSEQ = /^([0-9]+)[ \t]+([^ \t]+)$/;
const DIGITS = /^[0-9]+$/;

export type FrameFault =
  | 'header-missing'
  | 'header-doubled'
  | 'bad-via'
  | 'bad-address'
  | 'bad-cseq'
  | 'bad-content-length';

/** What every SIP message must say (RFC 3261 8.1.1 without Max-Forwards, which phones of old leave out). */
export interface Frame {
  readonly cseqMethod: string;
  /** Bytes; undefined: not said. */
  readonly contentLength: number | undefined;
}

/** Reads a CSeq value; undefined: not a number below 2**31 and a method. */
export function readCseq(value: string): { readonly number: number; readonly method: string } | undefined {
  const match = CSEQ.exec(value);
  if (match === null) return undefined;
  const [, digits = '', method = ''] = match;
  const number = Number(digits);
  return number < CSEQ_LIMIT && TOKEN.test(method) ? { number, method } : undefined;
}

/** Checks the headers that a transaction hangs on; all others may be as they like. */
export function readFrame(headers: readonly SipHeader[]): Result<Frame, FrameFault> {
  let hasVia = false;
  let from: string | undefined;
  let to: string | undefined;
  let callId: string | undefined;
  let cseq: string | undefined;
  let length: string | undefined;
  for (const { name, value } of headers) {
    switch (name) {
      case 'via':
        if (!isVia(value)) return err('bad-via');
        hasVia = true;
        break;
      case 'from':
        if (from !== undefined) return err('header-doubled');
        from = value;
        break;
      case 'to':
        if (to !== undefined) return err('header-doubled');
        to = value;
        break;
      case 'call-id':
        if (callId !== undefined) return err('header-doubled');
        callId = value;
        break;
      case 'cseq':
        if (cseq !== undefined) return err('header-doubled');
        cseq = value;
        break;
      case 'content-length':
        if (length !== undefined && length !== value) return err('header-doubled');
        length = value;
        break;
    }
  }
  if (!hasVia || !from || !to || !callId || !cseq) return err('header-missing');
  if (readAddress(from) === undefined || readAddress(to) === undefined) return err('bad-address');
  const sequence = readCseq(cseq);
  if (sequence === undefined) return err('bad-cseq');
  if (length !== undefined && !DIGITS.test(length)) return err('bad-content-length');
  return ok({ cseqMethod: sequence.method, contentLength: length === undefined ? undefined : Number(length) });
}
