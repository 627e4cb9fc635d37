import { type Static, Type } from 'typebox';
import { LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE } from '../../core/check-backup-passphrase.ts';
import { nullableText, nullableTime, oneOf, PLAIN_TEXT } from './common.ts';

const KINDS = ['nightly', 'manual'] as const;

const BACKUP_EXAMPLE = {
  name: 'plugtone-nightly-2026-01-07T01-30-00-000.backup',
  kind: 'nightly' as const,
  madeAt: '2026-01-07T01:30:00.000Z',
  bytes: 1_482_752,
};

export const BackupAnswer = Type.Object(
  {
    name: Type.String(),
    kind: oneOf(KINDS),
    madeAt: Type.String({ format: 'date-time' }),
    bytes: Type.Integer(),
  },
  { examples: [BACKUP_EXAMPLE] },
);
export type BackupAnswer = Static<typeof BackupAnswer>;

export const BackupList = Type.Object(
  {
    items: Type.Array(BackupAnswer, { description: 'Newest first' }),
    isRunning: Type.Boolean({ description: 'One is being made now' }),
    lastTryAt: nullableTime('Of the newest one that was begun; null: none was'),
    lastProblem: nullableText({ description: 'Why the last try left no backup; null: it did' }),
    nextAt: nullableTime('When the next nightly one is due, at the earliest; null: none is wanted'),
  },
  {
    examples: [
      {
        items: [BACKUP_EXAMPLE],
        isRunning: false,
        lastTryAt: '2026-01-07T01:30:00.000Z',
        lastProblem: null,
        nextAt: '2026-01-08T01:30:00.000Z',
      },
    ],
  },
);
export type BackupList = Static<typeof BackupList>;

export const BackupBody = Type.Object(
  {
    passphrase: Type.Optional(
      Type.String({
        minLength: SHORTEST_PASSPHRASE,
        maxLength: LONGEST_PASSPHRASE,
        pattern: PLAIN_TEXT,
        description: `${SHORTEST_PASSPHRASE}-${LONGEST_PASSPHRASE} characters in one line, kept nowhere; left out: that of the site`,
      }),
    ),
  },
  { additionalProperties: false, examples: [{ passphrase: 'four words of a phrase' }] },
);

export const BackupParams = Type.Object({
  name: Type.String({
    maxLength: 64,
    pattern: '^[\\w.-]+$',
    description: 'a name that GET /backups lists',
    examples: [BACKUP_EXAMPLE.name],
  }),
});

export const BackupBytes = Type.String({ description: 'The encrypted file', examples: ['(binary)'] });
