import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { answerChallenge, type ChallengedRequest } from '../../src/core/answer-challenge.ts';
import { readParameters } from '../../src/core/read-parameters.ts';
import { Secret } from '../../src/core/secret.ts';

const REQUEST: ChallengedRequest = {
  method: 'GET',
  uri: '/dir/index.html',
  username: 'Mufasa',
  password: new Secret('Circle Of Life'),
  cnonce: '0a4f113b',
};

const RFC_2617 =
  'realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';

/** RFC 7616 3.9.1, whose server offers both algorithms. */
const RFC_7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALGORITHM, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const REQUEST_7616: ChallengedRequest = {
  ...REQUEST,
  password: new Secret('Circle of Life'),
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

function answered(challenge: string, request: ChallengedRequest): string {
  const answer = answerChallenge(challenge, request);
  if (!answer.ok) throw new Error(answer.problem);
  return answer.value;
}

function response(challenge: string, request: ChallengedRequest): string | undefined {
  return readParameters(answered(challenge, request).replace(/^Digest /, ''), ',').get('response');
}

test('the example of RFC 2617 3.5, whole', () => {
  expect(answered(`Digest ${RFC_2617}`, REQUEST)).toBe(
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
      'response="6629fae49393a05397450978507c4ef1", cnonce="0a4f113b", qop=auth, nc=00000001, opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
});

test('the examples of RFC 7616 3.9.1, MD5 and SHA-256', () => {
  expect(response(`Digest ${RFC_7616.replace('ALGORITHM', 'MD5')}`, REQUEST_7616)).toBe(
    '8ca523f5e9506fed4657c9700eebdbec',
  );
  const sha256 = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';
  expect(response(`Digest ${RFC_7616.replace('ALGORITHM', 'SHA-256')}`, REQUEST_7616)).toBe(sha256);
  expect(answered(`Digest ${RFC_7616.replace('ALGORITHM', 'sha-256')}`, REQUEST_7616)).toContain('algorithm=SHA-256, ');
});

test('without qop the older formula is used, and neither cnonce nor nc is sent', () => {
  const answer = answered(`Digest ${RFC_2617.replace('qop="auth,auth-int", ', '')}`, REQUEST);
  expect(answer).toContain('response="670fd8c2df070c60b045671b8b24ff02"');
  expect(answer).not.toMatch(/cnonce|qop|nc=/);
});

test('spacing, case and order of a challenge do not matter', () => {
  const odd =
    'DIGEST  Opaque = "5ccc069c403ebaf9f0171e9517f40e41" ,NONCE="dcd98b7102dd2f0e8b11d0f600bfb0c093",qop=auth, REALM = "testrealm@host.com",stale=FALSE';
  expect(answered(odd, REQUEST)).toBe(answered(`Digest ${RFC_2617}`, REQUEST));
});

test('quotes in realm and user name stay inside their quotes', () => {
  const answer = answered('Digest realm="a \\"b\\", c", nonce="n"', { ...REQUEST, username: 'x", response="' });
  const parameters = readParameters(answer.replace(/^Digest /, ''), ',');
  expect(parameters.get('realm')).toBe('a "b", c');
  expect(parameters.get('username')).toBe('x", response="');
});

test.each([
  ['Basic realm="x"', 'not-digest'],
  ['Digest', 'not-digest'],
  ['', 'not-digest'],
  ['Digest nonce="n"', 'no-realm-or-nonce'],
  ['Digest realm="r"', 'no-realm-or-nonce'],
  ['Digest realm="r", nonce="n", algorithm=MD5-sess', 'unknown-algorithm'],
  ['Digest realm="r", nonce="n", algorithm=toString', 'unknown-algorithm'],
  ['Digest realm="r", nonce="n", qop="auth-int"', 'unknown-qop'],
])('%s is not answered', (challenge, problem) => {
  expect(answerChallenge(challenge, REQUEST)).toEqual({ ok: false, problem });
});

test('the password shows neither in the answer nor in the request', () => {
  const request = { ...REQUEST, password: new Secret('opensesame') };
  expect(answered('Digest realm="r", nonce="n"', request)).not.toContain('opensesame');
  expect(inspect(request) + JSON.stringify(request)).not.toContain('opensesame');
});
