import { Type } from 'typebox';
import { createToken, revokeToken } from '../../flows/change-token.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatToken } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { CreatedTokenAnswer, TokenBody, TokenList, TokenParams } from '../schemas/token.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Tokens';

/** Bearer tokens of this API. */
export function addTokenRoutes(app: ApiApp, doors: WebDoors): void {
  const { tokens } = doors;
  app.get(
    '/tokens',
    {
      config: { role: 'admin' },
      schema: describeRoute({
        role: 'admin',
        tag: TAG,
        summary: 'Who may use this API',
        description: 'Without the tokens themselves: only their digests are kept.',
        answers: { 200: TokenList },
      }),
    },
    async () => ({ items: (await tokens.list()).map(formatToken) }),
  );

  app.post(
    '/tokens',
    {
      config: { role: 'admin' },
      schema: {
        body: TokenBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Make a token',
          description: 'The answer is the only place where it is ever shown.',
          answers: { 201: CreatedTokenAnswer },
          problems: ['name-taken'],
        }),
      },
    },
    async (request, reply) => {
      const { name, role } = request.body;
      const created = await createToken(doors, { name, role }, actorOf(request));
      if (!created.ok) {
        return replyWithProblem(reply, { kind: 'name-taken', detail: `There is a token named "${name}" already.` });
      }
      return reply.code(201).send({ ...formatToken(created.value), token: created.value.token });
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { role: 'admin' },
      schema: {
        params: TokenParams,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Revoke a token, by id or name',
          answers: { 204: Type.Null({ description: 'It opens nothing any more' }) },
          problems: ['no-such-token'],
        }),
      },
    },
    async (request, reply) => {
      const revoked = await revokeToken(doors, request.params.id, actorOf(request));
      if (revoked === undefined) {
        return replyWithProblem(reply, { kind: 'no-such-token', detail: 'There is no token of that id or name.' });
      }
      return reply.code(204).send();
    },
  );
}
