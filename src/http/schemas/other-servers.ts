import { type Static, Type } from 'typebox';
import { nullableNumber, nullableText, nullableTime } from './common.ts';

const OtherServerAnswer = Type.Object({
  id: Type.String({ description: 'The MAC address, or the IPv4 address where none is to be seen' }),
  address: Type.String(),
  mac: nullableText({ description: 'By the neighbour table; null: it stands behind a router, or on this host' }),
  make: nullableText({ description: 'Whose MAC address it is, among the makes of phones that are known' }),
  ownHost: Type.Boolean({ description: 'It runs on this very host' }),
  heardAt: Type.String({ description: 'Our own address on the LAN where it was heard' }),
  status: nullableNumber('Its answer to the SUBSCRIBE; null: it sends NOTIFYs only'),
  says: nullableText({ description: 'What it calls itself: its claim' }),
  url: nullableText({ description: 'Where it sends phones; null: it names nothing' }),
  wanted: Type.Boolean({ description: 'A person called it wanted: nobody is warned of it' }),
  firstSeenAt: Type.String({ format: 'date-time' }),
  lastSeenAt: Type.String({ format: 'date-time' }),
});

export const OtherServersAnswer = Type.Object(
  {
    checkMinutes: Type.Integer({ description: 'How often the LAN is asked; 0: never. See `trust` of the site.' }),
    checkedAt: nullableTime('When it was asked last; null: not yet'),
    checking: Type.Boolean({ description: 'It is being asked now' }),
    problem: nullableText({ description: 'Why it could not be asked everywhere; null: it could' }),
    items: Type.Array(OtherServerAnswer),
  },
  {
    examples: [
      {
        checkMinutes: 10,
        checkedAt: '2026-01-05T08:00:00.000Z',
        checking: false,
        problem: null,
        items: [
          {
            id: '525400a1b2c3',
            address: '192.168.10.9',
            mac: '525400a1b2c3',
            make: null,
            ownHost: false,
            heardAt: '192.168.10.2',
            status: 200,
            says: 'FPBX-16.0.40(18.9.0)',
            url: 'http://192.168.10.9:83/',
            wanted: false,
            firstSeenAt: '2026-01-05T07:50:00.000Z',
            lastSeenAt: '2026-01-05T08:00:00.000Z',
          },
        ],
      },
    ],
  },
);
export type OtherServersAnswer = Static<typeof OtherServersAnswer>;

export const ServerParams = Type.Object({
  id: Type.String({ description: 'The `id` of the server', examples: ['525400a1b2c3'], maxLength: 40 }),
});
export type ServerParams = Static<typeof ServerParams>;
