import { type Static, Type } from 'typebox';
import { vendors } from '../../vendors/all.ts';
import { Mac, nullableText, nullableTime } from './common.ts';
import { DiffAnswer } from './site-preview.ts';

const EXAMPLE_VENDOR = vendors[0]?.id ?? '';

export const OverrideList = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        vendor: Type.String(),
        files: Type.Array(
          Type.Object({ file: Type.String(), changedAt: nullableTime('null: the site has none, ours is used') }),
        ),
        notes: Type.Array(Type.String(), { description: 'Overrides that find nothing, files that are broken' }),
      }),
    ),
  },
  {
    examples: [
      {
        items: [
          {
            vendor: EXAMPLE_VENDOR,
            files: [
              { file: 'overrides.json', changedAt: '2026-01-05T08:01:59.120Z' },
              { file: 'phone.cfg.hbs', changedAt: null },
            ],
            notes: ['override "lang.gui" of Yealink: there is no such key to set in phone.cfg'],
          },
        ],
      },
    ],
  },
);

export const OverrideParams = Type.Object({
  vendor: Type.String({ description: 'Id of a vendor', examples: [EXAMPLE_VENDOR] }),
  file: Type.String({ description: '`overrides.json`, or a template `<name>.hbs`', examples: ['overrides.json'] }),
});

export const OverrideAnswer = Type.Object(
  {
    vendor: Type.String(),
    file: Type.String(),
    ours: nullableText({ description: 'Our template; null for overrides.json' }),
    site: nullableText({ description: "The site's; null: there is none" }),
    version: Type.String({ description: 'Give it with a PUT, so that nobody else’s edit is lost' }),
  },
  {
    examples: [
      { vendor: EXAMPLE_VENDOR, file: 'overrides.json', ours: null, site: '{"set":{}}\n', version: '9f86d081884c7d65' },
    ],
  },
);
export type OverrideAnswer = Static<typeof OverrideAnswer>;

/** Characters: some ten times our longest template. */
const LONGEST_TEXT = 200_000;
const TEXT = Type.String({ maxLength: LONGEST_TEXT, description: 'the file as a text' });

export const OverrideBody = Type.Object(
  {
    text: TEXT,
    version: Type.Optional(
      Type.String({ maxLength: 16, description: 'of the text that was edited; left out: whatever is there' }),
    ),
  },
  { additionalProperties: false, examples: [{ text: '{"set":{"local_time.date_format":"5"}}', version: 'none' }] },
);

export const OverridePreviewBody = Type.Object(
  {
    text: TEXT,
    mac: Type.Optional(
      Type.String({ maxLength: 32, description: 'Phone to try it with; left out: a sample of the make' }),
    ),
  },
  { additionalProperties: false, examples: [{ text: '{"set":{"local_time.date_format":"5"}}', mac: '001565aabbcc' }] },
);

export const OverridePreviewAnswer = Type.Object(
  {
    mac: Type.Unsafe<string | null>({ ...Mac, type: ['string', 'null'], description: 'null: a sample phone' }),
    files: Type.Array(
      Type.Object({
        file: Type.String(),
        text: Type.String({ description: 'Every secret is masked' }),
        diff: DiffAnswer,
      }),
    ),
    notes: Type.Array(Type.String()),
  },
  {
    examples: [
      {
        mac: '001565aabbcc',
        files: [
          {
            file: '001565aabbcc.cfg',
            text: 'local_time.date_format = 5\n',
            diff: [{ kind: 'added', text: 'local_time.date_format = 5' }],
          },
        ],
        notes: [],
      },
    ],
  },
);
export type OverridePreviewAnswer = Static<typeof OverridePreviewAnswer>;
