import type { SourceDecision } from '../core/decide-source.ts';
import { describeFailure } from '../core/describe-failure.ts';
import type { FilterRule } from '../core/trust.ts';
import type { SourceJudgement } from '../flows/judge-source.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** What happens to what comes from an address, in sentences: one for SIP, one for HTTP, one for the quarantine. */
export function buildSourceVerdict(
  address: string,
  { sip, http, quarantine }: SourceJudgement,
  rules: readonly FilterRule[],
  texts: Texts,
) {
  const { t } = texts;
  const line = (protocol: 'sip' | 'http', decision: SourceDecision) => ({
    kind: decision.action === 'drop' ? 'bad' : 'good',
    text: t(`trust.verdict-${protocol}-${decision.action}`),
    because: sayBecause(decision, rules, texts),
  });
  return {
    address,
    lines: [line('sip', sip), line('http', http)],
    quarantine: quarantine && {
      text: t('trust.verdict-quarantine', { why: sayNote(texts, describeFailure(quarantine.reason)) }),
      until: quarantine.until,
    },
  };
}

function sayBecause({ because, rule }: SourceDecision, rules: readonly FilterRule[], { t }: Texts): string {
  if (because !== 'rule' || rule === null) return t(`trust.because-${because}`);
  const { network = '', note = '' } = rules[rule] ?? {};
  const number = rule + 1;
  return note === ''
    ? t('trust.because-rule', { number, network })
    : t('trust.because-rule-note', { number, network, note });
}

/** Would these rules shut the phones' doors to the person who asks? Empty: no. These pages stay open in any case. */
export function findLockOut(address: string, { sip, http }: SourceJudgement, { t }: Texts): string {
  const isRule = (decision: SourceDecision) => decision.action === 'drop' && decision.because === 'rule';
  const rule = isRule(http) ? http.rule : isRule(sip) ? sip.rule : null;
  return rule === null ? '' : t('trust.own-address', { address, number: rule + 1 });
}
