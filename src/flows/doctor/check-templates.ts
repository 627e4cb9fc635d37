import { type Note, note } from '../../core/note.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface TemplateDoors {
  /** What is broken: its phones get no file. What means nothing. */
  readonly read: () => Promise<{ readonly problems: readonly Note[]; readonly notes: readonly Note[] }>;
}

/** Lines that are told; more of them are the same mistake. */
const MOST_TOLD = 10;

/** Are the site's templates and overrides usable? */
export function createTemplateCheck({ read }: TemplateDoors): DoctorCheck {
  const id = 'templates';
  return {
    id,
    async run() {
      const { problems, notes } = await read();
      const mend = note(
        'doctor.templates-advice',
        'Mend or remove that file of the site; phones that need it get none until then.',
      );
      const look = note('doctor.templates-note-advice', 'Rename or remove that file of the site.');
      const findings: Finding[] = [
        ...problems.map((problem) => red(id, note('doctor.templates-broken', 'Broken: {problem}.', { problem }), mend)),
        ...notes.map((problem) =>
          yellow(id, note('doctor.templates-note', 'Without effect: {problem}.', { problem }), look),
        ),
      ];
      if (findings.length > 0) return findings.slice(0, MOST_TOLD);
      return [green(id, note('doctor.templates-good', 'Templates and overrides are sound.'))];
    },
  };
}
