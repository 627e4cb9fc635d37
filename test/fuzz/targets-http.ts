import { checkCredentials } from '../../src/core/check-credentials.ts';
import { readAuthorization } from '../../src/core/read-authorization.ts';
import { Secret } from '../../src/core/secret.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

/** Nothing that is made up knows it. */
const PASSWORD = new Secret('never-in-the-corpus');

/** The Authorization header of a phone, one character per byte as Node hands it over. */
export const HTTP_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'authorization',
    words: [
      'Basic ',
      'Digest ',
      'username="001565000abc"',
      'realm="Plugtone"',
      'nonce="',
      'uri="/p/0/001565000abc.cfg"',
      'response="',
      'nc=00000001',
      'nc=ffffffff',
      'cnonce="',
      'qop=auth',
      'qop="auth,auth-int"',
      'algorithm=MD5',
      'algorithm=__proto__',
      'userhash=true',
      '"\\"',
      '====',
    ],
    // Headers of a request have 8 kB together.
    largest: 10_000,
    run: readHeader,
  },
];

function readHeader(data: Buffer): unknown {
  const shown = readAuthorization(data.toString('latin1'));
  const wanted = {
    realm: 'Plugtone',
    username: '001565000abc',
    password: PASSWORD,
    method: 'GET',
    target: '/p/0/001565000abc.cfg',
  };
  const verdicts = (['basic', 'digest'] as const).map((scheme) => {
    const verdict = checkCredentials(shown, { ...wanted, scheme, useNonce: () => true });
    demand(verdict === 'none' || verdict === 'wrong', 'who does not know the password does not come in');
    return verdict;
  });
  if (shown === undefined) return verdicts;
  if (shown.scheme === 'digest') demand(shown.count > 0 && /^[0-9a-f]{32}$/.test(shown.response), 'a digest is whole');
  return [shown.scheme, shown.username.length, verdicts];
}
