import { type Static, Type } from 'typebox';
import { LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE } from '../../core/check-backup-passphrase.ts';
import { MOST_BACKUPS_KEPT } from '../../core/check-nightly-backups.ts';
import { LONGEST_CHECK_MINUTES } from '../../core/check-other-servers.ts';
import { nullableText, PLAIN_TEXT } from './common.ts';

/** Fields that read and write alike; ranges are judged by `check-trust`, which knows how fields belong together. */
const SETTINGS = {
  otherServerCheckMinutes: Type.Integer({
    description: `How often the LAN is asked for other PnP servers, in minutes, 1-${LONGEST_CHECK_MINUTES}; 0: never`,
  }),
  knownServers: Type.Array(Type.String(), {
    description:
      'Other PnP servers that are wanted, so that nobody is warned of them: the `id` of each as GET /other-servers tells it, a MAC address or an IPv4 address',
  }),
  nightlyBackupsKept: Type.Integer({
    description: `A backup each night at 02:30 of the site's time, so many kept, 1-${MOST_BACKUPS_KEPT}; 0: none. Needs \`backupPassphrase\`.`,
  }),
};

export const TRUST_EXAMPLE = {
  otherServerCheckMinutes: 10,
  knownServers: ['001565000001'],
  nightlyBackupsKept: 14,
};

export const TrustSettingsAnswer = Type.Object(
  { ...SETTINGS },
  { description: 'Who is heard, who may have secrets, and how they are kept' },
);
export type TrustSettingsAnswer = Static<typeof TrustSettingsAnswer>;

export const TrustSettingsBody = Type.Object(
  { ...Type.Partial(Type.Object(SETTINGS)).properties },
  {
    additionalProperties: false,
    description:
      'Who is heard, who may have secrets, and how they are kept. Fields that are left out stay as they are; lists are replaced as a whole.',
  },
);
export type TrustSettingsBody = Static<typeof TrustSettingsBody>;

export const BackupPassphraseBody = nullableText({
  minLength: SHORTEST_PASSPHRASE,
  maxLength: LONGEST_PASSPHRASE,
  pattern: PLAIN_TEXT,
  description: `${SHORTEST_PASSPHRASE}-${LONGEST_PASSPHRASE} characters in one line: encrypts the nightly backups, written, never read; null takes it away. Keep it elsewhere: without it no backup can be read.`,
});
