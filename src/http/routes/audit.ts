import { parseMacAddress } from '../../core/mac-address.ts';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { formatAuditEntry } from '../format-answers.ts';
import { formatPosition, readPosition } from '../read-cursor.ts';
import { DEFAULT_LIMIT } from '../schemas/common.ts';
import { AuditList, AuditQuery } from '../schemas/record.ts';
import type { WebDoors } from '../web-doors.ts';
import { readRange } from './record.ts';

/** Who decided what. */
export function addAuditRoutes(app: ApiApp, { listAudit }: WebDoors): void {
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
}
