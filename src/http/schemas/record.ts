import { type Static, type TSchema, Type } from 'typebox';
import { Mac, oneOf, openMap, PageLimit } from './common.ts';

const STEPS = [
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
      next: Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        description: 'Give it as `before` to read on; null: this was the last piece.',
      }),
    },
    { examples: [{ items: examples, next: 4711 }] },
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
      Type.Integer({ minimum: 0, description: '`next` of the piece before; left out: the newest', examples: [4711] }),
    ),
  },
  { additionalProperties: false },
);

export const AuditAnswer = Type.Object({
  at: Type.String({ format: 'date-time' }),
  actor: Type.String({ description: 'Name of a token, `command line`, `auto-approve rule`' }),
  action: Type.String({ description: 'device.approved, extension.changed …' }),
  subject: Type.String({ description: 'A MAC address, an extension, `site`' }),
  detail: openMap(),
});
export type AuditAnswer = Static<typeof AuditAnswer>;

export const AuditList = newestFirst(AuditAnswer, [
  {
    at: '2026-01-05T08:01:59.120Z',
    actor: 'anna',
    action: 'device.approved',
    subject: '001565aabbcc',
    detail: { extensions: '101', created: 1 },
  },
]);
