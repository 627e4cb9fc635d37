import { type Static, Type } from 'typebox';
import { VOICEMAIL_NUMBER } from '../../core/extension.ts';
import { Mac, PageLimit, PLAIN_TEXT, pageOf } from './common.ts';

const EXAMPLE = {
  number: '101',
  displayName: 'Empfang',
  authName: '101',
  voicemail: '',
  language: '',
  phones: ['001565aabbcc'],
  lines: [{ phone: '001565aabbcc', line: 1 }],
};

/** The password is not among these fields, and never will be. */
export const ExtensionAnswer = Type.Object(
  {
    number: Type.String(),
    displayName: Type.String(),
    authName: Type.String({ description: 'Name that the phone proves itself with; usually the number' }),
    voicemail: Type.String({ description: "Number of the mailbox; empty: the site's" }),
    language: Type.String({
      description: "BCP 47 primary tag, of the phone that has it on line 1; empty: the phone's or the site's own",
    }),
    phones: Type.Array(Mac, { description: 'Approved phones that have it on a line' }),
    lines: Type.Array(Type.Object({ phone: Mac, line: Type.Integer({ description: 'From 1' }) }), {
      description: 'On which line of which phone it is',
    }),
  },
  { examples: [EXAMPLE] },
);
export type ExtensionAnswer = Static<typeof ExtensionAnswer>;

export const ExtensionList = pageOf(ExtensionAnswer, [EXAMPLE]);

export const ExtensionListQuery = Type.Object(
  {
    limit: Type.Optional(PageLimit),
    cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the piece before' })),
    q: Type.Optional(Type.String({ maxLength: 64, description: 'Part of the number or the name' })),
  },
  { additionalProperties: false },
);

export const ExtensionParams = Type.Object({
  number: Type.String({ description: 'The number; `#` is written %23', examples: ['101'] }),
});

/** Characters. RFC 3261 sets no limit; no phone shows or takes more. */
export const LONGEST_NAME = 100;

function text(minLength: number, description: string) {
  return Type.Optional(
    Type.String({
      minLength,
      maxLength: LONGEST_NAME,
      pattern: PLAIN_TEXT,
      description: `text in one line: ${description}`,
    }),
  );
}

export const ExtensionBody = Type.Object(
  {
    displayName: text(0, 'what the phone shows'),
    authName: text(1, 'usually the number'),
    password: text(1, 'written, never read'),
    voicemail: Type.Optional(
      Type.String({
        pattern: VOICEMAIL_NUMBER.source,
        description: 'number of the mailbox: up to 32 characters 0-9 A-Z a-z . _ + * # -, or nothing',
      }),
    ),
    language: Type.Optional(
      Type.String({
        pattern: '^(?:[A-Za-z]{2,3})?$',
        description: "a language as en, de, fr (BCP 47 primary tag), or nothing for the phone's or the site's own",
      }),
    ),
  },
  { additionalProperties: false, examples: [{ displayName: 'Empfang', password: 'b7Kq…' }] },
);
