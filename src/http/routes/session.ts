import { Type } from 'typebox';
import { changePassword } from '../../flows/change-password.ts';
import { logIn } from '../../flows/log-in.ts';
import { endSession, logOutEverywhere } from '../../flows/log-out.ts';
import type { ApiApp } from '../api-app.ts';
import { userOf, visitorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatPeopleProblem, formatSession } from '../format-people.ts';
import { replyWithProblem } from '../problem-reply.ts';
import type { HttpProblem } from '../problem-to-reply.ts';
import { LogInBody, LogOutQuery, PasswordBody, PersonParams, SessionList, WhoAnswer } from '../schemas/people.ts';
import { endedSessionCookie, sessionCookie } from '../session-cookie.ts';
import { csrfTokenOf } from '../session-guard.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Session';

const NO_SESSION: HttpProblem = {
  kind: 'no-session',
  detail: 'This is about the session of a person; the request came with a token of the API.',
};

/** Logging in: the one door that is open to anybody. */
export function addLogInRoute(app: ApiApp, { people }: WebDoors): void {
  app.post(
    '/session',
    {
      schema: {
        body: LogInBody,
        ...describeRoute({
          role: 'anybody',
          tag: TAG,
          summary: 'Log in',
          description:
            'The answer carries the session cookie. Unsafe requests with it also want its `csrfToken` as X-CSRF-Token. ' +
            'After some failures each attempt has to wait, longer each time: Retry-After says how long.',
          answers: { 200: WhoAnswer },
          problems: ['log-in-refused', 'too-many-attempts'],
        }),
      },
    },
    async (request, reply) => {
      const { user: name, password } = request.body;
      const opened = await logIn(people, { ...visitorOf(request), name, password });
      if (!opened.ok) return replyWithProblem(reply, formatPeopleProblem(opened.problem));
      const { user, key } = opened.value;
      reply.header('set-cookie', sessionCookie(request, key));
      const { id, role } = user;
      return { id, name: user.name, role, by: 'session' as const, csrfToken: csrfTokenOf(key.reveal()) };
    },
  );
}

/** One's own session, sessions and password. */
export function addSessionRoutes(app: ApiApp, { people }: WebDoors): void {
  app.get(
    '/session',
    {
      config: { role: 'viewer' },
      schema: describeRoute({ role: 'viewer', tag: TAG, summary: 'Who am I?', answers: { 200: WhoAnswer } }),
    },
    async (request) => {
      const { id, name, role } = userOf(request);
      const session = request.loginSession;
      const by = session === null ? ('token' as const) : ('session' as const);
      return { id, name, role, by, csrfToken: session?.csrf ?? null };
    },
  );

  app.delete(
    '/session',
    {
      config: { role: 'viewer' },
      schema: {
        querystring: LogOutQuery,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'Log out, here or everywhere',
          answers: { 204: Type.Null({ description: 'The session has ended' }) },
          problems: ['no-session'],
        }),
      },
    },
    async (request, reply) => {
      const session = request.loginSession;
      if (session === null) return replyWithProblem(reply, NO_SESSION);
      const user = userOf(request);
      if (request.query.everywhere === 1) await logOutEverywhere(people, user);
      else await endSession(people, user, session.id);
      return reply.code(204).header('set-cookie', endedSessionCookie(request)).send();
    },
  );

  app.put(
    '/session/password',
    {
      config: { role: 'viewer' },
      schema: {
        body: PasswordBody,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'Change the own password',
          description: 'With the old one. The other sessions of this user end.',
          answers: { 204: Type.Null({ description: 'It holds from now on' }) },
          problems: ['no-session', 'wrong-password', 'weak-password', 'too-many-attempts'],
        }),
      },
    },
    async (request, reply) => {
      const session = request.loginSession;
      if (session === null) return replyWithProblem(reply, NO_SESSION);
      const { address } = visitorOf(request);
      const whose = { userId: userOf(request).id, sessionId: session.id, address };
      const changed = await changePassword(people, { ...whose, ...request.body });
      if (!changed.ok) return replyWithProblem(reply, formatPeopleProblem(changed.problem));
      return reply.code(204).send();
    },
  );

  app.get(
    '/sessions',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'Where am I logged in?',
        answers: { 200: SessionList },
        problems: ['no-session'],
      }),
    },
    async (request, reply) => {
      const session = request.loginSession;
      if (session === null) return replyWithProblem(reply, NO_SESSION);
      const items = await people.sessions.listOf(userOf(request).id);
      return { items: items.map((item) => formatSession(item, session.id)) };
    },
  );

  app.delete(
    '/sessions/:id',
    {
      config: { role: 'viewer' },
      schema: {
        params: PersonParams,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'End one of the own sessions',
          answers: { 204: Type.Null({ description: 'The session has ended' }) },
          problems: ['no-session', 'no-such-session'],
        }),
      },
    },
    async (request, reply) => {
      if (request.loginSession === null) return replyWithProblem(reply, NO_SESSION);
      const ended = await endSession(people, userOf(request), request.params.id);
      if (!ended.ok) return replyWithProblem(reply, formatPeopleProblem(ended.problem));
      return reply.code(204).send();
    },
  );
}
