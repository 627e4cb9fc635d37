import { Type } from 'typebox';
import type { Extension } from '../../core/extension.ts';
import { describeExtensionProblem, putExtension, removeExtension } from '../../flows/change-extension.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { extensionSortKey, findPage } from '../find-devices.ts';
import { formatExtension } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { problemOf } from '../problem-to-reply.ts';
import { formatCursor, readCursor } from '../read-cursor.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { DEFAULT_LIMIT } from '../schemas/common.ts';
import {
  ExtensionAnswer,
  ExtensionBody,
  ExtensionList,
  ExtensionListQuery,
  ExtensionParams,
} from '../schemas/extension.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Extensions';

export function addExtensionRoutes(app: ApiApp, { office, clock }: WebDoors): void {
  function answerOf(extension: Extension): ExtensionAnswer {
    return formatExtension(extension, office.holdersOf(extension.number));
  }

  app.get(
    '/extensions',
    {
      config: { role: 'viewer' },
      schema: {
        querystring: ExtensionListQuery,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'All extensions, in the order of their numbers',
          answers: { 200: ExtensionList },
        }),
      },
    },
    async (request, reply) => {
      const { limit = DEFAULT_LIMIT, cursor, q = '' } = request.query;
      const after = readCursor(cursor);
      if (!after.ok) return replyWithProblem(reply, invalidInput([after.problem]));
      const wanted = q.trim().toLowerCase();
      const matching = [...office.extensions()].filter(({ number, displayName }) =>
        `${number}\n${displayName}`.toLowerCase().includes(wanted),
      );
      const page = findPage(matching, ({ number }) => extensionSortKey(number), limit, after.value);
      return { items: page.items.map(answerOf), next: page.next === null ? null : formatCursor(page.next) };
    },
  );

  app.get(
    '/extensions/:number',
    {
      config: { role: 'viewer' },
      schema: {
        params: ExtensionParams,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'One extension',
          answers: { 200: ExtensionAnswer },
          problems: ['no-such-extension'],
        }),
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      const extension = office.findExtension(number);
      if (extension !== undefined) return answerOf(extension);
      const problem = { kind: 'no-such-extension', number } as const;
      return replyWithProblem(reply, problemOf(problem, describeExtensionProblem));
    },
  );

  app.put(
    '/extensions/:number',
    {
      config: { role: 'technician' },
      schema: {
        params: ExtensionParams,
        body: ExtensionBody,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Make or change an extension',
          description:
            'What is left out keeps its value; a new one without password gets a drawn one. 201 when it is new. ' +
            'The same again changes nothing. Phones that have it get a new file with their next fetch.',
          answers: { 200: ExtensionAnswer, 201: ExtensionAnswer },
          problems: ['bad-extension', 'account-not-writable'],
        }),
      },
    },
    async (request, reply) => {
      const put = await putExtension(office, request.params.number, request.body, actorOf(request), clock());
      if (!put.ok) return replyWithProblem(reply, problemOf(put.problem, describeExtensionProblem));
      return reply.code(put.value.created ? 201 : 200).send(answerOf(put.value.extension));
    },
  );

  app.delete(
    '/extensions/:number',
    {
      config: { role: 'technician' },
      schema: {
        params: ExtensionParams,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Remove an extension that no phone has',
          answers: { 204: Type.Null({ description: 'It is gone' }) },
          problems: ['no-such-extension', 'extension-in-use'],
        }),
      },
    },
    async (request, reply) => {
      const removed = await removeExtension(office, request.params.number, actorOf(request), clock());
      if (!removed.ok) return replyWithProblem(reply, problemOf(removed.problem, describeExtensionProblem));
      return reply.code(204).send();
    },
  );
}
