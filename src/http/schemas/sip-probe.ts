import { type Static, Type } from 'typebox';
import { nullableNumber, nullableText, oneOf } from './common.ts';

export const ProbeBody = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 255, description: 'a host name or address' }),
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: "0: the transport's own" })),
    transport: Type.Optional(oneOf(['udp', 'tcp', 'tls'])),
  },
  { additionalProperties: false, examples: [{ host: 'pbx.example', port: 0, transport: 'udp' }] },
);

/** A null: not of this outcome. */
export const ProbeAnswer = Type.Object(
  {
    outcome: oneOf(['answered', 'no-answer', 'refused', 'name-unknown', 'not-sip']),
    sentence: Type.String({ description: 'The same for people' }),
    status: nullableNumber('SIP status'),
    server: nullableText({ description: 'Its Server or User-Agent header' }),
    afterMs: nullableNumber('Milliseconds until it answered'),
  },
  {
    examples: [
      {
        outcome: 'answered',
        sentence: 'The SIP server answers 200 OK after 3 ms. It says it is "Asterisk PBX".',
        status: 200,
        server: 'Asterisk PBX',
        afterMs: 3,
      },
    ],
  },
);
export type ProbeAnswer = Static<typeof ProbeAnswer>;
