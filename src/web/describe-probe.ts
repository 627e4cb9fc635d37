import type { ProbeOutcome } from '../flows/probe-sip-server.ts';
import type { Texts } from './message-set.ts';

/** What the SIP server answered, in the reader's language. */
export function describeProbe({ t }: Pick<Texts, 't'>, outcome: ProbeOutcome): string {
  switch (outcome.kind) {
    case 'answered': {
      const { status, reason, afterMs, server } = outcome;
      const answer = t('probe.answered', { status: String(status), reason, ms: afterMs });
      return server === null ? answer : `${answer} ${t('probe.says', { server })}`;
    }
    case 'no-answer':
      return t('probe.no-answer', { count: Math.round(outcome.waitedMs / 1_000) });
    case 'refused':
      return t('probe.refused', { code: outcome.code });
    case 'name-unknown':
      return t('probe.name-unknown');
    case 'not-sip':
      return t('probe.not-sip');
    default:
      return outcome satisfies never;
  }
}
