import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { StoreError } from './store-error.ts';

/** AES-256. */
export const KEY_BYTES = 32;
// NIST SP 800-38D 5.2.1.1 and 8.2.2: 96 random bits, good for 2^32 values under one key.
const NONCE_BYTES = 12;
// NIST SP 800-38D 5.2.1.2: the longest tag.
const TAG_BYTES = 16;
const FORMAT = '1';
const SEALED = /^1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/;

/** Where a sealed value lives. It is authenticated with it: moved to another row or column, it does not open. */
export interface Place {
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

export interface Cipher {
  /** Names the key without telling it. */
  readonly keyId: string;
  /** `1.<key id>.<base64url of nonce, ciphertext and tag>`. */
  seal(plain: string, place: Place): string;
  /** Throws StoreError: key-wrong, sealed-value-damaged. */
  open(sealed: string, place: Place): string;
}

export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('plugtone key id').update(key).digest('hex').slice(0, 16);
}

/** With which key a value was sealed; undefined: it is not in the form that the cipher writes. */
export function readKeyIdOf(sealed: string): string | undefined {
  return SEALED.exec(sealed)?.[1];
}

export function createCipher(key: Buffer): Cipher {
  if (key.length !== KEY_BYTES) throw new TypeError(`a key of ${KEY_BYTES} bytes was wanted, not of ${key.length}`);
  const keyId = keyIdOf(key);
  const bound = ({ table, row, column }: Place) => Buffer.from(JSON.stringify([FORMAT, keyId, table, row, column]));

  return {
    keyId,
    seal(plain, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const gcm = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound(place));
      const bytes = Buffer.concat([nonce, gcm.update(plain, 'utf8'), gcm.final(), gcm.getAuthTag()]);
      return `${FORMAT}.${keyId}.${bytes.toString('base64url')}`;
    },
    open(sealed, place) {
      const where = `${place.table}.${place.column} of ${place.row}`;
      const [, sealedWith, text] = SEALED.exec(sealed) ?? [];
      if (sealedWith === undefined || text === undefined) {
        throw new StoreError(
          'sealed-value-damaged',
          `The stored value ${where} is not in the form that the cipher writes.`,
        );
      }
      if (sealedWith !== keyId) {
        const message = `The stored value ${where} was sealed with the key ${sealedWith}, but the key in use is ${keyId}.`;
        throw new StoreError('key-wrong', message);
      }
      const bytes = Buffer.from(text, 'base64url');
      try {
        if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new RangeError('shorter than nonce and tag');
        const gcm = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
          .setAAD(bound(place))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        return gcm.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + gcm.final('utf8');
      } catch (cause) {
        const message = `The stored value ${where} was changed or moved since it was sealed; restore it from a backup or set it anew.`;
        throw new StoreError('sealed-value-damaged', message, cause);
      }
    },
  };
}
