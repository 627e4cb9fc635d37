import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { formatAuditEntry } from '../format-answers.ts';
import { DEFAULT_LIMIT } from '../schemas/common.ts';
import { AuditList, NewestFirstQuery } from '../schemas/record.ts';
import type { WebDoors } from '../web-doors.ts';

/** Who decided what. */
export function addAuditRoutes(app: ApiApp, { listAudit }: WebDoors): void {
  app.get(
    '/audit',
    {
      config: { role: 'admin' },
      schema: {
        querystring: NewestFirstQuery,
        ...describeRoute({
          role: 'admin',
          tag: 'Audit',
          summary: 'Who decided what, newest first',
          answers: { 200: AuditList },
        }),
      },
    },
    async (request) => {
      const { limit = DEFAULT_LIMIT, before } = request.query;
      const { items, next } = await listAudit({ limit, before });
      return { items: items.map(formatAuditEntry), next };
    },
  );
}
