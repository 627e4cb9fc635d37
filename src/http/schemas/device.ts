import { type Static, Type } from 'typebox';
import { Mac, nullableText, nullableTime, oneOf, PageLimit, PLAIN_TEXT, pageOf } from './common.ts';

export const DEVICE_STATES = ['pending', 'approved', 'blocked'] as const;

const EXAMPLE = {
  mac: '001565aabbcc',
  state: 'approved',
  vendor: 'example',
  vendorName: 'Example Phones',
  model: 'T46S',
  firmware: '66.86.0.15',
  address: '192.168.10.41',
  extension: '101',
  extensions: ['101'],
  firstSeenAt: '2026-01-05T08:00:00.000Z',
  lastSeenAt: '2026-01-05T08:02:11.250Z',
  userAgent: 'Example T46S 66.86.0.15',
  words: { vendor: 'Example', model: 'T46S', firmware: '66.86.0.15' },
  webConsole: 'http://192.168.10.41/',
  loggedInAt: null,
  lamps: {
    asked: '2026-01-05T08:02:11.250Z',
    answered: '2026-01-05T08:02:11.251Z',
    notified: '2026-01-05T08:02:11.251Z',
    acknowledged: '2026-01-05T08:02:11.290Z',
    configured: '2026-01-05T08:02:14.003Z',
  },
};

export const DeviceAnswer = Type.Object(
  {
    mac: Mac,
    state: oneOf(DEVICE_STATES, {
      description: 'pending: seen, undecided. approved: has an extension. blocked: never answered.',
    }),
    vendor: nullableText({ description: 'Id of the vendor; null: of a make that is not known here' }),
    vendorName: nullableText({ description: 'For people' }),
    model: nullableText(),
    firmware: nullableText(),
    address: nullableText({ description: 'IPv4 address it was last seen at' }),
    extension: nullableText({ description: 'Line 1; null: not approved' }),
    extensions: Type.Array(Type.String(), { description: 'Line 1 first' }),
    firstSeenAt: Type.String({ format: 'date-time' }),
    lastSeenAt: nullableTime('Null: never seen (imported)'),
    userAgent: Type.String({ description: 'As the phone said it; a claim, empty: not said' }),
    words: Type.Object(
      { vendor: Type.String(), model: Type.String(), firmware: Type.String() },
      { description: 'What else the phone says of itself: claims; empty: not said' },
    ),
    webConsole: nullableText({ description: "Address of the phone's own web page" }),
    loggedInAt: nullableTime(
      'When it first logged in with its present password to fetch its files; null: it did not, or was never asked to',
    ),
    lamps: Type.Object(
      {
        asked: nullableTime('It sent its SUBSCRIBE'),
        answered: nullableTime('We answered 200'),
        notified: nullableTime('We sent its URL'),
        acknowledged: nullableTime('It took the NOTIFY'),
        configured: nullableTime('It fetched its own file'),
      },
      { description: 'When each step of its last boot happened; null: not yet' },
    ),
  },
  { examples: [EXAMPLE] },
);
export type DeviceAnswer = Static<typeof DeviceAnswer>;

export const DeviceList = pageOf(DeviceAnswer, [EXAMPLE]);

export const DeviceListQuery = Type.Object(
  {
    limit: Type.Optional(PageLimit),
    cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the piece before' })),
    state: Type.Optional(oneOf(DEVICE_STATES)),
    vendor: Type.Optional(Type.String({ maxLength: 40, description: 'Id of a vendor; `unknown`: of no known make' })),
    q: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'Part of a MAC address, an IP address, an extension or its name, vendor, model or firmware',
        examples: ['t46'],
      }),
    ),
  },
  { additionalProperties: false },
);

const Extension = Type.String({ minLength: 1, maxLength: 32, description: 'an extension number as text' });

export const ApproveBody = Type.Object(
  {
    extension: Extension,
    moreExtensions: Type.Optional(Type.Array(Extension, { maxItems: 31, description: 'Line 2 and on' })),
    vendor: Type.Optional(
      Type.String({ maxLength: 40, description: 'For a phone whose maker is unknown or recognised wrongly' }),
    ),
    model: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, pattern: PLAIN_TEXT, description: 'text in one line' }),
    ),
    share: Type.Optional(Type.Boolean({ description: 'Let two phones have one extension' })),
  },
  { additionalProperties: false, examples: [{ extension: '101' }] },
);

export const ApproveAnswer = Type.Object(
  {
    device: DeviceAnswer,
    created: Type.Array(Type.String(), {
      description: 'Extensions that did not exist and were made with a drawn password',
    }),
  },
  { examples: [{ device: EXAMPLE, created: ['101'] }] },
);

export const ResyncBody = Type.Object(
  { reboot: Type.Optional(Type.Boolean({ description: 'Restart the phone, where its make knows a difference' })) },
  { additionalProperties: false, examples: [{ reboot: true }] },
);

export const ConfigQuery = Type.Object(
  {
    file: Type.Optional(
      Type.String({ maxLength: 64, description: "Name of one of the vendor's files; left out: the phone's own" }),
    ),
    format: Type.Optional(oneOf(['json', 'raw'], { description: 'raw: the text alone' })),
  },
  { additionalProperties: false },
);

export const ConfigAnswer = Type.Object(
  {
    file: Type.String(),
    contentType: Type.String({ description: 'As the phone gets it' }),
    text: Type.String({ description: 'Every secret is masked' }),
    notes: Type.Array(Type.String(), { description: 'What the file cannot carry' }),
  },
  {
    examples: [
      {
        file: 'phone.cfg',
        contentType: 'text/plain; charset=utf-8',
        text: 'account.1.user_name = 101\naccount.1.password = ••••••\n',
        notes: [],
      },
    ],
  },
);
