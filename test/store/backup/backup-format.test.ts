import { hash, hashRaw } from '@node-rs/argon2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { BackupError } from '../../../src/store/backup/backup-error.ts';
import { deriveBackupKeys } from '../../../src/store/backup/backup-keys.ts';
import { formatManifest } from '../../../src/store/backup/backup-manifest.ts';
import { readBackup } from '../../../src/store/backup/backup-reader.ts';
import { createByteReader } from '../../../src/store/backup/byte-reader.ts';
import { CHUNK_BYTES, openChunks, sealChunks } from '../../../src/store/backup/chunks.ts';
import { type Entry, isSafeName, packEntries, unpackEntries } from '../../../src/store/backup/entries.ts';
import { formatHeaderFacts, formatHeaderSum, formatHeaderTag } from '../../../src/store/backup/format-backup-header.ts';
import { CHEAP, PASSPHRASE } from './backup-world.ts';

const KEY = Buffer.alloc(32, 1);
const MANIFEST = { version: '1', madeAt: 0, schema: [], keyId: 'x', phones: 1, folders: [], bytes: 3 };

async function* streamOf(...pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

/** In pieces as a disk or a network hands them on. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function entryOf(name: string, content: Buffer): Entry {
  return { name, bytes: content.length, content: streamOf(content) };
}

async function* entriesOf(files: Readonly<Record<string, Buffer>>): AsyncGenerator<Entry> {
  for (const [name, content] of Object.entries(files)) yield entryOf(name, content);
}

async function makeBackup(files: Readonly<Record<string, Buffer>>, passphrase = PASSPHRASE): Promise<Buffer> {
  const making = { ...CHEAP, salt: Buffer.alloc(16, 3) };
  const facts = formatHeaderFacts(making);
  const keys = await deriveBackupKeys(passphrase, making, facts);
  const tag = formatHeaderTag(facts, keys.header);
  const header = Buffer.from(`${facts}${tag}\n${formatHeaderSum(facts, tag)}\n`);
  const packed = packEntries(entriesOf({ 'manifest.json': formatManifest(MANIFEST), ...files }));
  return Buffer.concat([header, await collect(sealChunks(packed, keys.chunks))]);
}

async function readAll(
  bytes: Buffer,
  passphrase = PASSPHRASE,
  sizes: readonly number[] = [],
): Promise<Record<string, Buffer>> {
  const { entries } = await readBackup(streamOf(...cut(bytes, sizes)), passphrase);
  const files: [string, Buffer][] = [];
  for await (const { name, content } of entries) files.push([name, await collect(content)]);
  // Not by assignment: a file may be named `__proto__`.
  return Object.fromEntries(files);
}

test('whatever goes in comes out, in whatever pieces it comes', async () => {
  const file = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ minLength: 60_000, maxLength: 140_000, size: 'max' }),
  );
  const names = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter(isSafeName);
  const pieces = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, file, { maxKeys: 4 }), pieces, async (contents, sizes) => {
      const files = Object.fromEntries(Object.entries(contents).map(([name, bytes]) => [name, Buffer.from(bytes)]));
      delete files['manifest.json'];
      const read = await readAll(await makeBackup(files), PASSPHRASE, sizes);
      expect(Object.keys(read)).toEqual(Object.keys(files));
      for (const [name, content] of Object.entries(files)) expect(read[name]?.equals(content)).toBe(true);
    }),
    { numRuns: 40, examples: [[{ ['__proto__']: Uint8Array.of(1) }, []]] },
  );
});

test.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])(
  '%i bytes go through chunks and back',
  async (length) => {
    const plain = Buffer.alloc(length, 7);
    const sealed = await collect(sealChunks(streamOf(...cut(plain, [1_000, 70_000])), KEY));
    expect(sealed.length).toBe(length + 16 * Math.max(1, Math.ceil(length / CHUNK_BYTES)));
    const opened = await collect(openChunks(createByteReader(streamOf(sealed)), KEY));
    expect(opened.equals(plain)).toBe(true);
  },
);

/** A backup of two chunks and some: small enough to change it everywhere. */
const CONTENT = { 'data/plugtone.db': Buffer.alloc(CHUNK_BYTES + 500, 9), 'site/overrides/a': Buffer.from('override') };

test('a bit that flips anywhere is refused, never read as something else', async () => {
  const backup = await makeBackup(CONTENT);
  const header = backup.indexOf('\n', backup.indexOf('\n', backup.indexOf('\n') + 1) + 1) + 60;
  const everywhere = fc.oneof(fc.integer({ min: 0, max: header }), fc.integer({ min: 0, max: backup.length - 1 }));
  await fc.assert(
    fc.asyncProperty(everywhere, fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      const changed = Buffer.from(backup);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
      await expect(readAll(changed)).rejects.toBeInstanceOf(BackupError);
    }),
    { numRuns: 1_500 },
  );
});

