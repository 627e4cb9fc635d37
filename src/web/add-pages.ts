import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiApp } from '../http/api-app.ts';
import type { PageAnswers } from '../http/web-server.ts';
import { StoreError } from '../store/store-error.ts';
import { createLiveEvents } from './live-events.ts';
import type { PageDoors } from './page-doors.ts';
import { createPageGuard } from './page-guard.ts';
import { createPageKit, isFragmentRequest, type PageKit } from './page-kit.ts';
import { addAccountPage } from './pages/account.ts';
import { addBackupsPage } from './pages/backups.ts';
import { addDoctorPages } from './pages/doctor.ts';
import { addEventsPages } from './pages/events.ts';
import { addExtensionListPages } from './pages/extension-lists.ts';
import { addExtensionPages } from './pages/extensions.ts';
import { addAuthorityPages, addHttpsSettings } from './pages/https.ts';
import { addInternetPage } from './pages/internet.ts';
import { addInternetSettings } from './pages/internet-settings.ts';
import { addLogInPage, addLogOut, addOpenHooks } from './pages/log-in.ts';
import { addOtherServerPages } from './pages/other-servers.ts';
import { addOverridePages } from './pages/overrides.ts';
import { addPhonePage } from './pages/phone.ts';
import { addPhoneBulk } from './pages/phone-bulk.ts';
import { addPhoneOrders } from './pages/phone-orders.ts';
import { addPhonesPage } from './pages/phones.ts';
import { addPreferences } from './pages/preferences.ts';
import { addSetupPage } from './pages/setup.ts';
import { addSitePages } from './pages/site.ts';
import { addSiteResyncPages } from './pages/site-resync.ts';
import { addSiteTrustPage } from './pages/site-trust.ts';
import { addSystemPage } from './pages/system.ts';
import { addTokensPage } from './pages/tokens.ts';
import { addUsersPage } from './pages/users.ts';
import { createPhoneRows } from './phone-rows.ts';
import { readFormBodies } from './read-form.ts';

/**
 * Only what we serve ourselves, no script or style within a page: what a phone says of itself can never run. Plain HTTP on
 * the LAN, so nothing is upgraded.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Everything under `/` that is for people: pages, their fragments, forms and assets. */
export async function addPages(app: ApiApp, doors: PageDoors): Promise<PageAnswers> {
  const kit = createPageKit(doors);
  const { log } = doors;

  await app.register(async (pages: ApiApp) => {
    readFormBodies(pages);
    pages.addHook('onRequest', async (_request, reply) => addHeaders(reply));
    pages.setErrorHandler(onError);
    kit.assets.addRoutes(pages);
    addPreferences(pages);
    addAuthorityPages(pages, kit, doors);

    await pages.register(async (open: ApiApp) => {
      addOpenHooks(open, kit);
      addLogInPage(open, kit, doors);
      addSetupPage(open, kit, doors);
    });

    // What a session opens is in here; log-in and setup stand outside.
    await pages.register(async (guarded: ApiApp) => {
      guarded.addHook('onRequest', createPageGuard(doors, kit));
      guarded.addHook('onSend', async (_request, reply) => {
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
      });
      guarded.addHook('preHandler', async (request, reply) => {
        if (!doors.sessions.isForged(request)) return undefined;
        const text = kit.t(request, 'people.forged');
        return answerWithMessage(kit, request, reply, { title: 'page.forbidden-title', text, status: 403 });
      });
      addExtensionPages(guarded, kit, doors);
      addExtensionListPages(guarded, kit, doors);
      const offers = addSiteResyncPages(guarded, kit, doors);
      addSitePages(guarded, kit, doors, offers);
      addSiteTrustPage(guarded, kit, doors);
      addOverridePages(guarded, kit, doors);
      addInternetPage(guarded, kit, doors, offers);
      addInternetSettings(guarded, kit, doors);
      const live = createLiveEvents(guarded, doors);
      guarded.addHook('preClose', async () => live.stop());
      const rows = createPhoneRows(kit, doors);
      addPhonesPage(guarded, kit, doors, rows);
      addPhoneOrders(guarded, kit, doors, rows);
      addPhonePage(guarded, kit, doors, rows);
      addPhoneBulk(guarded, kit, doors, rows);
      addLogOut(guarded, kit, doors);
      addAccountPage(guarded, kit, doors);
      addUsersPage(guarded, kit, doors);
      addTokensPage(guarded, kit, doors);
      addEventsPages(guarded, kit, doors);
      addBackupsPage(guarded, kit, doors);
      addSystemPage(guarded, kit, doors);
      addOtherServerPages(guarded, kit, doors);
      addHttpsSettings(guarded, kit, doors);
      addDoctorPages(guarded, kit, doors);
    });
  });

  function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const isOvertaken = error instanceof StoreError && error.kind === 'changed-meanwhile';
    const status = isOvertaken ? 409 : (error.statusCode ?? 500);
    if (status >= 500) {
      const route = request.routeOptions.url ?? '';
      const cause = String(error.stack ?? error);
      log.error({ event: 'page.failed', method: request.method, route, cause }, 'a page failed');
    }
    const key = isOvertaken ? 'page.changed-meanwhile' : status >= 500 ? 'page.broken' : 'page.not-understood';
    const text = kit.t(request, key);
    return answerWithMessage(kit, request, reply, { title: 'page.broken-title', text, status });
  }

  return {
    notFound(request, reply) {
      const wantsPage = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
      if (!wantsPage || request.url.startsWith('/api/')) return undefined;
      addHeaders(reply);
      const text = kit.t(request, 'page.not-found');
      return answerWithMessage(kit, request, reply, { title: 'page.not-found-title', text, status: 404 });
    },
  };
}

function addHeaders(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

function answerWithMessage(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  { title, text, status }: { readonly title: string; readonly text: string; readonly status: number },
): FastifyReply {
  if (isFragmentRequest(request)) return kit.renderNotice(reply, request, { kind: 'error', text, status });
  return kit.renderPage(reply, request, { view: 'message', title, nav: null, model: { text }, status });
}
