import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerChallenge } from '../../src/core/answer-challenge.ts';
import { checkCredentials, type WantedCredentials } from '../../src/core/check-credentials.ts';
import { readAuthorization } from '../../src/core/read-authorization.ts';
import { Secret } from '../../src/core/secret.ts';

/** RFC 2617 3.5, the example of Digest. */
const EXAMPLE =
  'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
  'qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"';

const WANTED: WantedCredentials = {
  scheme: 'digest',
  realm: 'testrealm@host.com',
  username: 'Mufasa',
  password: new Secret('Circle Of Life'),
  method: 'GET',
  target: '/dir/index.html',
  useNonce: () => true,
};

test('the example of RFC 2617 is read and right, and one other letter is wrong', () => {
  expect(readAuthorization(EXAMPLE)).toMatchObject({
    scheme: 'digest',
    username: 'Mufasa',
    count: 1,
    cnonce: '0a4f113b',
  });
  expect(checkCredentials(readAuthorization(EXAMPLE), WANTED)).toBe('right');
  const guess = { ...WANTED, password: new Secret('circle Of Life') };
  expect(checkCredentials(readAuthorization(EXAMPLE), guess)).toBe('wrong');
  expect(checkCredentials(readAuthorization(EXAMPLE.replace('Mufasa', 'Scar')), WANTED)).toBe('wrong');
  expect(checkCredentials(readAuthorization(EXAMPLE), { ...WANTED, useNonce: () => false })).toBe('stale');
});

test('the examples of RFC 7617 are read', () => {
  expect(readAuthorization('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toMatchObject({ username: 'Aladdin' });
  const read = readAuthorization('basic dGVzdDoxMjPCow==');
  expect(read?.scheme === 'basic' && read.password.reveal()).toBe('123£');
  expect(inspect(read)).not.toContain('123');
});

test.each([
  ['another scheme', 'Bearer abc'],
  ['no scheme', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['Basic without a colon', `Basic ${btoa('Aladdin')}`],
  ['Basic that is no Base64', 'Basic QWxh!'],
  ['a digest without a response', EXAMPLE.replace(/response="\w+", /, '')],
  ['one of the kind without qop', EXAMPLE.replace('qop=auth, ', '')],
  ['one with integrity', EXAMPLE.replace('qop=auth', 'qop=auth-int')],
  ['another algorithm', `${EXAMPLE}, algorithm=SHA-256`],
  ['a count of nothing', EXAMPLE.replace('00000001', '00000000')],
  ['a count that is none', EXAMPLE.replace('nc=00000001', 'nc=1')],
  ['no nonce of the client', EXAMPLE.replace('0a4f113b', '')],
  ['a hashed name', `${EXAMPLE}, userhash=true`],
  ['an endless one', `${EXAMPLE}, x="${'y'.repeat(2_048)}"`],
])('%s is nobody who tries a password', (_case, header) => {
  expect(readAuthorization(header)).toBeUndefined();
});

test('what is for another realm, another file or another scheme says nothing of the password', () => {
  const shown = readAuthorization(EXAMPLE);
  expect(checkCredentials(shown, { ...WANTED, realm: 'other' })).toBe('none');
  expect(checkCredentials(shown, { ...WANTED, target: '/dir/index.html?x' })).toBe('none');
  expect(checkCredentials(shown, { ...WANTED, scheme: 'basic' })).toBe('none');
  expect(checkCredentials(undefined, WANTED)).toBe('none');
});

test('a client that writes the whole URL as uri is understood', () => {
  const uri = 'http://192.0.2.1:8060/dir/index.html';
  const challenge = 'Digest realm="testrealm@host.com", nonce="n", qop="auth"';
  const { method, username, password } = WANTED;
  const answer = answerChallenge(challenge, { method, uri, username, password, cnonce: 'c' });
  expect(answer.ok && checkCredentials(readAuthorization(answer.value), WANTED)).toBe('right');
});

test('nothing makes the reader throw', () => {
  const piece = fc.constantFrom(
    'Digest ',
    'Basic ',
    ...EXAMPLE.split(/(?<=[,=" ])/),
    '"',
    '\\',
    ',',
    '=',
    'é',
    '\u0000',
  );
  const header = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(header, (text) => {
      const read = readAuthorization(text);
      expect(['right', 'stale']).not.toContain(checkCredentials(read, { ...WANTED, password: new Secret('another') }));
    }),
  );
});

test('every name, password and nonce that our own client sends is read back', () => {
  const text = fc
    .string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' })
    .filter((value) => !/[\u0000-\u001f\u007f]/.test(value));
  fc.assert(
    fc.property(text, fc.string({ unit: 'grapheme', maxLength: 30 }), text, (username, secret, nonce) => {
      const quoted = nonce.replace(/["\\]/g, '\\$&');
      const challenge = `Digest realm="r", nonce="${quoted}", qop="auth", algorithm=MD5`;
      const wanted = { ...WANTED, realm: 'r', username, password: new Secret(secret) };
      const answer = answerChallenge(challenge, { ...wanted, uri: wanted.target, cnonce: 'c' });
      const header = answer.ok ? answer.value : '';
      expect(checkCredentials(readAuthorization(header), wanted)).toBe('right');
      if (username.includes(':')) return;
      const basic = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
      expect(checkCredentials(readAuthorization(basic), { ...wanted, scheme: 'basic' })).toBe('right');
    }),
    { numRuns: 60 },
  );
});
