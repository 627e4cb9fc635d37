import { Type } from 'typebox';
import { changeUser } from '../../flows/change-user.ts';
import { createUser } from '../../flows/create-user.ts';
import { removeUser } from '../../flows/remove-user.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf, userOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatPeopleProblem, formatUser } from '../format-people.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { PersonParams, UserAnswer, UserBody, UserList, UserPatchBody } from '../schemas/people.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Users';

/** Who may log in. */
export function addUserRoutes(app: ApiApp, { people }: WebDoors): void {
  app.get(
    '/users',
    {
      config: { role: 'admin' },
      schema: describeRoute({ role: 'admin', tag: TAG, summary: 'Who may log in', answers: { 200: UserList } }),
    },
    async () => ({ items: (await people.users.list()).map(formatUser) }),
  );

  app.post(
    '/users',
    {
      config: { role: 'admin' },
      schema: {
        body: UserBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Make a user',
          answers: { 201: UserAnswer },
          problems: ['bad-user-name', 'weak-password', 'name-taken', 'administrator-first'],
        }),
      },
    },
    async (request, reply) => {
      const created = await createUser(people, request.body, actorOf(request));
      if (!created.ok) return replyWithProblem(reply, formatPeopleProblem(created.problem));
      return reply.code(201).send(formatUser(created.value));
    },
  );

  app.put(
    '/users/:id',
    {
      config: { role: 'admin' },
      schema: {
        params: PersonParams,
        body: UserPatchBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: "Change a user's role, or set a new password for somebody who forgot it",
          description:
            'What the body leaves out stays. A role holds with the next request; a new password ends all sessions of the user.',
          answers: { 200: UserAnswer },
          problems: ['no-such-user', 'weak-password', 'own-password', 'last-administrator'],
        }),
      },
    },
    async (request, reply) => {
      const changed = await changeUser(people, request.params.id, request.body, userOf(request));
      if (!changed.ok) return replyWithProblem(reply, formatPeopleProblem(changed.problem));
      return formatUser(changed.value);
    },
  );

  app.delete(
    '/users/:id',
    {
      config: { role: 'admin' },
      schema: {
        params: PersonParams,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Remove a user',
          description: 'All sessions of the user end.',
          answers: { 204: Type.Null({ description: 'The user is gone' }) },
          problems: ['no-such-user', 'last-administrator'],
        }),
      },
    },
    async (request, reply) => {
      const removed = await removeUser(people, request.params.id, actorOf(request));
      if (!removed.ok) return replyWithProblem(reply, formatPeopleProblem(removed.problem));
      return reply.code(204).send();
    },
  );
}
