import { type Static, type TSchema, Type } from 'typebox';
import { Mac, nullableNumber, nullableText, nullableTime, oneOf, openMap, PageLimit } from './common.ts';

export const STEPS = [
  'seen',
  'answered',
  'notified',
  'acknowledged',
  'fetched',
  'refused',
  'approved',
  'blocked',
  'resynced',
  'moved',
  'stalled',
] as const;

function newestFirst<T extends TSchema>(items: T, examples: readonly unknown[]) {
  return Type.Object(
    {
      items: Type.Array(items, { description: 'Newest first' }),
      next: nullableText({ description: 'Give it as `before` to read on; null: this was the last piece.' }),
    },
    { examples: [{ items: examples, next: '4711' }] },
  );
}

const EVENT_EXAMPLE = {
  mac: '001565aabbcc',
  at: '2026-01-05T08:02:14.003Z',
  step: 'fetched',
  reason: '',
  detail: { file: '001565aabbcc.cfg', status: 200, bytes: 6120, digest: '9f86d081884c7d65' },
};

export const JourneyAnswer = Type.Object({
  mac: Mac,
  at: Type.String({ format: 'date-time' }),
  step: oneOf(STEPS),
  reason: Type.String({ description: 'One sentence, where the step does not explain itself; else empty' }),
  detail: openMap({ description: 'Facts of the step' }),
});
export type JourneyAnswer = Static<typeof JourneyAnswer>;

export const JourneyList = newestFirst(JourneyAnswer, [EVENT_EXAMPLE]);

/** Of journeys and audit: newest first. */
export const NewestFirstQuery = Type.Object(
  {
    limit: Type.Optional(PageLimit),
    before: Type.Optional(
      Type.String({
        pattern: '^\\d{1,15}$',
        description: '`next` of the piece before; left out: the newest',
        examples: ['4711'],
      }),
    ),
  },
  { additionalProperties: false },
);

/** A part of the time, of journeys and audit. */
const TimeRange = {
  from: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Not older than this (RFC 3339)',
      examples: ['2026-01-05T00:00:00Z'],
    }),
  ),
  until: Type.Optional(
    Type.String({ format: 'date-time', description: 'Older than this (RFC 3339)', examples: ['2026-01-06T00:00:00Z'] }),
  ),
};

export const JourneysQuery = Type.Object(
  {
    ...NewestFirstQuery.properties,
    ...TimeRange,
    step: Type.Optional(
      Type.String({
        pattern: `^(${STEPS.join('|')})(,(${STEPS.join('|')}))*$`,
        maxLength: 200,
        description: 'Steps, a comma between; left out: all',
        examples: ['refused,stalled'],
      }),
    ),
  },
  { additionalProperties: false },
);

export const AuditQuery = Type.Object(
  {
    ...NewestFirstQuery.properties,
    ...TimeRange,
    actor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Part of the name of who decided', examples: ['anna'] }),
    ),
    subject: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'What it was done to: a MAC address, an extension, `site`',
        examples: ['001565aabbcc'],
      }),
    ),
  },
  { additionalProperties: false },
);

export const AuditAnswer = Type.Object({
  at: Type.String({ format: 'date-time' }),
  actor: Type.String({ description: 'Name of a person or a token, `command line`, `auto-approve rule`' }),
  from: nullableText({
    description:
      'Source address of the request, `command line (root)`, `auto-approve rule`, `appliance`; null: decided before it was kept',
  }),
  action: Type.String({ description: 'device.approved, extension.changed …' }),
  subject: Type.String({ description: 'A MAC address, an extension, `site`' }),
  detail: openMap(),
});
export type AuditAnswer = Static<typeof AuditAnswer>;

export const AuditList = newestFirst(AuditAnswer, [
  {
    at: '2026-01-05T08:01:59.120Z',
    actor: 'anna',
    from: '192.168.10.20',
    action: 'device.approved',
    subject: '001565aabbcc',
    detail: { extensions: '101', created: 1 },
  },
]);

/** Whether the record of decisions is what was written. */
export const AuditVerdictAnswer = Type.Object(
  {
    sound: Type.Boolean({ description: 'False: somebody changed the record past Plugtone, `problem` says how' }),
    problem: nullableText({ description: 'The first that is wrong' }),
    row: nullableNumber('Where; null: of no one row'),
    foundAt: nullableTime('Where it was found before now and the rows may be gone'),
    checkedAt: Type.String({ format: 'date-time' }),
    startedAt: nullableTime('When the chain began; null: there is none yet'),
    rows: Type.Integer({ description: 'Decisions that are as they were written' }),
    oldRows: Type.Integer({ description: 'Decisions from before the chain: nobody can tell' }),
    pruned: Type.Integer({ description: 'Decisions that the retention has removed' }),
    head: nullableText({
      description: 'The newest: note it elsewhere, and `plugtone audit verify --head` tells later',
    }),
  },
  {
    examples: [
      {
        sound: true,
        problem: null,
        row: null,
        foundAt: null,
        checkedAt: '2026-01-05T03:00:00.000Z',
        startedAt: '2025-06-01T09:12:44.120Z',
        rows: 812,
        oldRows: 0,
        pruned: 4_032,
        head: '4844:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      },
    ],
  },
);
export type AuditVerdictAnswer = Static<typeof AuditVerdictAnswer>;

const LogAnswer = Type.Object({
  id: Type.Integer({ description: 'Counts up from 1 at the start of the program' }),
  at: Type.String({ format: 'date-time' }),
  level: oneOf(['warn', 'error']),
  event: Type.String({ description: 'As in the log of the program' }),
  message: Type.String(),
  detail: openMap(),
});
export type LogAnswer = Static<typeof LogAnswer>;

export const LogList = Type.Object(
  { items: Type.Array(LogAnswer, { description: 'Newest first' }) },
  {
    examples: [
      {
        items: [
          {
            id: 1,
            at: '2026-01-05T08:00:01.000Z',
            level: 'warn',
            event: 'socket.buffered',
            message: 'receive buffer is smaller than asked: a burst of phones may be lost',
            detail: { purpose: 'pnp', asked: 4_194_304, granted: 212_992 },
          },
        ],
      },
    ],
  },
);
