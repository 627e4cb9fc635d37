import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Secret } from '../../core/secret.ts';
import { changeSite, planSiteChange } from '../../flows/change-site.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { buildInternetForm, type TypedInternetForm } from '../build-internet-form.ts';
import { internetTabs } from '../internet-tabs.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { type Form, readForm } from '../read-form.ts';
import { readInternetForm } from '../read-internet-form.ts';
import { isStale, mustReadSiteChange } from '../site-edit.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;

/** Bytes of a drawn key: as many as HMAC-SHA256 gives out (RFC 2104 section 3). */
const SECRET_BYTES = 32;

interface Shown {
  readonly typed?: TypedInternetForm;
  readonly message?: string;
  /** A key that was drawn just now. */
  readonly drawn?: string;
  readonly status?: number;
}

/** Which ports are open, where the external address comes from, who is told of a new one. */
export function addInternetSettings(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  const { office, record, clock } = doors;
  const phoneTlsPort = () => doors.tls.read()?.phonePort ?? null;

  app.get('/internet/settings', READ, async (request, reply) => show(request, reply, {}));

  /** One field as somebody types: what is wrong with it, what should be known, or nothing. */
  app.post<{ Querystring: { field?: string } }>('/internet/check', ADMIN, async (request, reply) => {
    const { field = '' } = request.query;
    if (!/^[\w.]{1,64}$/.test(field)) return reply.code(204).send();
    const { faults, warnings } = read(request, readForm(request)).read;
    const model = { id: field.replaceAll('.', '-'), error: faults[field] ?? '', good: warnings[field] ?? '' };
    return kit.renderFragment(reply, request, { view: 'field-check', model });
  });

  /** Applies; or adds the row of a preset whose button was pressed, and stores nothing yet. */
  app.post('/internet/settings', ADMIN, async (request, reply) => {
    const form = readForm(request);
    const site = office.site();
    const typed = read(request, form);
    if (typed.read.added !== null) return show(request, reply, { typed });
    if (isStale(form, site)) return show(request, reply, { typed, ...stale(request) });
    if (Object.keys(typed.read.faults).length > 0) return show(request, reply, { typed, status: 422 });
    const edit = mustReadSiteChange(typed.read.body, site);
    if (planSiteChange(site, edit) === undefined) {
      return kit.redirect(reply, request, '/internet/settings', { kind: 'done', text: kit.t(request, 'site.same') });
    }
    const { internet } = await changeSite(office, edit, actorOf(request), clock());
    const count = internet.portMappings.reduce((sum, row) => sum + row.count, 0);
    const isOpen = internet.mapPorts && count > 0;
    const text = kit.t(request, isOpen ? 'internet.applied-ports' : 'internet.applied', { count });
    return kit.redirect(reply, request, '/internet', { kind: 'done', text });
  });

  /** Draws the key of the webhook's signature, which is in force at once and shown this one time. What else was typed is not stored. */
  app.post('/internet/settings/secret', ADMIN, async (request, reply) => {
    const form = readForm(request);
    if (isStale(form, office.site())) {
      const { message, status } = stale(request);
      if (isFragmentRequest(request)) return kit.renderNotice(reply, request, { kind: 'error', text: message, status });
      return show(request, reply, { typed: read(request, form), message, status });
    }
    const drawn = randomBytes(SECRET_BYTES).toString('base64url');
    const webhookSecret = new Secret(drawn);
    await changeSite(office, (site) => ({ ...site, webhookSecret }), actorOf(request), clock());
    if (isFragmentRequest(request)) {
      const model = { ...buildInternetForm(office.site(), kit.texts(request), phoneTlsPort()), drawn };
      return kit.renderFragment(reply, request, { view: 'internet-secret', model });
    }
    return show(request, reply, { typed: read(request, form), drawn });
  });

  function read(request: FastifyRequest, form: Form): TypedInternetForm {
    return { form, read: readInternetForm(form, office.site(), kit.texts(request), phoneTlsPort()) };
  }

  function stale(request: FastifyRequest) {
    return { message: kit.t(request, 'site.changed-meanwhile'), status: 409 };
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { typed, message = '', drawn = '', status = 200 }: Shown,
  ): Promise<FastifyReply> {
    const { interfaces } = await record.readSystem();
    const form = buildInternetForm(office.site(), kit.texts(request), phoneTlsPort(), typed);
    const model = {
      ...form,
      // The drawn key has changed the site by this very form.
      ...(drawn !== '' && { revision: String(office.site().revision) }),
      message,
      drawn,
      ownAddresses: interfaces.map(({ name, address }) => ({ name, address })),
      tabs: internetTabs('settings'),
    };
    if (isFragmentRequest(request)) {
      return kit.renderFragment(reply, request, { view: 'internet-form', model, status });
    }
    return kit.renderPage(reply, request, {
      view: 'internet-settings',
      title: 'internet.settings-title',
      nav: 'internet',
      model,
      status,
    });
  }
}
