import type { FastifyReply, FastifyRequest } from 'fastify';
import { drawPassword } from '../../core/draw-password.ts';
import type { Extension } from '../../core/extension.ts';
import { DEFAULT_SETTINGS } from '../../core/settings.ts';
import { putExtension, removeExtension } from '../../flows/change-extension.ts';
import { noteNotCarried } from '../../flows/check-carriers.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { vendors } from '../../vendors/all.ts';
import { buildExtensionRow, viewHolder } from '../build-extension-row.ts';
import {
  EXTENSION_SORTS,
  type ExtensionQuery,
  findExtensions,
  formatExtensionQuery,
  readExtensionQuery,
} from '../find-extensions.ts';
import { listLanguages, nameLanguage } from '../list-languages.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { type ExtensionFaults, readExtensionForm } from '../read-extension-form.ts';
import { type Form, readForm } from '../read-form.ts';
import { sayNote } from '../say-note.ts';

type NumberRequest = FastifyRequest<{ Querystring: { number?: string } }>;

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const DECIDE = { schema: { hide: true }, config: { role: 'technician' } } as const;

/** Who has which number. Numbers stand in the query, not in the path: `..` and `import` are numbers, too. */
export function addExtensionPages(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  const { office, clock } = doors;

  app.get('/extensions', READ, async (request, reply) => {
    const query = readExtensionQuery(request.query);
    const found = findExtensions(office.extensions(), query, (number) => office.holdersOf(number).length);
    return kit.renderPage(reply, request, {
      view: 'extensions',
      title: 'nav.extensions',
      nav: 'extensions',
      model: {
        rows: found.extensions.map((extension) =>
          buildExtensionRow(extension, office.holdersOf(extension.number), kit.texts(request).language),
        ),
        count: found.count,
        query,
        isFiltered: query.q !== '',
        sorts: buildSorts(query),
        pager: {
          page: found.page,
          pages: found.pages,
          previous: found.page > 1 ? formatExtensionQuery(query, { page: found.page - 1 }) : null,
          next: found.page < found.pages ? formatExtensionQuery(query, { page: found.page + 1 }) : null,
        },
      },
    });
  });

  app.get('/extensions/new', DECIDE, async (request, reply) => showForm(request, reply, { existing: undefined }));

  app.get<{ Querystring: { number?: string } }>('/extensions/edit', READ, async (request, reply) => {
    const existing = findExtension(request);
    return existing === undefined ? unknown(request, reply) : showForm(request, reply, { existing });
  });

  app.post('/extensions/new', DECIDE, async (request, reply) => {
    const form = readForm(request);
    const read = readExtensionForm(form, kit.texts(request));
    if (!read.ok) return showForm(request, reply, { existing: undefined, form, faults: read.problem });
    const { number, patch } = read.value;
    if (office.findExtension(number) !== undefined) {
      const faults = { number: kit.t(request, 'extension.exists', { number }) };
      return showForm(request, reply, { existing: undefined, form, faults });
    }
    const isDrawn = patch.password === undefined;
    const put = await putExtension(office, number, patch, actorOf(request), clock());
    if (!put.ok) return unknown(request, reply);
    const { extension } = put.value;
    if (isDrawn) return showPassword(request, reply, extension);
    return kit.redirect(reply, request, '/extensions', {
      kind: 'done',
      text: kit.t(request, 'extension.made', { number }),
    });
  });

  app.post<{ Querystring: { number?: string } }>('/extensions/edit', DECIDE, async (request, reply) => {
    const existing = findExtension(request);
    if (existing === undefined) return unknown(request, reply);
    const form = readForm(request);
    const read = readExtensionForm(
      { ...form, get: (name) => (name === 'number' ? existing.number : form.get(name)) },
      kit.texts(request),
    );
    if (!read.ok) return showForm(request, reply, { existing, form, faults: read.problem });
    const { number, patch } = read.value;
    const put = await putExtension(office, number, patch, actorOf(request), clock());
    if (!put.ok && put.problem.kind === 'account-not-writable') {
      const faults = { [put.problem.field]: sayNote(kit.texts(request), noteNotCarried(put.problem)) };
      return showForm(request, reply, { existing, form, faults });
    }
    if (!put.ok) return unknown(request, reply);
    const text = kit.t(request, 'extension.changed', { number });
    return kit.redirect(reply, request, '/extensions', { kind: 'done', text });
  });

  app.post<{ Querystring: { number?: string } }>('/extensions/password', DECIDE, async (request, reply) => {
    const existing = findExtension(request);
    if (existing === undefined) return unknown(request, reply);
    const put = await putExtension(office, existing.number, { password: drawPassword() }, actorOf(request), clock());
    return put.ok ? showPassword(request, reply, put.value.extension) : unknown(request, reply);
  });

  app.post<{ Querystring: { number?: string } }>('/extensions/remove', DECIDE, async (request, reply) => {
    const { number = '' } = request.query;
    const removed = await removeExtension(office, number, actorOf(request), clock());
    if (removed.ok) {
      const text = kit.t(request, 'extension.removed', { number });
      return kit.redirect(reply, request, '/extensions', { kind: 'done', text });
    }
    const existing = office.findExtension(number);
    if (existing === undefined) return unknown(request, reply);
    return showForm(request, reply, { existing, isInUse: true });
  });

  function showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    options: {
      readonly existing: Extension | undefined;
      readonly form?: Form;
      readonly faults?: ExtensionFaults;
      readonly isInUse?: boolean;
    },
  ): FastifyReply {
    const { existing, form, faults = {}, isInUse = false } = options;
    const texts = kit.texts(request);
    // What is the number itself is not said twice.
    const shown = (value: string | undefined) => (value === existing?.number ? '' : (value ?? ''));
    const siteMailbox = office.site().settings.voicemailNumber ?? '';
    const field = (name: keyof ExtensionFaults, value: string) => ({
      name,
      label: texts.t(`extension.${name}`),
      help: texts.t(`extension.${name}-help`, { mailbox: siteMailbox || texts.t('settings.none') }),
      value: form?.get(name) ?? value,
      error: faults[name] ?? '',
    });
    const path = `?number=${encodeURIComponent(existing?.number ?? '')}`;
    const isFaulty = Object.keys(faults).length > 0 || isInUse;
    return kit.renderPage(reply, request, {
      view: 'extension',
      title:
        existing === undefined
          ? 'extension.new-title'
          : { text: texts.t('extension.title', { number: existing.number }) },
      nav: 'extensions',
      status: isFaulty ? (isInUse ? 409 : 422) : 200,
      model: {
        isNew: existing === undefined,
        number: existing?.number ?? '',
        numberField: field('number', ''),
        fields: [
          field('displayName', shown(existing?.displayName)),
          field('authName', shown(existing?.authName)),
          field('voicemail', existing?.voicemail ?? ''),
        ],
        language: {
          choices: languageChoices(request, form?.get('language') ?? existing?.language ?? ''),
          error: faults.language ?? '',
        },
        passwordError: faults.password ?? '',
        path,
        phones:
          existing === undefined
            ? []
            : office.holdersOf(existing.number).map((device) => viewHolder(device, existing.number)),
        isInUse,
      },
    });
  }

  /** The one time that it is shown: the page is not kept, and nothing leads back to it. */
  function showPassword(request: FastifyRequest, reply: FastifyReply, extension: Extension): FastifyReply {
    return kit.renderPage(reply, request, {
      view: 'extension-password',
      title: { text: kit.t(request, 'extension.title', { number: extension.number }) },
      nav: 'extensions',
      model: {
        number: extension.number,
        authName: extension.authName,
        password: extension.password.reveal(),
        hasPhones: office.holdersOf(extension.number).length > 0,
      },
    });
  }

  /** What phones speak; one that no make speaks stays where it was set from elsewhere. */
  function languageChoices(request: FastifyRequest, chosen: string) {
    const { language, t } = kit.texts(request);
    const known = listLanguages(vendors, language);
    const own = known.some(({ code }) => code === chosen) || chosen === '' ? [] : [{ code: chosen, name: chosen }];
    const ofSite = nameLanguage(office.site().settings.language ?? DEFAULT_SETTINGS.language, language);
    return [{ code: '', name: t('extension.language-of-site', { language: ofSite }) }, ...known, ...own].map(
      (choice) => ({ ...choice, isChosen: choice.code === chosen }),
    );
  }

  function findExtension(request: NumberRequest): Extension | undefined {
    return office.findExtension(request.query.number ?? '');
  }

  function unknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const model = { text: kit.t(request, 'extension.unknown') };
    return kit.renderPage(reply, request, {
      view: 'message',
      title: 'nav.extensions',
      nav: 'extensions',
      model,
      status: 404,
    });
  }
}

function buildSorts(query: ExtensionQuery) {
  const entries = EXTENSION_SORTS.map((sort) => {
    const isChosen = query.sort === sort;
    const path = formatExtensionQuery(query, { sort, descending: isChosen && !query.descending, page: 1 });
    const order = isChosen ? (query.descending ? 'descending' : 'ascending') : null;
    return [sort, { path, order, mark: order === null ? '' : order === 'ascending' ? '▲' : '▼' }] as const;
  });
  return Object.fromEntries(entries);
}
