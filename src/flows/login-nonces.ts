import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { MacAddress } from '../core/mac-address.ts';

/** How long an answer to a challenge is good, in ms: phones answer at once, and may ask for a second file with the same nonce. */
const LIFETIME_MS = 5 * 60_000;

/** Bytes of the seal: 128 bits, as a token. */
const SEAL_BYTES = 16;

/** Whom a nonce is for: another phone, or the same from another address, cannot use it. */
export interface NonceHolder {
  readonly mac: MacAddress;
  /** IPv4. */
  readonly source: string;
}

/**
 * Nonces of digest authentication that say themselves when and for whom they were made, under a key that dies with the process
 * (RFC 7616 3.3). Remembered is one use per phone, so that nobody can send an answer a second time.
 */
export interface LoginNonces {
  draw(holder: NonceHolder, now: number): string;
  /** False: it is not ours, not his, too old, or was used so often already. Else it is used now. */
  use(nonce: string, count: number, holder: NonceHolder, now: number): boolean;
}

export function createLoginNonces(key: Buffer = randomBytes(32)): LoginNonces {
  /** The last use of each phone; the oldest first, and none that time alone would refuse. */
  const uses = new Map<MacAddress, { readonly number: number; readonly at: number; readonly count: number }>();
  let drawn = 0;

  function seal(at: string, { mac, source }: NonceHolder): string {
    return createHmac('sha256', key)
      .update(`${at} ${mac} ${source}`)
      .digest()
      .subarray(0, SEAL_BYTES)
      .toString('base64url');
  }

  function forgetOld(now: number): void {
    for (const [mac, { at }] of uses) {
      if (Math.abs(now - at) <= LIFETIME_MS) return;
      uses.delete(mac);
    }
  }

  return {
    draw(holder, now) {
      drawn += 1;
      const at = `${now.toString(36)}.${drawn.toString(36)}`;
      return `${at}.${seal(at, holder)}`;
    },
    use(nonce, count, holder, now) {
      const [time = '', place = '', shown = ''] = nonce.split('.', 3);
      const wanted = Buffer.from(seal(`${time}.${place}`, holder));
      const saw = Buffer.from(shown);
      if (saw.length !== wanted.length || !timingSafeEqual(saw, wanted)) return false;
      const at = Number.parseInt(time, 36);
      if (now - at > LIFETIME_MS || at > now) return false;
      const number = Number.parseInt(place, 36);
      const last = uses.get(holder.mac);
      // Of two nonces the older one is over with the first use of the newer.
      if (last !== undefined && (number < last.number || (number === last.number && count <= last.count))) return false;
      uses.delete(holder.mac);
      uses.set(holder.mac, { number, at, count });
      forgetOld(now);
      return true;
    },
  };
}
