import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRole, ROLES } from '../../core/role.ts';
import { changeUser } from '../../flows/change-user.ts';
import { createUser } from '../../flows/create-user.ts';
import type { PeopleProblem } from '../../flows/people.ts';
import { removeUser } from '../../flows/remove-user.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf, userOf } from '../../http/bearer-guard.ts';
import { describePeopleProblem, fieldOfPeopleProblem } from '../describe-people-problem.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';
import { systemTabs } from '../system-tabs.ts';

const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;
const PATH = '/users';

interface NewUserForm {
  readonly name: string;
  readonly role: string;
  readonly errors: { readonly user: string; readonly password: string };
}

const EMPTY: NewUserForm = { name: '', role: 'technician', errors: { user: '', password: '' } };

/** Who may log in: for administrators. */
export function addUsersPage(app: ApiApp, kit: PageKit, { people }: PageDoors): void {
  app.get(PATH, ADMIN, async (request, reply) => show(request, reply, EMPTY));

  app.post(PATH, ADMIN, async (request, reply) => {
    const form = readForm(request);
    const name = form.get('user').slice(0, 200);
    const role = form.get('role');
    if (!isRole(role)) return show(request, reply, { ...EMPTY, name }, 422);
    const password = form.raw('password').slice(0, 1_000);
    const created = await createUser(people, { name, role, password }, actorOf(request));
    if (!created.ok) {
      const field = fieldOfPeopleProblem(created.problem) === 'password' ? 'password' : 'user';
      const errors = { ...EMPTY.errors, [field]: describePeopleProblem(kit.texts(request), created.problem) };
      return show(request, reply, { name, role, errors }, 422);
    }
    return done(request, reply, kit.t(request, 'users.created', { name }));
  });

  app.post<{ Params: { id: string } }>(`${PATH}/:id/role`, ADMIN, async (request, reply) => {
    const role = readForm(request).get('role');
    if (!isRole(role)) return reply.redirect(PATH, 303);
    const changed = await changeUser(people, request.params.id, { role }, userOf(request));
    if (!changed.ok) return refuse(request, reply, changed.problem);
    const { name } = changed.value;
    return done(request, reply, kit.t(request, 'users.role-changed', { name, role: kit.t(request, `role.${role}`) }));
  });

  app.post<{ Params: { id: string } }>(`${PATH}/:id/password`, ADMIN, async (request, reply) => {
    const password = readForm(request).raw('password').slice(0, 1_000);
    const changed = await changeUser(people, request.params.id, { password }, userOf(request));
    if (!changed.ok) return refuse(request, reply, changed.problem);
    return done(request, reply, kit.t(request, 'users.password-set', { name: changed.value.name }));
  });

  app.post<{ Params: { id: string } }>(`${PATH}/:id/remove`, ADMIN, async (request, reply) => {
    const removed = await removeUser(people, request.params.id, actorOf(request));
    if (!removed.ok) return refuse(request, reply, removed.problem);
    return done(request, reply, kit.t(request, 'users.removed', { name: removed.value.name }));
  });

  function done(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
    return kit.redirect(reply, request, PATH, { kind: 'done', text });
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, problem: PeopleProblem): FastifyReply {
    const text = describePeopleProblem(kit.texts(request), problem);
    return kit.redirect(reply, request, PATH, { kind: 'error', text });
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    form: NewUserForm,
    status = 200,
  ): Promise<FastifyReply> {
    const own = userOf(request).id;
    const rolesFor = (chosen: string) =>
      ROLES.map((value) => ({ value, label: kit.t(request, `role.${value}`), isChosen: value === chosen }));
    const users = await people.users.list();
    const model = {
      tabs: systemTabs(app, request, 'users'),
      form: { ...form, roles: rolesFor(form.role) },
      users: users.map(({ id, name, role, lastLogInAt }) => ({
        id,
        name,
        roles: rolesFor(role),
        lastLogInAt,
        isOwn: id === own,
      })),
    };
    return kit.renderPage(reply, request, { view: 'users', title: 'users.title', nav: 'system', model, status });
  }
}
