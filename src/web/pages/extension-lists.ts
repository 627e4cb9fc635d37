import type { FastifyReply, FastifyRequest } from 'fastify';
import { exportDevices } from '../../flows/export-devices.ts';
import { importCsv, previewCsvImport } from '../../flows/import-csv.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { LARGEST_LIST } from '../../http/routes/imports.ts';
import { DELIMITERS } from '../../http/schemas/import.ts';
import { buildImportRows } from '../build-import-rows.ts';
import { describeCsvFault } from '../describe-csv-fault.ts';
import { createImportJobs, type ImportJob, type ImportResult } from '../import-jobs.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;
/** A character of a list is up to three in a form. */
const DECIDE = { schema: { hide: true }, config: { role: 'technician' }, bodyLimit: 3 * LARGEST_LIST } as const;

/** What takes longer shows how far it is; of some thousand phones that is all of them. */
const SHOW_PROGRESS_AFTER_MS = 300;

/** Lists of phones in and out, for spreadsheets. */
export function addExtensionListPages(app: ApiApp, kit: PageKit, { office, clock, log }: PageDoors): void {
  const jobs = createImportJobs(log);

  app.get('/extensions/import', DECIDE, async (request, reply) => show(request, reply, { list: '' }));

  app.post('/extensions/import/preview', DECIDE, async (request, reply) => {
    const list = readForm(request).raw('list');
    if (list.trim() === '') return show(request, reply, { list: '' });
    const actor = actorOf(request);
    const job = await jobs.start(
      { what: 'preview', actor, list },
      (onProgress) => previewCsvImport(office, list, { now: clock(), onProgress }),
      SHOW_PROGRESS_AFTER_MS,
    );
    return showJob(request, reply, job);
  });

  app.post('/extensions/import', DECIDE, async (request, reply) => {
    const form = readForm(request);
    const list = form.raw('list');
    const partial = form.has('partial');
    const actor = actorOf(request);
    const job = await jobs.start(
      { what: 'import', actor, list },
      (onProgress) => importCsv(office, list, { actor, partial, now: clock(), onProgress }),
      SHOW_PROGRESS_AFTER_MS,
    );
    return showJob(request, reply, job);
  });

  /** How far a long one is, and in the end how it went. */
  app.get<{ Params: { id: string } }>('/extensions/import/:id', DECIDE, async (request, reply) => {
    const job = jobs.find(request.params.id, actorOf(request));
    if (job === undefined) return kit.redirect(reply, request, '/extensions/import');
    if (job.outcome !== undefined) {
      // A fragment of a page cannot become another page: it is asked for once more, as a page.
      if (isFragmentRequest(request)) return kit.redirect(reply, request, `/extensions/import/${job.id}`);
      return showJob(request, reply, job);
    }
    const { phase, done, total } = job.progress;
    const model = { id: job.id, done, total, phase: kit.t(request, `import.phase-${phase}`) };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'import-progress', model });
    return kit.renderPage(reply, request, {
      view: 'import-progress',
      title: 'import.title',
      nav: 'extensions',
      model,
    });
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

  function showJob(request: FastifyRequest, reply: FastifyReply, { id, what, list, outcome }: ImportJob): FastifyReply {
    if (outcome === undefined) return kit.redirect(reply, request, `/extensions/import/${id}`);
    // A preview may be looked at again: its page has an address of its own then.
    if (what === 'import' || request.method === 'POST') jobs.forget(id);
    if (outcome === 'failed') {
      return kit.redirect(reply, request, '/extensions/import', {
        kind: 'error',
        text: kit.t(request, 'import.failed'),
      });
    }
    if (what === 'preview') return show(request, reply, { list, result: outcome });
    if (!outcome.ok || !outcome.value.stored) return show(request, reply, { list, result: outcome, wasRefused: true });
    const { counts } = outcome.value;
    const text = kit.t(request, 'import.done', { count: counts.new + counts.changed, unchanged: counts.unchanged });
    return kit.redirect(reply, request, '/extensions', { kind: 'done', text });
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
      readonly result?: ImportResult;
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
        faults: result?.ok === false ? result.problem.faults.map((fault) => describeCsvFault(texts, fault)) : [],
        moreFaults: (result?.ok === true ? result.value : result?.problem)?.moreFaults ?? 0,
      },
    });
  }
}
