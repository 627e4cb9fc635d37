import { isIPv4 } from 'node:net';
import { note } from '../../core/note.ts';
import type { Result } from '../../core/result.ts';
import type { NameProblem } from '../../lan/name-resolver.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface DnsDoors {
  /** Names that the site uses, the SIP server first; addresses among them are passed over. */
  readonly names: () => Promise<readonly string[]>;
  readonly resolve: (name: string, signal: AbortSignal) => Promise<Result<readonly string[], NameProblem>>;
}

/** Are the names found that phones will ask for? */
export function createDnsCheck({ names, resolve }: DnsDoors): DoctorCheck {
  async function look(name: string, signal: AbortSignal): Promise<Finding> {
    const id = 'dns';
    const found = await resolve(name, signal);
    if (found.ok && found.value.length > 0) {
      return green(
        id,
        note('doctor.dns-found', '{name} is {addresses}.', { name, addresses: found.value.slice(0, 3).join(', ') }),
      );
    }
    const kind = found.ok ? 'no-address' : found.problem.kind;
    const values = { name };
    switch (kind) {
      case 'no-such-name':
      case 'no-address':
        return red(
          id,
          note('doctor.dns-unknown', 'There is no host {name}: no name server knows an IPv4 address of it.', values),
          note('doctor.dns-unknown-advice', 'See to the spelling of {name} in the site’s settings.', values),
        );
      case 'no-answer':
      case 'refused':
        return yellow(
          id,
          note('doctor.dns-silent', 'The name servers of this host do not tell what {name} is.', values),
          note('doctor.dns-silent-advice', 'See to /etc/resolv.conf and to the name servers that it names.'),
        );
      default:
        return kind satisfies never;
    }
  }
  return {
    id: 'dns',
    async run(signal) {
      const wanted = [...new Set(await names())].filter(
        (name) => name !== '' && !name.startsWith('[') && !isIPv4(name),
      );
      if (wanted.length === 0)
        return [
          green('dns', note('doctor.dns-none', 'The site names hosts by address only: no name server is needed.')),
        ];
      return Promise.all(wanted.map((name) => look(name, signal)));
    },
  };
}
