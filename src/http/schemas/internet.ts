import { type Static, Type } from 'typebox';
import { LEAST_POLL_SECONDS, MOST_POLL_SECONDS } from '../../core/check-internet.ts';
import { LONGEST_DESCRIPTION, MOST_ROWS } from '../../core/check-port-mappings.ts';
import { MOST_PORTS_OF_A_ROW } from '../../core/internet.ts';
import { nullableText, oneOf } from './common.ts';

const PROTOCOLS = ['UDP', 'TCP'] as const;
const SOURCES = ['upnp', 'fixed', 'name'] as const;

const port = (description: string) => Type.Integer({ description });

const ROW = {
  protocol: oneOf(PROTOCOLS),
  externalPort: port('The first one, 1-65535'),
  internalPort: port('The first one, 1-65535'),
  count: Type.Integer({
    description: `Ports in a row, 1-${MOST_PORTS_OF_A_ROW}: each is an entry in the router's table`,
  }),
  internalClient: nullableText({
    description: 'Private IPv4 address of the host that gets the traffic; null: this appliance',
  }),
  description: Type.String({
    description: `Shows behind our name in the router's own table: at most ${LONGEST_DESCRIPTION} printable ASCII characters without < > & " '`,
  }),
};

const ROW_EXAMPLE = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: '192.168.10.5',
  description: 'SIP',
};

const SETTINGS = {
  mapPorts: Type.Boolean({ description: 'Open the ports of `portMappings` to the Internet' }),
  searchFrom: nullableText({
    description: 'Own IPv4 address on the LAN where a router is looked for; null: that of the default route',
  }),
  addressSource: oneOf(SOURCES, {
    description:
      'Who decides what the external address is. upnp: the router is asked. fixed: `fixedAddress`. name: `hostName` is looked up.',
  }),
  pollSeconds: Type.Integer({
    description: `Seconds between two questions to the router, ${LEAST_POLL_SECONDS}-${MOST_POLL_SECONDS}; 0: it is never asked`,
  }),
  fixedAddress: nullableText({ description: 'IPv4 address' }),
  hostName: nullableText({ description: 'DNS name with an A record' }),
  webhookUrl: nullableText({
    description: 'http:// or https:// address that is told of each new external address, signed with `webhookSecret`',
  }),
};

export const INTERNET_EXAMPLE = {
  mapPorts: true,
  portMappings: [ROW_EXAMPLE],
  searchFrom: null,
  addressSource: 'upnp',
  pollSeconds: 60,
  fixedAddress: null,
  hostName: null,
  webhookUrl: 'https://example.com/plugtone',
};

export const InternetSettingsAnswer = Type.Object(
  { ...SETTINGS, portMappings: Type.Array(Type.Object(ROW)) },
  { description: 'How the office is reached from outside' },
);
export type InternetSettingsAnswer = Static<typeof InternetSettingsAnswer>;

/** Ranges are judged by `check-internet`, which knows how fields belong together. */
export const InternetSettingsBody = Type.Object(
  {
    ...Type.Partial(Type.Object(SETTINGS)).properties,
    portMappings: Type.Optional(
      Type.Array(
        Type.Object(
          {
            protocol: ROW.protocol,
            externalPort: ROW.externalPort,
            internalPort: Type.Optional(port('The first one; left out: the external one')),
            count: Type.Optional(Type.Integer({ description: 'Ports in a row; left out: 1' })),
            internalClient: Type.Optional(ROW.internalClient),
            description: Type.Optional(Type.String({ description: 'Left out: none' })),
          },
          { additionalProperties: false },
        ),
        { maxItems: MOST_ROWS, description: 'Replaces all rows' },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'How the office is reached from outside. Fields that are left out stay as they are.',
  },
);
export type InternetSettingsBody = Static<typeof InternetSettingsBody>;

/** Long enough that nobody guesses it: 16 characters of 64 are 96 bits. */
export const LEAST_SECRET = 16;
export const MOST_SECRET = 128;
const SECRET_CHARACTERS = '[\\x21-\\x7e]';
export const WEBHOOK_SECRET = new RegExp(`^${SECRET_CHARACTERS}{${LEAST_SECRET},${MOST_SECRET}}$`);

export const WebhookSecretBody = nullableText({
  minLength: LEAST_SECRET,
  maxLength: MOST_SECRET,
  pattern: `^${SECRET_CHARACTERS}*$`,
  description: `${LEAST_SECRET}-${MOST_SECRET} printable ASCII characters without blanks: signs what the webhook is told, written, never read; null takes it away`,
});
