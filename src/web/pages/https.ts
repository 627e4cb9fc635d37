import type { FastifyReply, FastifyRequest } from 'fastify';
import { changeSite } from '../../flows/change-site.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { readSiteChange } from '../../http/read-site-change.ts';
import { readDer } from '../../http/tls/read-certificate.ts';
import { buildCertificate, buildHttps } from '../build-https.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';

const HIDDEN = { schema: { hide: true } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;

/** Where the card stands. */
const CARD = '/system#https';

/**
 * GET /ca and its downloads, for everybody: a certificate is no secret, and whoever fetches it has no way in yet. Who has one
 * compares its fingerprint.
 */
export function addAuthorityPages(app: ApiApp, kit: PageKit, { tls }: PageDoors): void {
  app.get('/ca', HIDDEN, async (request, reply) => {
    const authority = tls.authority();
    reply.header('cache-control', 'no-store');
    return kit.renderPage(reply, request, {
      view: 'authority',
      title: 'ca.title',
      nav: null,
      model: { authority: authority && buildCertificate(authority.facts) },
      status: authority === null ? 404 : 200,
    });
  });

  // RFC 5280 names no type of PEM; this is what servers send and phones take.
  download('/ca/plugtone-ca.pem', 'application/x-pem-file', (pem) => Buffer.from(pem));
  // Browsers and Android offer to install what has this type.
  download('/ca/plugtone-ca.crt', 'application/x-x509-ca-cert', readDer);

  function download(path: string, contentType: string, format: (pem: string) => Buffer): void {
    app.get(path, HIDDEN, async (_request, reply) => {
      const authority = tls.authority();
      reply.headers({ 'cache-control': 'no-store' });
      if (authority === null) return reply.code(404).type('text/plain; charset=utf-8').send('not found\n');
      const name = path.slice(path.lastIndexOf('/') + 1);
      reply.header('content-disposition', `attachment; filename="${name}"`);
      return reply.type(contentType).send(format(authority.pem));
    });
  }
}

/** How phones are told to fetch: the form of the card on the System page. */
export function addHttpsSettings(app: ApiApp, kit: PageKit, { office, tls, clock }: PageDoors): void {
  app.post('/https/settings', ADMIN, async (request, reply) => {
    const wanted = readForm(request).get('phoneScheme');
    const phoneScheme = (['http', 'https'] as const).find((scheme) => scheme === wanted);
    if (phoneScheme === undefined) return refuse(request, reply);
    const edit = readSiteChange({ trust: { phoneScheme } }, office.site(), []);
    if (!edit.ok) return refuse(request, reply);
    await changeSite(office, edit.value, actorOf(request), clock());
    if (!isFragmentRequest(request)) return kit.redirect(reply, request, CARD);
    const model = buildHttps(tls.read(), office.site().trust, clock());
    return kit.renderFragment(reply, request, { view: 'https', model });
  });

  function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return kit.tell(reply, request, CARD, { kind: 'error', text: kit.t(request, 'https.refused') });
  }
}
