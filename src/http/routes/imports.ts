import type { CsvFaults } from '../../core/csv-faults.ts';
import { exportDevices } from '../../flows/export-devices.ts';
import { type CsvImport, importCsv, previewCsvImport } from '../../flows/import-csv.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatImport, formatImportErrors } from '../format-import.ts';
import { replyWithProblem } from '../problem-reply.ts';
import type { HttpProblem } from '../problem-to-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { DELIMITERS, ExportAnswer, ExportQuery, ImportAnswer, ImportQuery, PhoneList } from '../schemas/import.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Lists of phones';

/** Bytes: some 40,000 phones, and the work of a few seconds. Longer lists are for `plugtone import`. */
export const LARGEST_LIST = 8 * 1024 * 1024;

const NO_BODY = invalidInput([{ where: 'body', saw: 'nothing', wanted: 'a list of phones as text/csv' }]);

/** Lists of phones in and out, as spreadsheets write them. */
export function addImportRoutes(app: ApiApp, { office, clock }: WebDoors): void {
  // In a scope of its own: no other route takes CSV, and these take nothing else.
  app.register(async (lists: ApiApp) => {
    lists.removeContentTypeParser('application/json');
    lists.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    lists.post(
      '/imports/preview',
      {
        config: { role: 'technician' },
        bodyLimit: LARGEST_LIST,
        schema: {
          body: PhoneList,
          consumes: ['text/csv'],
          ...describeRoute({
            role: 'technician',
            tag: TAG,
            summary: 'What an import of a list would do, row by row',
            description:
              'Nothing is written. Faults say what a spreadsheet has done to a cell, where it looks like that.',
            answers: { 200: ImportAnswer },
            problems: ['no-list'],
          }),
        },
      },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body)) return replyWithProblem(reply, NO_BODY);
        const preview = await previewCsvImport(office, request.body, { now: clock() });
        return preview.ok ? formatImport(preview.value) : replyWithProblem(reply, noList(preview.problem));
      },
    );

    lists.post(
      '/imports',
      {
        config: { role: 'technician' },
        bodyLimit: LARGEST_LIST,
        schema: {
          body: PhoneList,
          consumes: ['text/csv'],
          querystring: ImportQuery,
          ...describeRoute({
            role: 'technician',
            tag: TAG,
            summary: 'Approve a list of phones, ahead of their first boot or not',
            description:
              'All of it in one decision, or nothing: with a bad row the answer is rows-refused, unless `partial=true`. ' +
              'The same list again changes nothing.',
            answers: { 200: ImportAnswer },
            problems: ['no-list', 'rows-refused'],
          }),
        },
      },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body)) return replyWithProblem(reply, NO_BODY);
        const partial = request.query.partial === 'true';
        const imported = await importCsv(office, request.body, { actor: actorOf(request), partial, now: clock() });
        if (!imported.ok) return replyWithProblem(reply, noList(imported.problem));
        return imported.value.stored
          ? formatImport(imported.value)
          : replyWithProblem(reply, rowsRefused(imported.value));
      },
    );
  });

  app.get(
    '/export',
    {
      config: { role: 'viewer' },
      schema: {
        querystring: ExportQuery,
        produces: ['text/csv'],
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'The approved phones as the list that an import reads',
          description: 'Goes to the audit. With `passwords=true` for administrators only.',
          answers: { 200: ExportAnswer },
        }),
      },
    },
    async (request, reply) => {
      const { passwords = 'false', delimiter = 'comma' } = request.query;
      if (passwords === 'true' && request.user?.role !== 'admin') {
        const detail = `${actorOf(request)} has the role ${request.user?.role}; a list with passwords takes the role admin.`;
        return replyWithProblem(reply, { kind: 'forbidden', detail });
      }
      const text = await exportDevices(office, {
        passwords: passwords === 'true',
        delimiter: DELIMITERS[delimiter],
        actor: actorOf(request),
        now: clock(),
      });
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="phones.csv"')
        .send(text);
    },
  );
}

function noList({ faults, moreFaults }: CsvFaults): HttpProblem {
  const problem = invalidInput(formatImportErrors(faults));
  return { ...problem, kind: 'no-list', detail: `${problem.detail}${describeRest(moreFaults)}` };
}

function rowsRefused({ counts, faults, moreFaults, effects }: CsvImport): HttpProblem {
  const refused = `${counts.refused} row(s) are not right, so none was imported`;
  const detail = `${refused}: mend them, or give partial=true for the others.${describeRest(moreFaults)}`;
  return { kind: 'rows-refused', detail, errors: formatImportErrors(faults, effects) };
}

function describeRest(moreFaults: number): string {
  return moreFaults === 0 ? '' : ` ${moreFaults} more fault(s) are not listed.`;
}
