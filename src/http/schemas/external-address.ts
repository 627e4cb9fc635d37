import { type Static, Type } from 'typebox';
import { nullableText, nullableTime, oneOf, PageLimit } from './common.ts';

const Source = oneOf(['upnp', 'fixed', 'name', 'sip'], {
  description:
    "upnp: the router. fixed: as typed. name: of the DNS name. sip: what the site's SIP server sees; it never decides",
});

const Reading = Type.Object({
  source: Source,
  decides: Type.Boolean({ description: 'Is it the source that the site has chosen?' }),
  address: nullableText({ description: 'The last good answer; null: there never was one' }),
  kind: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    enum: [
      'public',
      'private',
      'cgnat',
      'link-local',
      'loopback',
      'documentation',
      'benchmark',
      'multicast',
      'reserved',
      'unspecified',
      null,
    ],
    description: 'What the address is good for: all but `public` cannot be reached from the Internet',
  }),
  confirmedAt: nullableTime('When the address was last confirmed'),
  problem: nullableText({ description: 'Why the last try failed; then the address is as old as `confirmedAt` says' }),
});

const ADDRESS = '128.66.0.5';

export const ExternalAddressAnswer = Type.Object(
  {
    address: nullableText({ description: 'The one in force; null: not known (yet)' }),
    since: nullableTime('Since when the office has it'),
    disputed: Type.Boolean({ description: 'Two fresh sources name different addresses' }),
    readings: Type.Array(Reading, { description: 'What each source says' }),
  },
  {
    examples: [
      {
        address: ADDRESS,
        since: '2026-01-05T08:02:11.250Z',
        disputed: false,
        readings: [
          {
            source: 'upnp',
            decides: true,
            address: ADDRESS,
            kind: 'public',
            confirmedAt: '2026-01-07T07:59:40.000Z',
            problem: null,
          },
        ],
      },
    ],
  },
);
export type ExternalAddressAnswer = Static<typeof ExternalAddressAnswer>;

export const AddressHistoryQuery = Type.Object(
  {
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

export const AddressHistory = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        address: Type.String(),
        source: oneOf(['upnp', 'fixed', 'name']),
        since: Type.String({ format: 'date-time' }),
        until: nullableTime('Null: the office still has it'),
        seconds: Type.Integer({ description: 'How long; up to now, if it still has it' }),
      }),
      { description: 'Newest first' },
    ),
  },
  {
    examples: [
      {
        items: [
          { address: ADDRESS, source: 'upnp', since: '2026-01-05T08:02:11.250Z', until: null, seconds: 172_668 },
          {
            address: '128.66.7.9',
            source: 'upnp',
            since: '2026-01-04T08:02:11.250Z',
            until: '2026-01-05T08:02:11.250Z',
            seconds: 86_400,
          },
        ],
      },
    ],
  },
);
export type AddressHistory = Static<typeof AddressHistory>;
