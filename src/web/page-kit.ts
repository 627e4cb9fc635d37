import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AssetFiles, openAssetFiles } from './asset-files.ts';
import { buildInternetSign } from './build-internet-sign.ts';
import { chooseLanguage, LANGUAGES } from './choose-language.ts';
import { formatTimesFor } from './format-times.ts';
import { type MessageParameters, openMessageSet, type Texts } from './message-set.ts';
import type { PageDoors } from './page-doors.ts';
import { formatCookie, readCookie } from './read-cookie.ts';
import { openViewSet, type ViewContext, type ViewSet } from './view-set.ts';

/** Pages of the left rail, in its order. */
export const NAV = [
  { id: 'phones', href: '/', icon: 'phone' },
  { id: 'extensions', href: '/extensions', icon: 'number' },
  { id: 'internet', href: '/internet', icon: 'internet' },
  { id: 'site', href: '/site', icon: 'site' },
  { id: 'events', href: '/events', icon: 'events' },
  { id: 'system', href: '/system', icon: 'system' },
] as const;
export type NavId = (typeof NAV)[number]['id'];

export interface PageOptions {
  /** File of views/ without its ending. */
  readonly view: string;
  /** Message key of the title, or the title itself as `{ text }`. */
  readonly title: string | { readonly text: string };
  /** Null: a page outside of the rail (log-in, setup). It has no rail and no search then. */
  readonly nav: NavId | null;
  readonly model: object;
  /** HTTP status; 200. */
  readonly status?: number;
}

export interface Notice {
  readonly kind: 'done' | 'error' | 'warning';
  readonly text: string;
}

/** What every page file uses. */
export interface PageKit {
  renderPage(reply: FastifyReply, request: FastifyRequest, options: PageOptions): FastifyReply;
  /** A piece of a page, for htmx. */
  renderFragment(
    reply: FastifyReply,
    request: FastifyRequest,
    options: { readonly view: string; readonly model: object; readonly status?: number },
  ): FastifyReply;
  /** Says something without changing the page: goes to the notices' corner, whatever the request's target was. */
  renderNotice(
    reply: FastifyReply,
    request: FastifyRequest,
    notice: Notice & { readonly status?: number },
  ): FastifyReply;
  /** HTML of a view, to be put together by the caller. */
  html(request: FastifyRequest, view: string, model: object): string;
  /** After a form that was sent without htmx: go there, and say this once. */
  redirect(reply: FastifyReply, request: FastifyRequest, path: string, notice?: Notice): FastifyReply;
  /** Says something after a form: beside the page, or there after a form that was sent without htmx. */
  tell(reply: FastifyReply, request: FastifyRequest, path: string, notice: Notice): FastifyReply;
  texts(request: FastifyRequest): Texts;
  t(request: FastifyRequest, key: string, parameters?: MessageParameters): string;
  context(request: FastifyRequest): ViewContext;
  readonly views: ViewSet;
  readonly assets: AssetFiles;
}

/** Sent by htmx with each of its requests. */
export function isFragmentRequest(request: FastifyRequest): boolean {
  return request.headers['hx-request'] === 'true';
}

export const LANGUAGE_COOKIE = 'plugtone_language';
export const THEME_COOKIE = 'plugtone_theme';
export const THEMES = ['auto', 'light', 'dark'] as const;

/** A notice after a redirect: as long as the redirect may take. */
const FLASH_COOKIE = 'plugtone_notice';
const FLASH_SECONDS = 20;

