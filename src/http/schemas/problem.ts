import { Type } from 'typebox';
import { PROBLEM_CONTENT_TYPE, type ProblemKind, problemToReply } from '../problem-to-reply.ts';

export const ProblemAnswer = Type.Object(
  {
    type: Type.String({ description: 'urn:problem-type:plugtone:<kind>: a name for programs' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'One sentence for people' }),
    errors: Type.Optional(
      Type.Array(Type.Object({ where: Type.String(), saw: Type.String(), wanted: Type.String() }), {
        description: 'Field by field, where a request was not understood',
      }),
    ),
  },
  { description: 'RFC 9457 problem document' },
);

/** The `response` part of a route's schema for the problems it may answer with: by status, each with an example. */
export function problemAnswers(kinds: readonly ProblemKind[]): Readonly<Record<string, unknown>> {
  const byStatus = new Map<number, ProblemKind[]>();
  for (const kind of kinds) {
    const { status } = problemToReply({ kind, detail: '' });
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind]);
  }
  return Object.fromEntries([...byStatus].map(([status, kindsOfIt]) => [status, answerOf(kindsOfIt)]));
}

function answerOf(kinds: readonly ProblemKind[]): unknown {
  const examples = kinds.map((kind) => [
    kind,
    { value: problemToReply({ kind, detail: 'What was seen and wanted.' }).document },
  ]);
  return {
    description: kinds.join(', '),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: ProblemAnswer, examples: Object.fromEntries(examples) } },
  };
}
