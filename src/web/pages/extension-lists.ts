import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CsvFault } from '../../core/read-csv-table.ts';
import type { Result } from '../../core/result.ts';
import { exportDevices } from '../../flows/export-devices.ts';
import { type CsvImport, importCsv, previewCsvImport } from '../../flows/import-csv.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { LARGEST_LIST } from '../../http/routes/imports.ts';
import { DELIMITERS } from '../../http/schemas/import.ts';
import { buildImportRows } from '../build-import-rows.ts';
import { describeCsvFault } from '../describe-csv-fault.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;
/** A character of a list is up to three in a form. */
const DECIDE = { schema: { hide: true }, config: { role: 'technician' }, bodyLimit: 3 * LARGEST_LIST } as const;

/** Lists of phones in and out, for spreadsheets. */
export function addExtensionListPages(app: ApiApp, kit: PageKit, { office, clock }: PageDoors): void {
  app.get('/extensions/import', DECIDE, async (request, reply) => show(request, reply, { list: '' }));

  app.post('/extensions/import/preview', DECIDE, async (request, reply) => {
    const list = readForm(request).raw('list');
    if (list.trim() === '') return show(request, reply, { list: '' });
    return show(request, reply, { list, result: previewCsvImport(office, list, clock()) });
  });

  app.post('/extensions/import', DECIDE, async (request, reply) => {
    const form = readForm(request);
    const list = form.raw('list');
    const partial = form.has('partial');
    const result = await importCsv(office, list, { actor: actorOf(request), partial, now: clock() });
    if (!result.ok || !result.value.stored) return show(request, reply, { list, result, wasRefused: true });
    const { counts } = result.value;
    const text = kit.t(request, 'import.done', { count: counts.new + counts.changed, unchanged: counts.unchanged });
    return kit.redirect(reply, request, '/extensions', { kind: 'done', text });
  });

  app.get('/extensions/export', READ, async (request, reply) =>
    kit.renderPage(reply, request, {
      view: 'extension-export',
      title: 'export.title',
      nav: 'extensions',
      model: { phones: [...office.devices()].filter(({ state }) => state === 'approved').length },
    }),
  );

  app.get('/extensions/export/phones.csv', READ, async (request, reply) => sendList(request, reply, false));

  app.post('/extensions/export/phones.csv', ADMIN, async (request, reply) => sendList(request, reply, true));

  async function sendList(request: FastifyRequest, reply: FastifyReply, passwords: boolean): Promise<FastifyReply> {
    const query = request.query as Readonly<Record<string, unknown>>;
    const wanted = passwords ? readForm(request).get('delimiter') : query.delimiter;
    const delimiter = DELIMITERS[wanted === 'semicolon' || wanted === 'tab' ? wanted : 'comma'];
    const text = await exportDevices(office, { passwords, delimiter, actor: actorOf(request), now: clock() });
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="phones.csv"')
      .send(text);
  }

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    {
      list,
      result,
      wasRefused = false,
    }: {
      readonly list: string;
      readonly result?: Result<CsvImport, readonly CsvFault[]>;
      readonly wasRefused?: boolean;
    },
  ): FastifyReply {
    const texts = kit.texts(request);
    const { counts, rows, hidden } =
      result?.ok === true
        ? { counts: result.value.counts, ...buildImportRows(result.value, texts) }
        : { counts: { new: 0, changed: 0, unchanged: 0, refused: 0 }, rows: [], hidden: 0 };
    return kit.renderPage(reply, request, {
      view: 'extension-import',
      title: 'import.title',
      nav: 'extensions',
      status: wasRefused ? 409 : result?.ok === false ? 422 : 200,
      model: {
        list,
        hasPreview: result?.ok === true,
        counts,
        rows,
        hidden,
        good: counts.new + counts.changed,
        isWhole: counts.refused === 0,
        wasRefused,
        faults: result?.ok === false ? result.problem.map((fault) => describeCsvFault(texts, fault)) : [],
      },
    });
  }
}
