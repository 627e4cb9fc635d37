import { type Static, Type } from 'typebox';
import { GATEWAY_ADVICE } from '../../upnp/gateway-advice.ts';
import { nullable, nullableNumber, nullableText, nullableTime, oneOf } from './common.ts';

const nullableBoolean = (description: string) =>
  Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], description });

const ErrorAnswer = Type.Object(
  {
    kind: oneOf(
      [
        'upnp',
        'pcp',
        'other-port',
        'refused',
        'timeout',
        'unreachable',
        'malformed',
        'too-large',
        'redirected',
        'unsupported',
      ],
      {
        description:
          'upnp, pcp: the router said no, with `code`. other-port: it gave `grantedPort` instead. refused: nothing listens there any more. ' +
          'timeout, unreachable: no answer. malformed, too-large, redirected: no answer that a router should give. unsupported: it cannot be asked that.',
      },
    ),
    code: nullableNumber('Error code of the IGD, or result code of PCP (RFC 6887) and NAT-PMP (RFC 6886)'),
    grantedPort: nullableNumber('The external port that was given instead of the wanted one'),
    text: Type.String({ description: 'In the words of the router, or what was seen and wanted' }),
  },
  { description: 'What went wrong last; null: nothing' },
);

const Trouble = Type.Object(
  {
    advice: oneOf(GATEWAY_ADVICE, { description: 'What to do about it, as a word that never changes its meaning' }),
    seen: Type.String({ description: "The router's answer in the protocol's own words" }),
    message: Type.String({ description: 'What that means and what to do about it, for people' }),
  },
  { description: 'Null: there is none' },
);

const TROUBLE_EXAMPLE = {
  advice: 'choose-other-port',
  seen: 'UDP 5060 leads to 192.168.10.30',
  message:
    'UDP 5060 leads to 192.168.10.30, and is not taken away from it. What to do: choose another external port here, or free this one there or in the router.',
};

const Gateway = Type.Object({
  kind: oneOf(['igd', 'pcp', 'nat-pmp'], { description: 'The protocol that it is asked by' }),
  id: Type.String(),
  address: Type.String({ description: 'On the LAN' }),
  localAddress: Type.String({ description: 'Our own address there' }),
  name: nullableText(),
  manufacturer: nullableText(),
  model: nullableText(),
  serviceType: nullableText({ description: 'Of an IGD' }),
  defaultRouter: Type.Boolean({ description: "Is it the router of this host's default route?" }),
});

const Mapping = Type.Object({
  protocol: oneOf(['UDP', 'TCP']),
  externalPort: Type.Integer(),
  internalPort: Type.Integer(),
  internalClient: Type.String({ description: 'IPv4 address of the host that gets the traffic' }),
  description: Type.String({ description: "As the router's own table shows it" }),
  state: oneOf(['wanted', 'mapped', 'conflict', 'refused', 'failing', 'no-gateway'], {
    description:
      'wanted: on its way. mapped: open. conflict: another host holds the port. refused: the router says no. ' +
      'failing: it does not work, and is tried again. no-gateway: there is no router to ask.',
  }),
  since: Type.String({ format: 'date-time' }),
  heldBy: nullableText({ description: 'The other host, in a conflict, where the router tells it' }),
  leaseSeconds: nullableNumber('As granted; 0: permanent; null: none'),
  expiresAt: nullableTime('Null: permanent, or not mapped'),
  nextAt: nullableTime('When it is renewed, looked at or tried again'),
  error: nullable(ErrorAnswer),
  trouble: nullable(Trouble),
});

const GATEWAY_EXAMPLE = {
  kind: 'igd',
  id: 'uuid:75802409-bccb-40e7-8e6c-3810d5f5a1b2',
  address: '192.168.10.1',
  localAddress: '192.168.10.2',
  name: 'FRITZ!Box 7590',
  manufacturer: 'AVM Berlin',
  model: 'FRITZ!Box 7590',
  serviceType: 'urn:schemas-upnp-org:service:WANIPConnection:2',
  defaultRouter: true,
};

