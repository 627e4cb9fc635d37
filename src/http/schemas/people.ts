import { type Static, Type } from 'typebox';
import { LONGEST_PASSWORD } from '../../core/check-new-password.ts';
import { ROLES } from '../../core/role.ts';
import { nullableText, nullableTime, oneOf } from './common.ts';
import { SiteBody } from './site.ts';

const Time = (description: string) => Type.String({ format: 'date-time', description });

/** What is compared only: any length that a person types. */
const Password = Type.String({ minLength: 1, maxLength: 1_000, description: 'text in quotes' });
const NewPassword = Type.String({
  minLength: 1,
  maxLength: 2 * LONGEST_PASSWORD,
  description: 'text in quotes, 10 to 128 characters that nobody guesses',
});
const UserName = Type.String({ minLength: 1, maxLength: 200, description: 'a name of letters and digits' });

const USER = { id: '9f2c61d04be7', name: 'anna', role: 'admin' } as const;
const USER_EXAMPLE = {
  ...USER,
  createdAt: '2026-01-05T07:00:00.000Z',
  passwordChangedAt: '2026-01-05T07:00:00.000Z',
  lastLogInAt: '2026-01-07T08:00:00.000Z',
};

export const SetupAnswer = Type.Object(
  { needed: Type.Boolean({ description: 'Nobody may log in yet' }) },
  { examples: [{ needed: true }] },
);

export const SetupBody = Type.Object(
  {
    code: Type.String({ maxLength: 200, description: 'the setup code of the log' }),
    user: UserName,
    password: NewPassword,
    site: Type.Optional(SiteBody),
  },
  {
    additionalProperties: false,
    examples: [
      {
        code: 'K7M-2QX-…',
        user: 'anna',
        password: 'a few words of your own',
        site: {
          settings: {
            sipServer: 'pbx.example',
            timeZone: 'Europe/Berlin',
            language: 'de',
            toneCountry: 'DE',
            ntpServer: 'pool.ntp.org',
          },
        },
      },
    ],
  },
);

export const LogInBody = Type.Object(
  { user: Type.String({ maxLength: 200, description: 'a user name' }), password: Password },
  { additionalProperties: false, examples: [{ user: 'anna', password: 'a few words of your own' }] },
);

export const WhoAnswer = Type.Object(
  {
    ...{ id: Type.String(), name: Type.String(), role: oneOf(ROLES) },
    by: oneOf(['session', 'token'], { description: 'How the request was recognised' }),
    csrfToken: nullableText({ description: 'To be sent back as X-CSRF-Token by unsafe requests; null with a token' }),
  },
  { examples: [{ ...USER, by: 'session', csrfToken: '5mQ8…' }] },
);
export type WhoAnswer = Static<typeof WhoAnswer>;

export const LogOutQuery = Type.Object(
  { everywhere: Type.Optional(Type.Integer({ minimum: 0, maximum: 1, description: '1: all sessions of this user' })) },
  { additionalProperties: false },
);

export const PasswordBody = Type.Object(
  { oldPassword: Password, newPassword: NewPassword },
  { additionalProperties: false, examples: [{ oldPassword: 'the old words', newPassword: 'a few words of your own' }] },
);

export const SessionAnswer = Type.Object({
  id: Type.String(),
  createdAt: Time('When the log-in was'),
  lastUsedAt: Time('To the minute'),
  endsAt: Time('If nobody uses it any more'),
  userAgent: Type.String({ description: 'As the browser said' }),
  address: Type.String({ description: 'Where the log-in came from' }),
  isCurrent: Type.Boolean({ description: 'The one that asks' }),
});
export type SessionAnswer = Static<typeof SessionAnswer>;

export const SessionList = Type.Object(
  { items: Type.Array(SessionAnswer) },
  {
    examples: [
      {
        items: [
          {
            id: '1d0c6a7be942',
            createdAt: '2026-01-07T08:00:00.000Z',
            lastUsedAt: '2026-01-07T09:12:00.000Z',
            endsAt: '2026-01-07T21:12:00.000Z',
            userAgent: 'Mozilla/5.0 …',
            address: '192.168.10.20',
            isCurrent: true,
          },
        ],
      },
    ],
  },
);

export const UserAnswer = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: oneOf(ROLES),
    createdAt: Time('When it was made'),
    passwordChangedAt: Time('When the password was set last'),
    lastLogInAt: nullableTime('Null: never'),
  },
  { examples: [USER_EXAMPLE] },
);
export type UserAnswer = Static<typeof UserAnswer>;

export const UserList = Type.Object({ items: Type.Array(UserAnswer) }, { examples: [{ items: [USER_EXAMPLE] }] });

export const UserBody = Type.Object(
  { name: UserName, role: oneOf(ROLES), password: NewPassword },
  {
    additionalProperties: false,
    examples: [{ name: 'theo', role: 'technician', password: 'a few words of his own' }],
  },
);

export const UserPatchBody = Type.Object(
  { role: Type.Optional(oneOf(ROLES)), password: Type.Optional(NewPassword) },
  { additionalProperties: false, examples: [{ role: 'viewer' }] },
);

export const PersonParams = Type.Object({ id: Type.String({ maxLength: 64, examples: ['9f2c61d04be7'] }) });