test('every bit of the header matters', async () => {
  const backup = await makeBackup({});
  let end = 0;
  for (let line = 0; line < 4; line++) end = backup.indexOf(0x0a, end) + 1;
  for (let at = 0; at < end; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(backup);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
      const refusal = await readAll(changed).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal, `${at}.${bit}`).toBeInstanceOf(BackupError);
    }
  }
});

test('a file that is cut anywhere, or has more or other bytes, is refused', async () => {
  const backup = await makeBackup(CONTENT);
  const place = fc.integer({ min: 0, max: backup.length - 1 });
  const change = fc.oneof(
    place.map((at) => backup.subarray(0, at)),
    fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([at, more]) => splice(at, 0, more)),
    fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([at, less]) => splice(at, less, [])),
    fc.tuple(place, place).map(([from, to]) => splice(from, 64, backup.subarray(to, to + 64))),
    fc.uint8Array({ maxLength: 4_000 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([Buffer.from('plugtone-backup 1\n'), bytes])),
  );
  await fc.assert(
    fc.asyncProperty(
      change.filter((changed) => !changed.equals(backup)),
      async (changed) => {
        await expect(readAll(changed)).rejects.toBeInstanceOf(BackupError);
      },
    ),
    { numRuns: 800 },
  );

  function splice(at: number, less: number, more: ArrayLike<number>): Buffer {
    return Buffer.concat([backup.subarray(0, at), Buffer.from(more), backup.subarray(at + less)]);
  }
});

test('each salt makes other keys: chunks of two backups under one passphrase cannot be mixed', async () => {
  const keysOf = async (fill: number) => {
    const making = { ...CHEAP, salt: Buffer.alloc(16, fill) };
    return deriveBackupKeys(PASSPHRASE, making, formatHeaderFacts(making));
  };
  const [one, again, other] = [await keysOf(3), await keysOf(3), await keysOf(4)];
  expect(one).toEqual(again);
  expect(one.chunks.equals(other.chunks)).toBe(false);
  expect(one.chunks.equals(one.header)).toBe(false);
});

test('a header that asks for a mountain of memory is refused before it gets it', async () => {
  for (const cost of [
    { memoryKiB: 4_194_304, passes: 1, lanes: 1 },
    { memoryKiB: 8, passes: 1_000_000, lanes: 1 },
    { memoryKiB: 8, passes: 1, lanes: 4 },
    { memoryKiB: 8, passes: 0, lanes: 1 },
  ]) {
    const facts = formatHeaderFacts({ ...cost, salt: Buffer.alloc(16) });
    const tag = 'A'.repeat(43);
    const bytes = Buffer.from(`${facts}${tag}\n${formatHeaderSum(facts, tag)}\n`);
    await expect(readAll(bytes)).rejects.toMatchObject({ kind: 'damaged' });
  }
});

test('the passphrase is the same, however its umlauts were typed, and nothing else is it', async () => {
  const composed = new Secret('Bär im Wald bei Nacht');
  const backup = await makeBackup(CONTENT, composed);
  await readAll(backup, new Secret('Bär im Wald bei Nacht'.normalize('NFD')));
  const others = fc.string({ maxLength: 40 }).filter((text) => text.normalize('NFKC') !== composed.reveal());
  await fc.assert(
    fc.asyncProperty(others, async (text) => {
      await expect(readAll(backup, new Secret(text))).rejects.toMatchObject({ kind: 'wrong-passphrase' });
    }),
    { numRuns: 50 },
  );
});

test.each([
  '../escape',
  'site/../../escape',
  '/etc/passwd',
  'site//x',
  'site/./x',
  'site/x/',
  '',
  'a\\b',
  'a\0b',
  'a\nb',
  'x'.repeat(2_000),
])('a file named %j in a backup, even in one that is ours, is refused', async (name) => {
  const backup = await makeBackup({ [name]: Buffer.from('x') });
  await expect(readAll(backup)).rejects.toMatchObject({ kind: 'damaged' });
});

test('a list of files that lies about its lengths is refused', async () => {
  const packed = await collect(packEntries(entriesOf({ a: Buffer.from('abc'), b: Buffer.from('de') })));
  const change = fc.tuple(fc.integer({ min: 0, max: packed.length - 1 }), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(change, async ([at, value]) => {
      const changed = Buffer.from(packed);
      changed.writeUInt8(value, at);
      const read: string[] = [];
      try {
        for await (const { name, content } of unpackEntries(createByteReader(streamOf(changed)))) {
          read.push(`${name} ${(await collect(content)).length}`);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(BackupError);
      }
      expect(read.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 400 },
  );
});

test('keys are made by argon2id, version 1.3, of which the package says so itself', async () => {
  const salt = Buffer.alloc(16, 3);
  const cost = { memoryCost: 8, timeCost: 1, parallelism: 1, outputLen: 32, salt };
  const phc = await hash('passphrase', cost);
  const [, kind, version, , , digest = ''] = phc.split('$');
  expect([kind, version]).toEqual(['argon2id', 'v=19']);
  expect((await hashRaw('passphrase', cost)).equals(Buffer.from(digest, 'base64'))).toBe(true);
});
