import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatToken } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { CreatedTokenAnswer, TokenBody, TokenList, TokenParams } from '../schemas/token.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Tokens';

/** Bearer tokens of this API. */
export function addTokenRoutes(app: ApiApp, { tokens, office, clock }: WebDoors): void {
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
      const created = await tokens.create({ name, role });
      if (!created.ok) {
        return replyWithProblem(reply, { kind: 'name-taken', detail: `There is a token named "${name}" already.` });
      }
      await audit(actorOf(request), 'token.created', name, { role });
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
      const revoked = await tokens.revoke(request.params.id);
      if (revoked === undefined) {
        return replyWithProblem(reply, { kind: 'no-such-token', detail: 'There is no token of that id or name.' });
      }
      await audit(actorOf(request), 'token.revoked', revoked.name, { role: revoked.role });
      return reply.code(204).send();
    },
  );

  function audit(actor: string, action: string, subject: string, detail: { readonly role: string }): Promise<void> {
    return office.commit({ audit: [{ at: clock(), actor, action, subject, detail }] });
  }
}
