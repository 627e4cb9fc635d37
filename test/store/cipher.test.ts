import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createCipher, KEY_BYTES } from '../../src/store/cipher.ts';
import { approvedDevice, extensionOf, macOf, openFresh } from './samples.ts';

const place = { table: 'extensions', row: '101', column: 'password' };

test('every text opens again in its place, and is sealed differently each time', () => {
  const cipher = createCipher(randomBytes(KEY_BYTES));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const sealed = cipher.seal(text, place);
      expect(cipher.open(sealed, place)).toBe(text);
      expect(cipher.seal(text, place)).not.toBe(sealed);
    }),
  );
});

test('a value does not open in another place', () => {
  const cipher = createCipher(randomBytes(KEY_BYTES));
  const sealed = cipher.seal('secret', place);
  for (const other of [{ table: 'devices' }, { row: '102' }, { column: 'token' }]) {
    expect(() => cipher.open(sealed, { ...place, ...other })).toThrow(
      expect.objectContaining({ kind: 'sealed-value-damaged' }),
    );
  }
  // The parts are told apart: no two places are spelled alike.
  const ambiguous = cipher.seal('secret', { table: 'a', row: 'b.c', column: 'd' });
  expect(() => cipher.open(ambiguous, { table: 'a.b', row: 'c', column: 'd' })).toThrow();
});

test('a change of any character is found out, and the error tells no secret', () => {
  const cipher = createCipher(randomBytes(KEY_BYTES));
  const sealed = cipher.seal('swordfish', place);
  for (let index = 0; index < sealed.length; index++) {
    const other = sealed[index] === 'B' ? 'C' : 'B';
    // The last character of base64url may carry bits that nothing is in.
    if (index === sealed.length - 1) continue;
    const changed = sealed.slice(0, index) + other + sealed.slice(index + 1);
    expect(() => cipher.open(changed, place)).toThrow(/extensions\.password of 101/);
    expect(() => cipher.open(changed, place)).not.toThrow(/swordfish/);
  }
  for (const broken of ['', '1', '1..', `1.${cipher.keyId}.`, `1.${cipher.keyId}.AAAA`, `${sealed}.x`, 'swordfish']) {
    expect(() => cipher.open(broken, place)).toThrow(expect.objectContaining({ kind: 'sealed-value-damaged' }));
  }
});

test('another key is told by its id', () => {
  const sealed = createCipher(randomBytes(KEY_BYTES)).seal('secret', place);
  expect(() => createCipher(randomBytes(KEY_BYTES)).open(sealed, place)).toThrow(
    expect.objectContaining({ kind: 'key-wrong' }),
  );
});

test('sealed values that were exchanged between two rows of the database do not open', async () => {
  const store = await openFresh();
  await store.extensions.putMany([extensionOf(1), extensionOf(2)]);
  await store.devices.saveMany([approvedDevice(1), approvedDevice(2)]);
  await store.database.write(async (writer) => {
    await sql`update extensions set password = (select password from extensions where number = '102') where number = '101'`.execute(
      writer,
    );
    await sql`update devices set token = (select token from devices where mac = ${macOf(2)}) where mac = ${macOf(1)}`.execute(
      writer,
    );
  });
  await expect(store.extensions.get('101')).rejects.toMatchObject({ kind: 'sealed-value-damaged' });
  await expect(store.devices.get(macOf(1))).rejects.toMatchObject({ kind: 'sealed-value-damaged' });
  await expect(store.extensions.get('102')).resolves.toBeDefined();
});
