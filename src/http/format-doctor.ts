import type { DoctorRun } from '../flows/doctor/doctor.ts';
import { type Finding, worstOf } from '../flows/doctor/finding.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';
import type { DoctorAnswer } from './schemas/doctor.ts';

// Every field is named, as in format-answers.

export function formatDoctorRun({ startedAt, endedAt, done, total, findings }: DoctorRun): DoctorAnswer {
  return {
    startedAt: formatTime(startedAt),
    endedAt: formatTimeOrNull(endedAt),
    state: worstOf(findings),
    done,
    total,
    findings: findings.map(formatFinding),
  };
}

/** The same to programs that ask the API, and to those that run the command line. */
export function formatFinding({ id, state, sentence, advice }: Finding): DoctorAnswer['findings'][number] {
  return { id, state, sentence: sentence.text, advice: advice?.text ?? null };
}
