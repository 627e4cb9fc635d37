import { type Static, Type } from 'typebox';
import { nullableText, nullableTime, oneOf } from './common.ts';

const State = oneOf(['green', 'yellow', 'red'], {
  description: 'green: as it should be. yellow: look at it. red: phones are not served as they should',
});

const FindingAnswer = Type.Object({
  id: Type.String({ description: 'Area, and what of it: `ports.web`. Several lines may have one id.' }),
  state: State,
  sentence: Type.String(),
  advice: nullableText({ description: 'What to do; null: nothing' }),
});

export const DoctorAnswer = Type.Object(
  {
    startedAt: Type.String({ format: 'date-time' }),
    endedAt: nullableTime('Null: it goes on'),
    state: State,
    done: Type.Integer({ description: 'Areas that were looked at' }),
    total: Type.Integer(),
    findings: Type.Array(FindingAnswer),
  },
  {
    examples: [
      {
        startedAt: '2026-01-05T08:00:00.000Z',
        endedAt: '2026-01-05T08:00:06.000Z',
        state: 'yellow',
        done: 16,
        total: 16,
        findings: [
          { id: 'ports.pnp', state: 'green', sentence: 'Plugtone has UDP port 5060.', advice: null },
          {
            id: 'backup',
            state: 'yellow',
            sentence: 'No nightly backup is made.',
            advice: 'Switch nightly backups on in the site, with a passphrase.',
          },
        ],
      },
    ],
  },
);
export type DoctorAnswer = Static<typeof DoctorAnswer>;