export const PortMappingsAnswer = Type.Object(
  {
    enabled: Type.Boolean({ description: 'Has a person switched on that ports are opened?' }),
    search: Type.Object({
      state: oneOf(['idle', 'searching', 'found', 'none']),
      at: nullableTime('End of the last search'),
      from: nullableText({ description: 'Own address that it left from' }),
    }),
    gateway: nullable(Gateway),
    gatewaySince: nullableTime('Since when it is used'),
    otherGateways: Type.Array(Gateway, { description: 'Others that answered: not used' }),
    refusedAnswers: Type.Array(Type.Object({ address: Type.String(), reason: Type.String() }), {
      description: 'Answers that were not believed',
    }),
    status: nullable(
      Type.Object(
        {
          externalAddress: nullableText({ description: 'Null: `seen` is no address' }),
          seen: Type.String({ description: 'As the router wrote it' }),
          connected: nullableBoolean('Null: it does not tell'),
          connection: nullableText({ description: 'In its own word' }),
          uptimeSeconds: nullableNumber('Of the connection'),
          at: nullableTime('When it said so'),
        },
        { description: "The router's last answer about its connection" },
      ),
    ),
    statusError: nullable(ErrorAnswer),
    statusTrouble: nullable(Trouble),
    onlyPermanent: Type.Boolean({ description: 'The router takes entries without an end only' }),
    rebootedAt: nullableTime('The last time that the router lost its state, since our start'),
    mappings: Type.Array(Mapping, { description: 'One entry for each port' }),
    notes: Type.Array(Type.String(), {
      description: 'What the site asks for and some routers do not do, one sentence each',
    }),
  },
  {
    examples: [
      {
        enabled: true,
        search: { state: 'found', at: '2026-01-07T06:30:00.000Z', from: '192.168.10.2' },
        gateway: GATEWAY_EXAMPLE,
        gatewaySince: '2026-01-07T06:30:00.000Z',
        otherGateways: [],
        refusedAnswers: [],
        status: {
          externalAddress: '128.66.0.5',
          seen: '128.66.0.5',
          connected: true,
          connection: 'Connected',
          uptimeSeconds: 86_400,
          at: '2026-01-07T07:59:40.000Z',
        },
        statusError: null,
        statusTrouble: null,
        onlyPermanent: false,
        rebootedAt: null,
        mappings: [
          {
            protocol: 'UDP',
            externalPort: 5060,
            internalPort: 5060,
            internalClient: '192.168.10.2',
            description: 'Plugtone SIP',
            state: 'conflict',
            since: '2026-01-07T06:30:01.000Z',
            heldBy: '192.168.10.30',
            leaseSeconds: null,
            expiresAt: null,
            nextAt: '2026-01-07T08:05:00.000Z',
            error: { kind: 'upnp', code: 718, grantedPort: null, text: 'ConflictInMappingEntry' },
            trouble: TROUBLE_EXAMPLE,
          },
        ],
        notes: [],
      },
    ],
  },
);
export type PortMappingsAnswer = Static<typeof PortMappingsAnswer>;

export const MappingTests = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        protocol: oneOf(['UDP', 'TCP']),
        externalPort: Type.Integer(),
        mapped: nullableBoolean('The router has the entry, and it leads where it should; null: it cannot be asked'),
        heard: nullableBoolean('A program of this host listens on the internal port; null: it leads to another host'),
        cameBack: nullableBoolean(
          'What was sent to the own external address came back through the router, which many routers never let happen; null: not tried',
        ),
      }),
    ),
  },
  {
    examples: [{ items: [{ protocol: 'UDP', externalPort: 10_000, mapped: true, heard: false, cameBack: true }] }],
  },
);
export type MappingTests = Static<typeof MappingTests>;
