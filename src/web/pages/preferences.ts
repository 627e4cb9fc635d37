import type { ApiApp } from '../../http/api-app.ts';
import { isLanguage } from '../choose-language.ts';
import { LANGUAGE_COOKIE, THEME_COOKIE, THEMES } from '../page-kit.ts';
import { formatCookie } from '../read-cookie.ts';
import { readForm } from '../read-form.ts';

const YEAR_SECONDS = 31_536_000;

/** Language and theme: kept in the browser, so they work before log-in too and change nothing here. */
export function addPreferences(app: ApiApp): void {
  app.post('/preferences', { schema: { hide: true } }, async (request, reply) => {
    const form = readForm(request);
    const cookies: string[] = [];
    const language = form.get('language');
    if (isLanguage(language)) cookies.push(formatCookie(LANGUAGE_COOKIE, language, YEAR_SECONDS));
    const theme = THEMES.find((known) => known === form.get('theme'));
    if (theme !== undefined) cookies.push(formatCookie(THEME_COOKIE, theme, YEAR_SECONDS));
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    const back = form.get('back');
    // Our own pages only: `//elsewhere` and `/\elsewhere` leave the site.
    return reply.redirect(/^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(back) ? back : '/', 303);
  });
}
