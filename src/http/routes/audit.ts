import { parseMacAddress } from '../../core/mac-address.ts';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { formatAuditEntry } from '../format-answers.ts';
import { formatAuditVerdict } from '../format-system.ts';
import { formatPosition, readPosition } from '../read-cursor.ts';
import { DEFAULT_LIMIT } from '../schemas/common.ts';
import { AuditList, AuditQuery, AuditVerdictAnswer } from '../schemas/record.ts';
import type { WebDoors } from '../web-doors.ts';
import { readRange } from './record.ts';

/** Who decided what. */
export function addAuditRoutes(app: ApiApp, { listAudit, record }: WebDoors): void {
  app.get(
    '/audit',
    {
      config: { role: 'admin' },
      schema: {
        querystring: AuditQuery,
        ...describeRoute({
          role: 'admin',
          tag: 'Audit',
          summary: 'Who decided what, newest first',
          answers: { 200: AuditList },
        }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_LIMIT, before, from, until, actor, subject } = request.query;
      const subjects = subject === undefined ? undefined : [parseMacAddress(subject) ?? subject];
      const { items, next } = await listAudit({
        limit,
        before: readPosition(before),
        actor,
        subjects,
        ...readRange(from, until),
      });
      return { items: items.map(formatAuditEntry), next: formatPosition(next) };
    },
  );

  app.get(
    '/audit/verify',
    {
      config: { role: 'admin' },
      schema: describeRoute({
        role: 'admin',
        tag: 'Audit',
        summary: 'Look through all decisions: are they what was written?',
        description: 'Some 5 s for a million decisions. It is done nightly, too; `/system` says what came of it.',
        answers: { 200: AuditVerdictAnswer },
      }),
    },
    async () => formatAuditVerdict(await record.audit.run()),
  );
}
