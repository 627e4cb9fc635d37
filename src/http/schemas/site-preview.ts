import { type Static, Type } from 'typebox';
import { Mac, nullable, oneOf } from './common.ts';

const EXAMPLE_LINES = [
  { kind: 'removed', text: 'lang.gui = English' },
  { kind: 'added', text: 'lang.gui = German' },
];

export const DiffAnswer = Type.Array(
  Type.Object({
    kind: oneOf(['same', 'removed', 'added', 'skipped'], {
      description: 'skipped: lines that are the same are left out',
    }),
    text: Type.String(),
  }),
  { description: 'Secrets are masked. Empty: nothing that may be shown is different' },
);

export const SitePreviewQuery = Type.Object(
  {
    example: Type.Optional(
      Type.String({ maxLength: 32, description: 'MAC address of the phone to show; left out: any that changes' }),
    ),
  },
  { additionalProperties: false },
);

export const SitePreviewAnswer = Type.Object(
  {
    phones: Type.Integer({ description: 'Approved phones' }),
    changed: Type.Integer({ description: 'Phones that would get another file than now' }),
    changedPhones: Type.Array(Mac, { description: 'They' }),
    broken: Type.Array(Type.Object({ mac: Mac, reason: Type.String() }), {
      description: 'Phones whose file could not be made any more: they would keep what they have',
    }),
    exact: Type.Boolean({
      description: 'false: of many phones that differ in nothing that matters one was rendered for all',
    }),
    notes: Type.Array(Type.String(), { description: 'What would newly not be as asked' }),
    example: nullable(Type.Object({ mac: Mac, file: Type.String(), diff: DiffAnswer })),
  },
  {
    examples: [
      {
        phones: 23,
        changed: 1,
        changedPhones: ['001565aabbcc'],
        broken: [],
        exact: true,
        notes: [],
        example: { mac: '001565aabbcc', file: '001565aabbcc.cfg', diff: EXAMPLE_LINES },
      },
    ],
  },
);
export type SitePreviewAnswer = Static<typeof SitePreviewAnswer>;

const RunAnswer = Type.Object({
  by: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  endedAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'null: it goes on',
  }),
  phones: Type.Integer(),
  asked: Type.Integer(),
  fetched: Type.Integer(),
  stuck: Type.Integer({ description: 'Asked and fetched nothing: their journeys say why' }),
  skipped: Type.Integer({ description: 'Could not be asked: they fetch when they boot' }),
});

export const ResyncsAnswer = Type.Object(
  {
    run: nullable(RunAnswer),
    plan: nullable(
      Type.Object({ at: Type.String({ format: 'date-time' }), phones: Type.Integer(), by: Type.String() }),
    ),
  },
  {
    description: 'The newest run since the start, and what is planned',
    examples: [
      {
        run: {
          by: 'anna',
          startedAt: '2026-01-05T08:02:00.000Z',
          endedAt: null,
          phones: 14,
          asked: 10,
          fetched: 8,
          stuck: 0,
          skipped: 0,
        },
        plan: { at: '2026-01-06T02:00:00.000Z', phones: 3, by: 'anna' },
      },
    ],
  },
);
export type ResyncsAnswer = Static<typeof ResyncsAnswer>;

export const ResyncsBody = Type.Object(
  {
    phones: Type.Optional(
      Type.Array(Type.String({ maxLength: 32 }), {
        maxItems: 10_000,
        description: 'MAC addresses; left out: all approved phones',
      }),
    ),
    when: oneOf(['now', 'tonight'], { description: 'tonight: at three by the clock of the site' }),
  },
  { additionalProperties: false, examples: [{ phones: ['001565aabbcc'], when: 'now' }] },
);
