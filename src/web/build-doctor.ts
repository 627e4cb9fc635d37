import type { DoctorRun } from '../flows/doctor/doctor.ts';
import { worstOf } from '../flows/doctor/finding.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** The colours of findings as badges have them. */
const KINDS = { green: 'good', yellow: 'wait', red: 'bad' } as const;

/** The doctor's card; null: there was no run yet. */
export function buildDoctor(run: DoctorRun | null, texts: Texts) {
  if (run === null) return { run: null };
  const { startedAt, endedAt, done, total, findings } = run;
  const worst = worstOf(findings);
  return {
    run: {
      startedAt,
      done,
      total,
      isOver: endedAt !== null,
      kind: KINDS[worst],
      verdict: texts.t(`doctor.worst-${worst}`),
      findings: findings.map(({ id, state, sentence, advice }) => ({
        id,
        kind: KINDS[state],
        state: texts.t(`doctor.state-${state}`),
        sentence: sayNote(texts, sentence),
        advice: advice === null ? '' : sayNote(texts, advice),
      })),
    },
  };
}
