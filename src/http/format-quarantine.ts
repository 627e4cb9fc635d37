import type { SourceDecision } from '../core/decide-source.ts';
import { describeFailure } from '../core/describe-failure.ts';
import type { QuarantineEntry } from '../core/quarantine.ts';
import type { SourceJudgement } from '../flows/judge-source.ts';
import { formatTime } from './schemas/common.ts';
import type { QuarantineAnswer, SourceAnswer } from './schemas/quarantine.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatQuarantine({ address, mac, reason, since, until, times }: QuarantineEntry): QuarantineAnswer {
  const explanation = describeFailure(reason).text;
  return { address, mac, reason, explanation, since: formatTime(since), until: formatTime(until), times };
}

export function formatSource(address: string, { sip, http, quarantine }: SourceJudgement): SourceAnswer {
  return {
    address,
    sip: formatDecision(sip),
    http: formatDecision(http),
    quarantine: quarantine === null ? null : formatQuarantine(quarantine),
  };
}

/** People count from 1. */
function formatDecision({ action, because, rule }: SourceDecision): SourceAnswer['sip'] {
  return { action, because, rule: rule === null ? null : rule + 1 };
}
