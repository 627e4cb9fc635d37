import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkBackupPassphrase } from '../../core/check-backup-passphrase.ts';
import { MOST_BACKUPS_KEPT } from '../../core/check-nightly-backups.ts';
import { Secret } from '../../core/secret.ts';
import { changeSite } from '../../flows/change-site.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { buildBackups, sayPassphraseFault, type TypedBackups } from '../build-backups.ts';
import type { PageDoors } from '../page-doors.ts';
import type { Notice, PageKit } from '../page-kit.ts';
import { type Form, readForm } from '../read-form.ts';
import { isStale, mustReadSiteChange } from '../site-edit.ts';
import { systemTabs } from '../system-tabs.ts';

const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;
const PATH = '/backups';

/** Backups by night and by hand: for administrators. */
export function addBackupsPage(app: ApiApp, kit: PageKit, { backups, office, clock }: PageDoors): void {
  app.get(PATH, ADMIN, async (request, reply) => show(request, reply));

  app.get<{ Params: { name: string } }>(`${PATH}/:name`, ADMIN, async (request, reply) => {
    const { name } = request.params;
    const found = await backups.read(name, actorOf(request));
    if (!found.ok) return say(request, reply, { kind: 'error', text: kit.t(request, 'backups.no-such') });
    return reply
      .type('application/octet-stream')
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('content-length', found.value.bytes)
      .send(found.value.stream);
  });

  app.post(PATH, ADMIN, async (request, reply) => {
    const form = readForm(request);
    const error = findPassphraseFault(request, form, office.site().backupPassphrase === null);
    if (error !== '') return show(request, reply, { errors: { now: error } }, 422);
    const typed = form.raw('passphrase');
    const made = await backups.make(actorOf(request), typed === '' ? undefined : new Secret(typed));
    if (made.ok) return say(request, reply, { kind: 'done', text: kit.t(request, 'backups.made') });
    // Why it was not made stands on the page.
    if (made.problem.kind === 'backup-failed') return show(request, reply, { errors: {} }, 500);
    return say(request, reply, { kind: 'warning', text: kit.t(request, 'backups.is-running') });
  });

  app.post(`${PATH}/nightly`, ADMIN, async (request, reply) => {
    const form = readForm(request);
    const site = office.site();
    const kept = form.get('kept');
    if (isStale(form, site)) {
      return say(request, reply, { kind: 'error', text: kit.t(request, 'site.changed-meanwhile') });
    }
    const isKept = /^\d{1,3}$/.test(kept) && Number(kept) <= MOST_BACKUPS_KEPT;
    const isNeeded = site.backupPassphrase === null && isKept && Number(kept) > 0;
    const errors = {
      kept: isKept ? '' : kit.t(request, 'backups.wrong-kept', { most: MOST_BACKUPS_KEPT }),
      nightly: findPassphraseFault(request, form, isNeeded),
    };
    if (errors.kept !== '' || errors.nightly !== '') return show(request, reply, { kept, errors }, 422);
    const typed = form.raw('passphrase');
    const body = { trust: { nightlyBackupsKept: Number(kept) }, ...(typed !== '' && { backupPassphrase: typed }) };
    await changeSite(office, mustReadSiteChange(body, site), actorOf(request), clock());
    return say(request, reply, { kind: 'done', text: kit.t(request, 'backups.saved') });
  });

  /** Typed twice: nobody sees a typing error, and nobody could read the backup. Empty: it will do. */
  function findPassphraseFault(request: FastifyRequest, form: Form, isNeeded: boolean): string {
    const texts = kit.texts(request);
    const typed = form.raw('passphrase');
    if (typed === '') return isNeeded ? texts.t('backups.passphrase-needed') : '';
    const fault = checkBackupPassphrase(typed);
    if (fault !== undefined) return sayPassphraseFault(fault, texts);
    return form.raw('repeat') === typed ? '' : texts.t('backups.wrong-repeat');
  }

  function say(request: FastifyRequest, reply: FastifyReply, notice: Notice): FastifyReply {
    return kit.redirect(reply, request, PATH, notice);
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    typed?: TypedBackups,
    status = 200,
  ): Promise<FastifyReply> {
    const [files, state] = [await backups.list(), await backups.state()];
    const model = {
      tabs: systemTabs(app, request, 'backups'),
      ...buildBackups(files, state, office.site(), kit.texts(request), typed),
    };
    return kit.renderPage(reply, request, { view: 'backups', title: 'backups.title', nav: 'system', model, status });
  }
}
