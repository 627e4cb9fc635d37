import type { FastifyReply } from 'fastify';
import { type HttpProblem, PROBLEM_CONTENT_TYPE, problemToReply } from './problem-to-reply.ts';

/** The reply of any route, whatever its schema: a problem fits everywhere. */
interface AnyReply {
  readonly raw: FastifyReply['raw'];
}

/** Sends the problem document as bytes: a route's own response schema has no say in it, and no charset is added (RFC 8259 11). */
export function replyWithProblem(reply: AnyReply, problem: HttpProblem): FastifyReply {
  const { status, headers, document } = problemToReply(problem);
  const bytes = Buffer.from(JSON.stringify(document));
  return (reply as FastifyReply).code(status).headers(headers).type(PROBLEM_CONTENT_TYPE).send(bytes);
}
