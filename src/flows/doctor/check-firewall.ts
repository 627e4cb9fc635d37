import { note } from '../../core/note.ts';
import { findFate } from '../../lan/find-firewall-drops.ts';
import type { Packet } from '../../lan/firewall.ts';
import type { FirewallReading } from '../../lan/firewall-rules.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface WantedPacket extends Packet {
  readonly id: 'pnp' | 'phones' | 'web' | 'phones-tls' | 'web-tls';
}

export interface FirewallDoors {
  readonly packets: readonly WantedPacket[];
  readonly read: (signal: AbortSignal) => Promise<FirewallReading>;
}

/** Do the host's own rules let phones and people in? A hint, as sender and interface are not known to it. */
export function createFirewallCheck({ packets, read }: FirewallDoors): DoctorCheck {
  const look = () =>
    note('doctor.firewall-look', 'Look at the rules as root: nft list ruleset, or run the doctor as root.');
  return {
    id: 'firewall',
    async run(signal) {
      const reading = await read(signal);
      if (reading.kind === 'absent') {
        const sentence = note(
          'doctor.firewall-absent',
          'Whether a firewall runs on this host could not be read: neither nft nor iptables is installed.',
        );
        return [yellow('firewall', sentence, look())];
      }
      if (reading.kind === 'unreadable') {
        const { reason } = reading;
        return [
          yellow(
            'firewall',
            note('doctor.firewall-unreadable', 'The rules of the firewall could not be read: {reason}.', { reason }),
            look(),
          ),
        ];
      }
      return packets.map((packet): Finding => {
        const id = `firewall.${packet.id}`;
        const where = packet.group === null ? '' : ` to ${packet.group}`;
        const what = `${packet.protocol.toUpperCase()} ${packet.port}${where}`;
        const fate = findFate(reading.entries, packet);
        if (fate.kind === 'passes')
          return green(id, note('doctor.firewall-passes', 'The firewall of this host lets {what} in.', { what }));
        const values = { what, table: fate.table, by: fate.by };
        if (fate.kind === 'unsure') {
          const advice = note(
            'doctor.firewall-unsure-advice',
            'Make sure that it lets {what} in from the phones’ network.',
            { what },
          );
          return yellow(
            id,
            note(
              'doctor.firewall-unsure',
              'Whether the firewall of this host lets {what} in depends on where it comes from ({table}: {by}).',
              values,
            ),
            advice,
          );
        }
        const sentence = note(
          'doctor.firewall-drops',
          'The firewall of this host drops {what} ({table}: {by}).',
          values,
        );
        const advice = note('doctor.firewall-advice', 'Let {what} in, at least from the phones’ network.', { what });
        // People may be kept out on purpose; phones that are will never be served.
        return packet.id.startsWith('web') ? yellow(id, sentence, advice) : red(id, sentence, advice);
      });
    },
  };
}
