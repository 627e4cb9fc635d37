import type { Extension } from '../core/extension.ts';
import { Secret } from '../core/secret.ts';
import type { Cover } from './patch-file.ts';
import type { RenderInput } from './render-input.ts';

/** Six dots whatever the length, and a text that every format can carry. */
export const MASK = '••••••';

/** Native keys that sound like a secret: what an override writes there is covered, also where we had no secret. */
const SECRET_KEY = /pass|pwd|secret|pin$|token|auth.*key|aes.*key/i;

/**
 * The same rendering with every secret replaced beforehand, the token of the phone's URL included. So nothing can leak,
 * whatever a template or an escaper does with a password. (Searching a finished file for the password would miss its
 * escaped form, and cover an innocent `101`.) An empty secret stays empty.
 */
export function maskSecrets(input: RenderInput): RenderInput {
  const { device, site } = input;
  return {
    ...input,
    masked: true,
    device: {
      ...device,
      token: device.token === null ? null : MASK,
      consolePasswords:
        device.consolePasswords === null
          ? null
          : { admin: maskSecret(device.consolePasswords.admin), user: maskSecret(device.consolePasswords.user) },
      login: device.login && { ...device.login, password: maskSecret(device.login.password) },
    },
    site: { ...site, consolePassword: site.consolePassword === null ? null : maskSecret(site.consolePassword) },
    findExtension: (number) => maskExtension(input.findExtension(number)),
  };
}

/** An override of a masked value, or of a key that sounds secret, stays masked in a preview. */
export const coverSecrets: Cover = (key, old, fresh) => {
  if (fresh === '') return fresh;
  return old.includes(MASK) || SECRET_KEY.test(key) ? MASK : fresh;
};

function maskExtension(extension: Extension | undefined): Extension | undefined {
  return extension === undefined ? undefined : { ...extension, password: maskSecret(extension.password) };
}

function maskSecret(secret: Secret): Secret {
  return secret.reveal() === '' ? secret : new Secret(MASK);
}
