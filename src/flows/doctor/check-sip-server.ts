import { note } from '../../core/note.ts';
import type { ProbeOutcome } from '../../sip/options-probe.ts';
import { type DoctorCheck, green, red, yellow } from './finding.ts';

export interface SipServerDoors {
  /** As the site has it; host empty: none is named. */
  readonly server: () => Promise<{
    readonly host: string;
    readonly port: number;
    readonly transport: 'udp' | 'tcp' | 'tls';
  }>;
  /** `sip/options-probe` fits. */
  readonly probe: (
    server: { readonly host: string; readonly port: number; readonly transport: 'udp' | 'tcp' | 'tls' },
    signal: AbortSignal,
  ) => Promise<ProbeOutcome>;
}

/** RFC 3261 19.1.2. */
const PORTS = { udp: 5_060, tcp: 5_060, tls: 5_061 } as const;

/** Does the registrar answer that phones are sent to? */
export function createSipServerCheck({ server, probe }: SipServerDoors): DoctorCheck {
  const id = 'sip-server';
  return {
    id,
    async run(signal) {
      const { host, transport, ...set } = await server();
      if (host === '') {
        const sentence = note(
          'doctor.sip-none',
          'The site names no SIP server: phones are told to register at this host.',
        );
        return [
          yellow(
            id,
            sentence,
            note('doctor.sip-none-advice', 'Name it in the site’s settings, unless the PBX runs on this host.'),
          ),
        ];
      }
      const port = set.port === 0 ? PORTS[transport] : set.port;
      const outcome = await probe({ host, port, transport }, signal);
      const where = { where: `${host}:${port}`, transport: transport.toUpperCase() };
      const advice = note(
        'doctor.sip-advice',
        'See to address, port and transport of the SIP server in the site’s settings, and to firewalls in between.',
      );
      switch (outcome.kind) {
        case 'answered': {
          const values = { ...where, answer: `${outcome.status} ${outcome.reason}`.trim(), ms: outcome.afterMs };
          return [
            green(
              id,
              note(
                'doctor.sip-answers',
                'The SIP server {where} ({transport}) answers {answer} after {ms} ms.',
                values,
              ),
            ),
          ];
        }
        case 'no-answer':
          return [
            red(id, note('doctor.sip-silent', 'The SIP server {where} ({transport}) does not answer.', where), advice),
          ];
        case 'refused':
          return [
            red(
              id,
              note(
                'doctor.sip-refused',
                'Nothing listens at {where} ({transport}), or there is no way to it: {code}.',
                { ...where, code: outcome.code },
              ),
              advice,
            ),
          ];
        case 'name-unknown':
          return [
            red(
              id,
              note('doctor.sip-unknown', 'There is no host of the name of the SIP server {where}.', where),
              advice,
            ),
          ];
        case 'not-sip':
          return [
            red(
              id,
              note('doctor.sip-other', 'What answers at {where} ({transport}) does not speak SIP.', where),
              advice,
            ),
          ];
        default:
          return outcome satisfies never;
      }
    },
  };
}
