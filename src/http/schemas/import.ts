import { type Static, Type } from 'typebox';
import { Mac, oneOf } from './common.ts';

const EFFECTS = ['new', 'changed', 'unchanged', 'refused'] as const;
const CHANGES = [
  'state',
  'extensions',
  'vendor',
  'model',
  'settings',
  'new-extension',
  'display-name',
  'auth-name',
  'password',
  'voicemail',
  'language',
] as const;

/** Any bytes: what is wrong with them is told row by row. */
export const PhoneList = Type.Unsafe<unknown>({
  description:
    'A list of phones: UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs. Columns: mac, extension, display_name, ' +
    'password, auth_name, voicemail, language, vendor, model, setting.<name>; extension_2 … for more lines.',
  examples: ['mac,extension,display_name\r\n00:15:65:aa:bb:cc,101,Empfang\r\n'],
});

export const ImportQuery = Type.Object(
  {
    partial: Type.Optional(
      oneOf(['true', 'false'], { description: 'true: import the good rows of a list that has bad ones' }),
    ),
  },
  { additionalProperties: false },
);

export const ImportAnswer = Type.Object(
  {
    stored: Type.Boolean({ description: 'false: nothing was written' }),
    counts: Type.Object({
      new: Type.Integer(),
      changed: Type.Integer(),
      unchanged: Type.Integer(),
      refused: Type.Integer(),
    }),
    effects: Type.Array(
      Type.Object({
        line: Type.Integer({ description: 'In the file; the header is line 1' }),
        mac: Mac,
        extensions: Type.Array(Type.String(), { description: 'Line 1 first' }),
        effect: oneOf(EFFECTS),
        changes: Type.Array(oneOf(CHANGES), { description: 'What becomes different' }),
        reason: Type.String({ description: 'Why it is refused, one sentence; else empty' }),
      }),
    ),
    faults: Type.Array(
      Type.Object({ line: Type.Integer(), column: Type.String(), saw: Type.String(), wanted: Type.String() }),
      { description: 'What could not be read, the first 100 by line; these rows are refused' },
    ),
    moreFaults: Type.Integer({ description: 'How many there are besides' }),
  },
  {
    examples: [
      {
        stored: true,
        counts: { new: 1, changed: 0, unchanged: 0, refused: 0 },
        effects: [
          {
            line: 2,
            mac: '001565aabbcc',
            extensions: ['101'],
            effect: 'new',
            changes: ['new-extension'],
            reason: '',
          },
        ],
        faults: [],
        moreFaults: 0,
      },
    ],
  },
);
export type ImportAnswer = Static<typeof ImportAnswer>;

export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const;

export const ExportQuery = Type.Object(
  {
    passwords: Type.Optional(
      oneOf(['true', 'false'], { description: 'true: SIP passwords in clear; takes the role admin' }),
    ),
    delimiter: Type.Optional(
      oneOf(['comma', 'semicolon', 'tab'], { description: 'semicolon: for spreadsheets that write 1,5' }),
    ),
  },
  { additionalProperties: false },
);

export const ExportAnswer = Type.String({
  description: 'The list that an import reads',
  examples: [
    'mac,extension,display_name,auth_name,voicemail,language,vendor,model\r\n00:15:65:aa:bb:cc,101,Empfang,101,,de,…\r\n',
  ],
});
