import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRole, ROLES } from '../../core/role.ts';
import { createToken, revokeToken } from '../../flows/change-token.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';
import { systemTabs } from '../system-tabs.ts';

const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;
const PATH = '/tokens';

/** As the API wants it (schemas/token.ts). */
const TOKEN_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u;

interface NewTokenForm {
  readonly name: string;
  readonly role: string;
  readonly error: string;
}

const EMPTY: NewTokenForm = { name: '', role: 'viewer', error: '' };

/** Tokens of the API, for programs: for administrators. */
export function addTokensPage(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  app.get(PATH, ADMIN, async (request, reply) => show(request, reply, EMPTY, null));

  // The answer to this request is the only place where the token is ever shown.
  app.post(PATH, ADMIN, async (request, reply) => {
    const form = readForm(request);
    const name = form.get('name').slice(0, 200);
    const role = form.get('role');
    if (!isRole(role) || !TOKEN_NAME.test(name)) {
      return show(request, reply, { ...EMPTY, name, error: kit.t(request, 'tokens.wrong-name') }, null, 422);
    }
    const created = await createToken(doors, { name, role }, actorOf(request));
    if (!created.ok) {
      const error = kit.t(request, 'tokens.name-taken', { name });
      return show(request, reply, { name, role, error }, null, 422);
    }
    return show(request, reply, EMPTY, { name, token: created.value.token });
  });

  app.post<{ Params: { id: string } }>(`${PATH}/:id/revoke`, ADMIN, async (request, reply) => {
    const revoked = await revokeToken(doors, request.params.id, actorOf(request));
    const text =
      revoked === undefined
        ? kit.t(request, 'tokens.no-such')
        : kit.t(request, 'tokens.revoked', { name: revoked.name });
    return kit.redirect(reply, request, PATH, { kind: revoked === undefined ? 'error' : 'done', text });
  });

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    form: NewTokenForm,
    created: { readonly name: string; readonly token: string } | null,
    status = 200,
  ): Promise<FastifyReply> {
    const tokens = await doors.tokens.list();
    const model = {
      tabs: systemTabs(app, request, 'tokens'),
      created,
      form: {
        ...form,
        roles: ROLES.map((value) => ({ value, label: kit.t(request, `role.${value}`), isChosen: value === form.role })),
      },
      tokens: tokens.map(({ id, name, role, createdAt, lastUsedAt }) => ({
        id,
        name,
        role: kit.t(request, `role.${role}`),
        createdAt,
        lastUsedAt,
      })),
    };
    return kit.renderPage(reply, request, { view: 'tokens', title: 'tokens.title', nav: 'system', model, status });
  }
}
