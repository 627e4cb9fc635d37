import { hash } from 'node:crypto';
import type { MacAddress } from '../core/mac-address.ts';

/** RFC 3261 17.1.2.2: 64 × T1. A client repeats its request for this long at most, so copies are known for as long. */
const COPIES_ARRIVE_WITHIN_MS = 32_000;

/** A flood of new dialogs must not fill the memory. Phones' replies have about 0.5 kB; a hostile one has as much as a datagram. */
const MOST_DIALOGS = 100_000;
const MOST_BYTES = 64 * 1024 * 1024;

interface Reply {
  readonly data: Buffer;
  readonly localAddress: string;
}

/** One request that was heard. */
export interface HeardDialog {
  readonly key: string;
  readonly at: number;
  /** Undefined: not known yet whose it is. */
  mac: MacAddress | undefined;
  /** Null: not answered yet, and copies are not either, until somebody approves the phone. Set by `keepReply`. */
  reply: Reply | null;
}

export interface DialogMemory {
  /** `parts`: what is the same in each copy of a request. One that is no copy is remembered. */
  hear(parts: readonly unknown[], now: number): { readonly dialog: HeardDialog; readonly isCopy: boolean };
  keepReply(dialog: HeardDialog, reply: Reply): void;
  /** Its next copy is heard as a new request. */
  forget(dialog: HeardDialog): void;
}

export function createDialogMemory(): DialogMemory {
  const dialogs = new Map<string, HeardDialog>();
  let bytes = 0;

  function forget(dialog: HeardDialog): void {
    if (dialogs.get(dialog.key) !== dialog) return;
    dialogs.delete(dialog.key);
    bytes -= dialog.reply?.data.length ?? 0;
  }

  /** A clock that was set back makes all ages unknown. */
  function isOver({ at }: HeardDialog, now: number): boolean {
    return Math.abs(now - at) >= COPIES_ARRIVE_WITHIN_MS;
  }

  /** A Map keeps the order of insertion: the oldest come first. */
  function shrink(now: number): void {
    for (const dialog of dialogs.values()) {
      if (dialogs.size <= MOST_DIALOGS && bytes <= MOST_BYTES && !isOver(dialog, now)) break;
      forget(dialog);
    }
  }

  return {
    hear(parts, now) {
      const key = keyOf(parts);
      const known = dialogs.get(key);
      if (known !== undefined && !isOver(known, now)) return { dialog: known, isCopy: true };
      if (known !== undefined) forget(known);
      const dialog: HeardDialog = { key, at: now, mac: undefined, reply: null };
      dialogs.set(key, dialog);
      shrink(now);
      return { dialog, isCopy: false };
    },
    keepReply(dialog, reply) {
      dialog.reply = reply;
      if (dialogs.get(dialog.key) === dialog) bytes += reply.data.length;
    },
    forget,
  };
}

/** A digest: of fixed length, and no slice of the datagram, which would stay in memory with it. */
function keyOf(parts: readonly unknown[]): string {
  return hash('sha1', JSON.stringify(parts), 'base64');
}
