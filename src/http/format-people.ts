import { type Session, sessionEnd } from '../core/session.ts';
import type { User } from '../core/user.ts';
import { describePeopleProblem, type PeopleProblem } from '../flows/people.ts';
import { describeProbe, type ProbeOutcome } from '../flows/probe-sip-server.ts';
import type { HttpProblem } from './problem-to-reply.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { SessionAnswer, UserAnswer } from './schemas/people.ts';
import type { ProbeAnswer } from './schemas/sip-probe.ts';

export function formatUser({ id, name, role, createdAt, passwordChangedAt, lastLogInAt }: User): UserAnswer {
  return {
    id,
    name,
    role,
    createdAt: formatTime(createdAt),
    passwordChangedAt: formatTime(passwordChangedAt),
    lastLogInAt: formatTimeOrNull(lastLogInAt),
  };
}

/** `currentId`: of the session that asks. */
export function formatSession(session: Session, currentId: string | null): SessionAnswer {
  const { id, createdAt, lastUsedAt, userAgent, address } = session;
  return {
    id,
    createdAt: formatTime(createdAt),
    lastUsedAt: formatTime(lastUsedAt),
    endsAt: formatTime(sessionEnd(session)),
    userAgent,
    address,
    isCurrent: id === currentId,
  };
}

export function formatProbe(outcome: ProbeOutcome): ProbeAnswer {
  const isAnswer = outcome.kind === 'answered';
  return {
    outcome: outcome.kind,
    sentence: describeProbe(outcome),
    status: isAnswer ? outcome.status : null,
    server: isAnswer ? outcome.server : null,
    afterMs: isAnswer ? outcome.afterMs : null,
  };
}

export function formatPeopleProblem(problem: PeopleProblem): HttpProblem {
  const detail = describePeopleProblem(problem);
  if (problem.kind !== 'too-many-attempts') return { kind: problem.kind, detail };
  // RFC 9110 10.2.3: whole seconds.
  return { kind: problem.kind, detail, headers: { 'retry-after': String(Math.ceil(problem.retryAfterMs / 1_000)) } };
}
