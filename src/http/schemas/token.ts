import { type Static, Type } from 'typebox';
import { ROLES } from '../web-doors.ts';
import { nullableTime, oneOf } from './common.ts';

const FACTS = {
  id: Type.String(),
  name: Type.String({ description: 'Goes to the audit as the actor' }),
  role: oneOf(ROLES),
  createdAt: Type.String({ format: 'date-time' }),
  lastUsedAt: nullableTime('Null: not used yet'),
};

const EXAMPLE = {
  id: '3',
  name: 'anna',
  role: 'technician',
  createdAt: '2026-01-05T07:00:00.000Z',
  lastUsedAt: null,
};

export const TokenAnswer = Type.Object(FACTS, { examples: [EXAMPLE] });
export type TokenAnswer = Static<typeof TokenAnswer>;

export const TokenList = Type.Object({ items: Type.Array(TokenAnswer) }, { examples: [{ items: [EXAMPLE] }] });

export const CreatedTokenAnswer = Type.Object(
  { ...FACTS, token: Type.String({ description: 'Shown this once: only its digest is kept' }) },
  { examples: [{ ...EXAMPLE, token: 'plt_…' }] },
);

export const TokenBody = Type.Object(
  {
    name: Type.String({
      maxLength: 64,
      pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]*$',
      description: 'a name of letters and digits',
    }),
    role: oneOf(ROLES),
  },
  { additionalProperties: false, examples: [{ name: 'anna', role: 'technician' }] },
);

export const TokenParams = Type.Object({ id: Type.String({ examples: ['3'] }) });
