import { type Note, note } from '../../core/note.ts';
import { nameServer } from '../other-servers/name-server.ts';
import type { OtherServersState } from '../other-servers/server-facts.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface OtherServerCheckDoors {
  /** Those that are served. */
  readonly interfaces: () => readonly unknown[];
  /** Asks the LAN now. */
  readonly check: (signal: AbortSignal) => Promise<Pick<OtherServersState, 'problem' | 'servers'>>;
}

/** Does somebody else answer phones? They take the word of the first. */
export function createOtherServerCheck({ interfaces, check }: OtherServerCheckDoors): DoctorCheck {
  const id = 'other-servers';
  return {
    id,
    async run(signal) {
      // Nowhere to ask: the check of the groups says so.
      if (interfaces().length === 0) return [];
      const { problem, servers } = await check(signal);
      const findings: Finding[] = servers.map((server) => {
        const { isKnown, url } = server;
        const who = nameServer(server);
        if (isKnown)
          return green(id, note('doctor.server-known', '{who} answers phones, too, and is wanted.', { who }));
        const sentence: Note =
          url === null
            ? note('doctor.server-answers', '{who} answers phones, too.', { who })
            : note('doctor.server-offers', '{who} sends phones to {url}.', { who, url });
        return red(
          id,
          sentence,
          note(
            'doctor.server-advice',
            'Switch PnP off there: phones take the word of the first who answers. Or call it wanted on the System page.',
          ),
        );
      });
      if (problem !== null) {
        const sentence = note('doctor.server-not-asked', 'Not everywhere could be asked: {problem}.', { problem });
        findings.push(
          yellow(id, sentence, note('doctor.server-not-asked-advice', 'See whether the interface is up (ip link).')),
        );
      }
      return findings.length > 0
        ? findings
        : [green(id, note('doctor.server-none', 'No other PnP server answers phones.'))];
    },
  };
}
