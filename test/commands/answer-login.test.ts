import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answerLogin, readFileLogin } from '../../src/commands/answer-login.ts';
import { checkCredentials } from '../../src/core/check-credentials.ts';
import { readAuthorization } from '../../src/core/read-authorization.ts';
import { Secret } from '../../src/core/secret.ts';
import { vendors } from '../../src/vendors/all.ts';

const golden = (vendor: string, file: string) =>
  readFileSync(new URL(`../golden/${vendor}/${file}`, import.meta.url), 'utf8');
const OWN_FILES = vendors
  .filter(({ logIns }) => logIns.length > 0)
  .map((vendor) => {
    const [name = '', ending = ''] = vendor.files[0].name.split('.');
    return [vendor.id, vendor, name, ending] as const;
  });

test.each(OWN_FILES)(
  'a %s phone finds its name and password in its file, and none where there is none',
  (id, vendor, name, ending) => {
    const login = readFileLogin(vendor, golden(id, `${name}.login.${ending}`));
    expect(login?.username).toMatch(/^[0-9a-f]{9}abc$/);
    expect(login?.password.reveal()).toBe('Wx7mKp2vQ9rTz4Bn');
    expect(readFileLogin(vendor, golden(id, `${name}.plain.${ending}`))).toBeUndefined();
  },
);

test.each(['basic', 'digest'] as const)('a challenge by %s is answered as it is checked', (scheme) => {
  const login = { username: '001565000abc', password: new Secret('Wx7mKp2vQ9rTz4Bn') };
  const challenge = scheme === 'basic' ? 'Basic realm="r"' : 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5';
  const request = { method: 'GET', uri: '/p/t/001565000abc.cfg' };
  const header = answerLogin(challenge, login, request) ?? '';
  const wanted = { ...login, ...request, scheme, realm: 'r', target: request.uri, useNonce: () => true };
  expect(checkCredentials(readAuthorization(header), wanted)).toBe('right');
  expect(answerLogin('Negotiate', login, request)).toBeUndefined();
});
