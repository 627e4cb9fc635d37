import { type Static, Type } from 'typebox';
import { nullable, nullableNumber, nullableText } from './common.ts';
import { AuditVerdictAnswer } from './record.ts';
import { TlsAnswer } from './tls.ts';

const ReceiveBuffer = Type.Object({ asked: Type.Integer(), granted: Type.Integer() });

export const SystemAnswer = Type.Object(
  {
    version: Type.String(),
    startedAt: Type.String({ format: 'date-time' }),
    uptimeSeconds: Type.Integer(),
    node: Type.String(),
    platform: Type.String(),
    memoryBytes: Type.Integer({ description: 'Memory that the process holds' }),
    timeZoneData: Type.String({ description: 'Release of the tz database' }),
    logLevel: Type.String(),
    ports: Type.Object({
      web: nullableNumber('People and programs'),
      phones: Type.Integer({ description: 'Files for phones' }),
      pnp: nullableNumber('The multicast group; null: not heard yet'),
    }),
    tls: TlsAnswer,
    interfaces: Type.Array(Type.Object({ name: Type.String(), address: Type.String(), prefixLength: Type.Integer() }), {
      description: 'Those that are served',
    }),
    listener: Type.Object(
      {
        bound: Type.Boolean({ description: 'False: no phone is heard, `problem` says why' }),
        joined: Type.Array(Type.String(), { description: 'Addresses that the group is heard on' }),
        failed: Type.Array(Type.Object({ address: Type.String(), reason: Type.String() })),
        receiveBuffer: nullable(ReceiveBuffer),
        problem: nullableText({ description: 'One sentence' }),
      },
      { description: 'Who hears phones ask' },
    ),
    sockets: Type.Object({
      open: Type.Array(Type.Object({ address: Type.String(), port: Type.Integer(), receiveBuffer: ReceiveBuffer })),
      sent: Type.Integer(),
      failed: Type.Integer(),
      lastError: nullableText(),
    }),
    database: Type.Object({ bytes: Type.Integer(), walBytes: Type.Integer() }),
    writer: Type.Object({
      queued: Type.Integer({ description: 'History on its way to the disk' }),
      dropped: Type.Integer({ description: 'History that came faster than the disk, since the start' }),
    }),
    audit: Type.Unsafe<AuditVerdictAnswer | null>({
      type: ['object', 'null'],
      properties: AuditVerdictAnswer.properties,
      description: 'The record of decisions when it was looked through last; null: not since the start',
    }),
    templates: Type.Object({
      problems: Type.Array(Type.String(), { description: 'Broken files of the site' }),
      notes: Type.Array(Type.String(), { description: 'Files of the site that mean nothing' }),
    }),
  },
  {
    examples: [
      {
        version: '0.1.0',
        startedAt: '2026-01-05T08:00:00.000Z',
        uptimeSeconds: 7_200,
        node: '20.20.0',
        platform: 'linux arm64',
        memoryBytes: 104_857_600,
        timeZoneData: '2026f',
        logLevel: 'info',
        ports: { web: 8080, phones: 8060, pnp: 5060 },
        tls: null,
        interfaces: [{ name: 'eth0', address: '192.168.10.2', prefixLength: 24 }],
        listener: {
          bound: true,
          joined: ['192.168.10.2'],
          failed: [],
          receiveBuffer: { asked: 4_194_304, granted: 4_194_304 },
          problem: null,
        },
        sockets: {
          open: [{ address: '192.168.10.2', port: 40_123, receiveBuffer: { asked: 4_194_304, granted: 4_194_304 } }],
          sent: 120,
          failed: 0,
          lastError: null,
        },
        database: { bytes: 1_048_576, walBytes: 65_536 },
        writer: { queued: 0, dropped: 0 },
        audit: null,
        templates: { problems: [], notes: [] },
      },
    ],
  },
);
export type SystemAnswer = Static<typeof SystemAnswer>;

const SampleAnswer = Type.Object({
  at: Type.String({ format: 'date-time', description: 'Its end' }),
  seconds: Type.Integer({ description: 'Its length' }),
  phones: Type.Object(
    { pending: Type.Integer(), approved: Type.Integer(), blocked: Type.Integer() },
    { description: 'At its end' },
  ),
  exchanges: Type.Integer({ description: 'Requests of phones that were answered' }),
  filesServed: Type.Integer(),
  refusals: Type.Integer({ description: 'Refused requests for files, and NOTIFYs that phones refused' }),
});
export type SampleAnswer = Static<typeof SampleAnswer>;

export const SampleList = Type.Object(
  { items: Type.Array(SampleAnswer, { description: 'Oldest first; the last one is not over yet' }) },
  {
    examples: [
      {
        items: [
          {
            at: '2026-01-05T08:05:00.000Z',
            seconds: 300,
            phones: { pending: 2, approved: 23, blocked: 1 },
            exchanges: 4,
            filesServed: 12,
            refusals: 1,
          },
        ],
      },
    ],
  },
);
