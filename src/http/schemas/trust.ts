import { type Static, Type } from 'typebox';
import { LONGEST_HAND_OVER_MINUTES, MOST_ROUTED_NETWORKS, PHONE_LOGINS } from '../../core/check-access.ts';
import { LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE } from '../../core/check-backup-passphrase.ts';
import {
  FILTER_ACTIONS,
  FILTER_PROTOCOLS,
  LONGEST_FILTER_NOTE,
  MOST_FILTER_RULES,
} from '../../core/check-filter-rules.ts';
import { MOST_BACKUPS_KEPT } from '../../core/check-nightly-backups.ts';
import { LONGEST_CHECK_MINUTES } from '../../core/check-other-servers.ts';
import { nullableText, oneOf, PLAIN_TEXT } from './common.ts';

const RULE = {
  action: oneOf(FILTER_ACTIONS, {
    description:
      'allow: what comes from there is looked at. trust: it is, and is neither slowed down nor quarantined. drop: it is not looked at.',
  }),
  network: Type.String({
    maxLength: 18,
    description: 'IPv4 network in CIDR notation, or one address',
    examples: ['192.168.10.0/24'],
  }),
  protocol: oneOf(FILTER_PROTOCOLS, {
    description:
      'sip: what phones ask by multicast. http: the server that phones fetch from. These pages and this API are not filtered.',
  }),
};
const RuleNote = Type.String({ description: `Why: at most ${LONGEST_FILTER_NOTE} characters in one line` });

const RULES =
  'The first rule that fits decides. After the last: what is on the link of a served interface is heard, the rest dropped.';

/** Fields that read and write alike; ranges are judged by `check-trust`, which knows how fields belong together. */
const SETTINGS = {
  handOverMinutes: Type.Integer({
    description: `For how many minutes after an approval, an order to fetch or a first boot phones may fetch their files, 1-${LONGEST_HAND_OVER_MINUTES}; after that they are sealed until somebody hands them over again. 0: at any time, to the proven phone`,
  }),
  routedNetworks: Type.Array(Type.String(), {
    description: `Networks behind a router, in CIDR notation, ${MOST_ROUTED_NETWORKS} at most: no MAC address is visible there, so their phones are served with the right token over HTTPS, or while they are handed over. Others are served on-link only`,
  }),
  phoneLogin: oneOf(PHONE_LOGINS, {
    description:
      'How phones log in to fetch their files. none: not at all; the token, the neighbour table and client certificates prove them. basic, digest: also with a password of their own, which their file tells them; the first fetch after an approval needs none, and from the first log-in on nothing is served without. With basic the password crosses the network readably, unless files go by HTTPS. Makes that cannot log in so are not asked (docs/vendors)',
  }),
  quarantine: Type.Boolean({ description: 'Sources that keep failing are not looked at for a growing time' }),
  otherServerCheckMinutes: Type.Integer({
    description: `How often the LAN is asked for other PnP servers, in minutes, 1-${LONGEST_CHECK_MINUTES}; 0: never`,
  }),
  knownServers: Type.Array(Type.String(), {
    description:
      'Other PnP servers that are wanted, so that nobody is warned of them: the `id` of each as GET /other-servers tells it, a MAC address or an IPv4 address',
  }),
  phoneScheme: oneOf(['http', 'https'], {
    description:
      'How phones are told to fetch their files. https: only where the phones trust the certificate; it begins when a port for TLS is open (`--phone-tls-port`).',
  }),
  nightlyBackupsKept: Type.Integer({
    description: `A backup each night at 02:30 of the site's time, so many kept, 1-${MOST_BACKUPS_KEPT}; 0: none. Needs \`backupPassphrase\`.`,
  }),
};

export const TRUST_EXAMPLE = {
  rules: [{ action: 'drop' as const, network: '192.168.10.128/25', protocol: 'both' as const, note: 'Guests' }],
  handOverMinutes: 0,
  routedNetworks: ['10.9.0.0/16'],
  phoneLogin: 'none' as const,
  quarantine: true,
  otherServerCheckMinutes: 10,
  knownServers: ['001565000001'],
  phoneScheme: 'http' as const,
  nightlyBackupsKept: 14,
};

export const TrustSettingsAnswer = Type.Object(
  { ...SETTINGS, rules: Type.Array(Type.Object({ ...RULE, note: RuleNote }), { description: RULES }) },
  { description: 'Who is heard, who may have secrets, and how they are kept' },
);
export type TrustSettingsAnswer = Static<typeof TrustSettingsAnswer>;

export const TrustSettingsBody = Type.Object(
  {
    ...Type.Partial(Type.Object(SETTINGS)).properties,
    rules: Type.Optional(
      Type.Array(Type.Object({ ...RULE, note: Type.Optional(RuleNote) }, { additionalProperties: false }), {
        maxItems: MOST_FILTER_RULES,
        description: RULES,
      }),
    ),
  },
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
