import { createCipheriv, createDecipheriv } from 'node:crypto';
import { damaged, truncated } from './backup-error.ts';
import type { ByteReader } from './byte-reader.ts';

/** Plain bytes of a chunk; the last one has what is left. As much memory as a backup of any size takes. */
export const CHUNK_BYTES = 65_536;
// NIST SP 800-38D 5.2.1.2: the longest tag.
const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/**
 * The chunk's number and whether it is the last one: what STREAM puts into a nonce (Hoang, Reyhanitabar, Rogaway, Vizár:
 * Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, 2015). A chunk that is moved, doubled, left out or
 * the end of a file that was cut opens under no key.
 */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, NONCE_BYTES - 7, 6);
  nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1);
  return nonce;
}

/** AES-256-GCM, chunk by chunk. The key must be of this stream alone. */
export async function* sealChunks(plain: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  let number = 0;
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const piece of plain) {
    waiting.push(piece);
    length += piece.length;
    if (length <= CHUNK_BYTES) continue;
    // More than one chunk: whatever is sealed here is not the last.
    let rest = Buffer.concat(waiting);
    for (; rest.length > CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES)) {
      yield seal(rest.subarray(0, CHUNK_BYTES), key, number, false);
      number += 1;
    }
    waiting = [rest];
    length = rest.length;
  }
  yield seal(Buffer.concat(waiting), key, number, true);
}

function seal(plain: Buffer, key: Buffer, number: number, isLast: boolean): Buffer {
  const gcm = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
  return Buffer.concat([gcm.update(plain), gcm.final(), gcm.getAuthTag()]);
}

/** Nothing comes out that was not sealed so, there. Throws BackupError: damaged, truncated. */
export async function* openChunks(sealed: ByteReader, key: Buffer): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const chunk = await sealed.read(CHUNK_BYTES + TAG_BYTES);
    const isLast = await sealed.isAtEnd();
    const plain = open(chunk, key, number, isLast);
    if (plain === undefined) {
      throw isLast ? truncated() : damaged(`part ${number + 1} is not as it was written`);
    }
    // Only what is empty as a whole ends with an empty chunk: there is one spelling of every content.
    if (plain.length === 0 && number > 0) throw damaged(`part ${number + 1} is empty`);
    if (plain.length > 0) yield plain;
    if (isLast) return;
  }
}

function open(chunk: Buffer, key: Buffer, number: number, isLast: boolean): Buffer | undefined {
  if (chunk.length < TAG_BYTES) return undefined;
  const gcm = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
  gcm.setAuthTag(chunk.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([gcm.update(chunk.subarray(0, -TAG_BYTES)), gcm.final()]);
  } catch {
    return undefined;
  }
}
