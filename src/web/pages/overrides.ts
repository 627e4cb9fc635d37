import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseMacAddress } from '../../core/mac-address.ts';
import type { OverridePreview, OverrideProblem, OverrideText } from '../../flows/override-editor.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { vendorById } from '../../vendors/all.ts';
import { namePhone } from '../build-comparison.ts';
import { buildFileLines, linesOfText } from '../build-file-lines.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';
import { sayNote } from '../say-note.ts';
import { siteTabs } from '../site-tabs.ts';

type FileQuery = { Querystring: { vendor?: string; file?: string } };

/** Overrides may hold passwords, and a template decides what phones do: for administrators. A text is longer in a form. */
const ADMIN = { schema: { hide: true }, config: { role: 'admin' }, bodyLimit: 1_500_000 } as const;

/** Phones to choose from. */
const MOST_PHONES = 200;

const EMPTY_OVERRIDES = '{\n  "set": {},\n  "add": {},\n  "models": {},\n  "devices": {}\n}\n';

/** The site's own native keys and templates: edited, tried with a phone, put in force. */
export function addOverridePages(app: ApiApp, kit: PageKit, { office, overrides }: PageDoors): void {
  app.get('/site/overrides', ADMIN, async (request, reply) => {
    const list = await overrides.list();
    return kit.renderPage(reply, request, {
      view: 'overrides',
      title: 'overrides.title',
      nav: 'site',
      model: {
        tabs: siteTabs(request.user, 'overrides'),
        makes: list.map(({ vendorId, files, notes }) => ({
          name: vendorById(vendorId)?.name ?? vendorId,
          notes: notes.map((note) => sayNote(kit.texts(request), note)),
          files: files.map(({ name, changedAt }) => ({ name, changedAt, path: pathOf(vendorId, name) })),
        })),
      },
    });
  });

  app.get<FileQuery>('/site/overrides/edit', ADMIN, async (request, reply) => {
    const { vendor = '', file = '' } = request.query;
    const read = await overrides.read(vendor, file);
    return read.ok ? showEditor(request, reply, vendor, read.value, {}) : refuse(request, reply, read.problem);
  });

  app.post<FileQuery>('/site/overrides/preview', ADMIN, async (request, reply) => {
    const { vendor = '', file = '' } = request.query;
    const form = readForm(request);
    const text = form.raw('text');
    const preview = await overrides.preview({ vendorId: vendor, name: file, text }, parseMacAddress(form.get('phone')));
    const model = preview.ok ? previewOf(request, vendor, preview.value) : { fault: say(request, preview.problem) };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'override-preview', model });
    const read = await overrides.read(vendor, file);
    if (!read.ok) return refuse(request, reply, read.problem);
    return showEditor(request, reply, vendor, read.value, { text, version: form.get('version'), preview: model });
  });

  app.post<FileQuery>('/site/overrides/save', ADMIN, async (request, reply) => {
    const { vendor = '', file = '' } = request.query;
    const form = readForm(request);
    const text = form.raw('text');
    const version = form.get('version');
    const written = await overrides.write({ vendorId: vendor, name: file, text }, { actor: actorOf(request), version });
    if (written.ok) {
      const notice = { kind: 'done', text: kit.t(request, 'overrides.saved', { file }) } as const;
      return kit.redirect(reply, request, '/site/overrides', notice);
    }
    const read = await overrides.read(vendor, file);
    if (!read.ok) return refuse(request, reply, read.problem);
    const status = written.problem.kind === 'changed-meanwhile' ? 409 : 422;
    return showEditor(request, reply, vendor, read.value, {
      text,
      version,
      fault: say(request, written.problem),
      status,
    });
  });

  app.post<FileQuery>('/site/overrides/remove', ADMIN, async (request, reply) => {
    const { vendor = '', file = '' } = request.query;
    const removed = await overrides.remove(vendor, file, actorOf(request));
    if (!removed.ok) return refuse(request, reply, removed.problem);
    const notice = { kind: 'done', text: kit.t(request, 'overrides.removed', { file }) } as const;
    return kit.redirect(reply, request, '/site/overrides', notice);
  });

  function showEditor(
    request: FastifyRequest,
    reply: FastifyReply,
    vendorId: string,
    file: OverrideText,
    options: {
      readonly text?: string;
      readonly version?: string;
      readonly fault?: string;
      readonly status?: number;
      readonly preview?: object;
    },
  ): FastifyReply {
    const { preview = null, fault = '', status = 200 } = options;
    const phones = [];
    for (const { mac, state, vendorId: own, model } of office.devices()) {
      if (phones.length === MOST_PHONES) break;
      if (state === 'approved' && own === vendorId)
        phones.push({ mac, name: namePhone(office, mac), model: model ?? '' });
    }
    const make = vendorById(vendorId)?.name ?? vendorId;
    return kit.renderPage(reply, request, {
      view: 'override',
      title: { text: `${make} ${file.name}` },
      nav: 'site',
      status,
      model: {
        make,
        file: file.name,
        ours: file.ours,
        isOurs: file.site === null,
        text: options.text ?? file.site ?? file.ours ?? EMPTY_OVERRIDES,
        version: options.version ?? file.version,
        query: pathOf(vendorId, file.name).slice('/site/overrides/edit'.length),
        phones,
        fault,
        preview,
        isTyped: options.text !== undefined,
      },
    });
  }

  function previewOf(request: FastifyRequest, vendorId: string, { mac, files, notes }: OverridePreview) {
    const vendor = vendorById(vendorId);
    return {
      fault: '',
      isSample: mac === null,
      notes: notes.map((note) => sayNote(kit.texts(request), note)),
      files: files.map(({ file, text, lines }) => {
        const format = (vendor?.files.find(({ pattern }) => pattern.test(file)) ?? vendor?.files[0])?.format ?? 'xml';
        return {
          file,
          lines: buildFileLines(lines, format),
          all: buildFileLines(linesOfText(text), format),
        };
      }),
    };
  }

  function say(request: FastifyRequest, problem: OverrideProblem): string {
    switch (problem.kind) {
      case 'override-not-sound':
        return problem.line > 0
          ? kit.t(request, 'overrides.fault-in-line', { line: problem.line, reason: problem.reason })
          : kit.t(request, 'overrides.fault', { reason: problem.reason });
      case 'changed-meanwhile':
        return kit.t(request, 'overrides.changed-meanwhile');
      case 'file-trouble':
        return kit.t(request, 'overrides.file-trouble', { reason: problem.reason });
      case 'no-such-override':
        return kit.t(request, 'overrides.unknown');
      default:
        return problem satisfies never;
    }
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, problem: OverrideProblem): FastifyReply {
    const status = problem.kind === 'no-such-override' ? 404 : 500;
    const model = { text: say(request, problem) };
    return kit.renderPage(reply, request, { view: 'message', title: 'overrides.title', nav: 'site', model, status });
  }
}

function pathOf(vendorId: string, name: string): string {
  return `/site/overrides/edit?vendor=${encodeURIComponent(vendorId)}&file=${encodeURIComponent(name)}`;
}