export function createPageKit({ office, internet, clock, sessions }: PageDoors): PageKit {
  const assets = openAssetFiles();
  const views = openViewSet(assets);
  const messages = openMessageSet();

  function texts(request: FastifyRequest): Texts {
    const chosen = readCookie(request.headers.cookie, LANGUAGE_COOKIE);
    return messages[chooseLanguage(chosen, request.headers['accept-language'])];
  }

  function context(request: FastifyRequest): ViewContext {
    const own = texts(request);
    return {
      texts: own,
      times: formatTimesFor(own.language, office.site().settings.timeZone ?? 'UTC'),
      now: clock(),
      csrf: sessions.csrfOf(request),
      role: request.user?.role ?? null,
    };
  }

  function sendHtml(reply: FastifyReply, status: number, html: string): FastifyReply {
    return reply.code(status).type('text/html; charset=utf-8').send(html);
  }

  const kit: PageKit = {
    views,
    assets,
    texts,
    context,
    t: (request, key, parameters) => texts(request).t(key, parameters),
    html: (request, view, model) => views.render(view, model, context(request)),
    renderPage(reply, request, { view, title, nav, model, status = 200 }) {
      const own = context(request);
      const flash = readFlash(request);
      if (flash.length > 0) reply.header('set-cookie', formatCookie(FLASH_COOKIE, '', 0));
      const theme = readCookie(request.headers.cookie, THEME_COOKIE);
      const layout = {
        title: typeof title === 'string' ? own.texts.t(title) : title.text,
        siteName: office.site().name,
        body: views.render(view, model, own),
        language: own.texts.language,
        languages: LANGUAGES.map((language) => ({ language, isChosen: language === own.texts.language })),
        theme: THEMES.find((known) => known === theme) ?? 'auto',
        themes: THEMES.map((name) => ({ name, isChosen: name === (theme ?? 'auto') })),
        path: request.method === 'GET' ? request.url : '/',
        user: request.user === null ? null : { name: request.user.name, role: request.user.role },
        canLogOut: sessions.loginPath !== null && request.user !== null,
        nav: nav === null ? [] : NAV.map((page) => ({ ...page, isCurrent: page.id === nav })),
        hasNav: nav !== null,
        waiting: countWaiting(),
        sign: buildInternetSign(internet.readAddress(), own.texts),
        notices: flash,
        csrfToken: own.csrf,
      };
      return sendHtml(reply, status, views.render('layout', layout, own));
    },
    renderFragment: (reply, request, { view, model, status = 200 }) =>
      sendHtml(reply, status, views.render(view, model, context(request))),
    renderNotice(reply, request, { kind, text, status = kind === 'error' ? 422 : 200 }) {
      reply.headers({ 'hx-retarget': '#notices', 'hx-reswap': 'beforeend' });
      return sendHtml(reply, status, views.render('notice', { kind, text }, context(request)));
    },
    redirect(reply, request, path, notice) {
      if (notice !== undefined) {
        const value = Buffer.from(JSON.stringify(notice)).toString('base64url');
        reply.header('set-cookie', formatCookie(FLASH_COOKIE, value, FLASH_SECONDS));
      }
      // htmx follows a redirect itself and would swap the whole page into its target.
      if (isFragmentRequest(request)) return reply.code(204).header('hx-redirect', path).send();
      return reply.redirect(path, 303);
    },
    tell: (reply, request, path, notice) =>
      isFragmentRequest(request)
        ? kit.renderNotice(reply, request, notice)
        : kit.redirect(reply, request, path, notice),
  };
  return kit;

  function countWaiting(): number {
    let waiting = 0;
    for (const { state } of office.devices()) if (state === 'pending') waiting += 1;
    return waiting;
  }
}

/** Our own cookie, but anybody may write one: anything but a notice is none. */
function readFlash(request: FastifyRequest): readonly Notice[] {
  const value = readCookie(request.headers.cookie, FLASH_COOKIE);
  if (value === undefined || value === '') return [];
  try {
    const { kind, text }: { kind?: unknown; text?: unknown } = JSON.parse(Buffer.from(value, 'base64url').toString());
    if (typeof text !== 'string' || (kind !== 'done' && kind !== 'error' && kind !== 'warning')) return [];
    return [{ kind, text: text.slice(0, 500) }];
  } catch {
    return [];
  }
}
