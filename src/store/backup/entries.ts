import { damaged } from './backup-error.ts';
import type { ByteReader } from './byte-reader.ts';

/** One file of a backup. */
export interface EntryFacts {
  /** Parts between slashes: `site/overrides/acme/overrides.json`. */
  readonly name: string;
  readonly bytes: number;
}

export interface Entry extends EntryFacts {
  /** Exactly `bytes` of them. */
  readonly content: AsyncIterable<Buffer>;
}

/** Bytes of a file's name: of a path in a site's folder. */
const LONGEST_NAME = 4_096;
const LENGTH_BYTES = 4;
/** Pieces that a file's content is handed on in. */
const PIECE_BYTES = 65_536;

/**
 * The files behind each other: length of the facts (4 bytes, big endian), the facts as JSON, the content. A length of 0 is the
 * end. Whether it is all there and unchanged is the chunks' affair around it.
 */
export async function* packEntries(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  for await (const { name, bytes, content } of entries) {
    const facts = Buffer.from(JSON.stringify({ name, bytes }));
    yield lengthOf(facts.length);
    yield facts;
    let left = bytes;
    for await (const piece of content) {
      left -= piece.length;
      if (left < 0) break;
      yield piece;
    }
    if (left !== 0) throw new Error(`${name} was to have ${bytes} bytes, and ${left} are left`);
  }
  yield lengthOf(0);
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** One after the other: the content of each is to be read before the next is asked for. Throws BackupError: damaged. */
export async function* unpackEntries(packed: ByteReader): AsyncGenerator<Entry> {
  for (;;) {
    const length = await packed.read(LENGTH_BYTES);
    if (length.length < LENGTH_BYTES) throw damaged('its list of files has no end');
    const size = length.readUInt32BE();
    if (size === 0) break;
    if (size > LONGEST_NAME) throw damaged('a file in it has no name');
    const { name, bytes } = readFacts(await packed.read(size));
    let left = bytes;
    yield { name, bytes, content: contentOf() };
    if (left > 0) throw new Error(`${name} was not read to its end`);

    async function* contentOf(): AsyncGenerator<Buffer> {
      while (left > 0) {
        const piece = await packed.read(Math.min(left, PIECE_BYTES));
        if (piece.length === 0) throw damaged(`${name} is not whole`);
        left -= piece.length;
        yield piece;
      }
    }
  }
  if (!(await packed.isAtEnd())) throw damaged('more follows after its end');
}

function readFacts(json: Buffer): EntryFacts {
  try {
    const { name, bytes }: Partial<Record<keyof EntryFacts, unknown>> = JSON.parse(json.toString('utf8'));
    if (typeof name === 'string' && isSafeName(name) && Number.isSafeInteger(bytes) && Number(bytes) >= 0) {
      return { name, bytes: Number(bytes) };
    }
  } catch {
    // Said below.
  }
  throw damaged('a file in it has no name that may be');
}

/** Whoever knows the passphrase can make a backup: also its names must not lead out of the folder it is put into. */
export function isSafeName(name: string): boolean {
  if (name.length > LONGEST_NAME / 4 || /[\\\p{Cc}]/u.test(name)) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
