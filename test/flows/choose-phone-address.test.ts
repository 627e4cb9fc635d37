import { expect, test } from 'vitest';
import { choosePhoneAddress } from '../../src/flows/choose-phone-address.ts';

test.each([
  [{ phonePort: 8060 }, 'http', { scheme: 'http', port: 8060 }],
  [{ phonePort: 8060, phoneTlsPort: 8061 }, 'http', { scheme: 'http', port: 8060 }],
  [{ phonePort: 8060, phoneTlsPort: 8061 }, 'https', { scheme: 'https', port: 8061 }],
  [
    { phonePort: 8060, phoneTlsPort: 8061, hasOwnAuthority: true },
    'https',
    { scheme: 'https', port: 8061, authorityPort: 8060 },
  ],
  [{ phonePort: 8060, phoneTlsPort: 8061, hasOwnAuthority: true }, 'http', { scheme: 'http', port: 8060 }],
  [{ phonePort: 8060, hasOwnAuthority: true }, 'https', { scheme: 'http', port: 8060 }],
  // Nobody listens there: a phone that is told so would have no file.
  [{ phonePort: 8060 }, 'https', { scheme: 'http', port: 8060 }],
] as const)('%o of a site that wants %s', (ports, phoneScheme, address) => {
  expect(choosePhoneAddress(ports, { phoneScheme })).toEqual(address);
});
