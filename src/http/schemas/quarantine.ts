import { type Static, Type } from 'typebox';
import { FILTER_ACTIONS } from '../../core/check-filter-rules.ts';
import { FAILURE_KINDS } from '../../core/quarantine.ts';
import { nullableText, oneOf } from './common.ts';

const Address = Type.String({
  maxLength: 15,
  pattern: '^(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}$',
  description: 'an IPv4 address',
  examples: ['192.168.10.66'],
});

export const AddressParams = Type.Object({ address: Address });

const ENTRY_EXAMPLE = {
  address: '192.168.10.66',
  mac: '001565aabbcc',
  reason: 'bad-token' as const,
  explanation: 'many different tokens in URLs that no phone has',
  since: '2026-01-05T08:02:14.003Z',
  until: '2026-01-05T08:03:14.003Z',
  times: 1,
};

export const QuarantineAnswer = Type.Object(
  {
    address: Type.String({ description: 'IPv4' }),
    mac: nullableText({
      description:
        'Who stood behind the address by the neighbour table: the entry is about this one. Null: not known, it is about the address.',
    }),
    reason: oneOf(FAILURE_KINDS, {
      description:
        'malformed-sip, false-name: datagrams from there are not read. wrong-password: neither those nor its requests for files, and it cannot log in. The others: neither datagrams nor requests.',
    }),
    explanation: Type.String({ description: 'The reason in words' }),
    since: Type.String({ format: 'date-time' }),
    until: Type.String({ format: 'date-time' }),
    times: Type.Integer({ description: 'How often in a row: each time for longer' }),
  },
  { examples: [ENTRY_EXAMPLE] },
);
export type QuarantineAnswer = Static<typeof QuarantineAnswer>;

export const QuarantineList = Type.Object(
  { items: Type.Array(QuarantineAnswer, { description: 'Those that go on, newest first' }) },
  { examples: [{ items: [ENTRY_EXAMPLE] }] },
);

const Decision = Type.Object({
  action: oneOf(FILTER_ACTIONS),
  because: oneOf(['own', 'rule', 'on-link', 'routed', 'elsewhere'], {
    description:
      'own: an address of this host. rule: see `rule`. on-link: on the link of a served interface. routed: in a network of `routedNetworks`. elsewhere: none of these.',
  }),
  rule: Type.Union([Type.Integer({ description: 'Position of the rule, from 1' }), Type.Null()]),
});

export const SourceAnswer = Type.Object(
  {
    address: Type.String(),
    sip: Decision,
    http: Decision,
    quarantine: Type.Union([QuarantineAnswer, Type.Null()]),
  },
  {
    examples: [
      {
        address: '192.168.10.66',
        sip: { action: 'drop', because: 'rule', rule: 2 },
        http: { action: 'allow', because: 'on-link', rule: null },
        quarantine: null,
      },
    ],
  },
);
export type SourceAnswer = Static<typeof SourceAnswer>;
