import type { JourneyStep } from '../../core/journey.ts';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { formatJourneyEvent } from '../format-answers.ts';
import { formatLogEntry, formatSample, formatSystem } from '../format-system.ts';
import { formatPosition, readPosition } from '../read-cursor.ts';
import { DEFAULT_LIMIT } from '../schemas/common.ts';
import { JourneyList, JourneysQuery, LogList } from '../schemas/record.ts';
import { SampleList, SystemAnswer } from '../schemas/system.ts';
import type { WebDoors } from '../web-doors.ts';

/** What happened to all phones, what was counted, and how the program is. */
export function addRecordRoutes(app: ApiApp, { record, tls, clock }: WebDoors): void {
  app.get(
    '/journeys',
    {
      config: { role: 'viewer' },
      schema: {
        querystring: JourneysQuery,
        ...describeRoute({
          role: 'viewer',
          tag: 'Events',
          summary: 'What happened to all phones, newest first',
          description: '`step=refused,stalled` tells what is stuck and why.',
          answers: { 200: JourneyList },
        }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_LIMIT, before, from, until, step } = request.query;
      const { items, next } = await record.listJourneys({
        limit,
        before: readPosition(before),
        steps: step === undefined ? undefined : ([...new Set(step.split(','))] as JourneyStep[]),
        ...readRange(from, until),
      });
      return { items: items.map(formatJourneyEvent), next: formatPosition(next) };
    },
  );

  app.get(
    '/log',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: 'System',
        summary: 'Warnings and errors of the program since its start, newest first',
        description: 'The newest 500; the log of the service has all of them.',
        answers: { 200: LogList },
      }),
    },
    async () => ({ items: record.readLog().map(formatLogEntry) }),
  );

  app.get(
    '/history',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: 'System',
        summary: 'What was counted in the last 24 hours',
        description: 'One sample for five minutes; none for when the program was off.',
        answers: { 200: SampleList },
      }),
    },
    async () => ({ items: record.readHistory().map(formatSample) }),
  );

  app.get(
    '/system',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: 'System',
        summary: 'How the program is: versions, ports, who hears phones, queues, broken templates',
        answers: { 200: SystemAnswer },
      }),
    },
    async () => formatSystem(await record.readSystem(), tls.read(), clock()),
  );
}

/** RFC 3339 as milliseconds since 1970. */
export function readRange(from: string | undefined, until: string | undefined) {
  return {
    from: from === undefined ? undefined : Date.parse(from),
    until: until === undefined ? undefined : Date.parse(until),
  };
}
