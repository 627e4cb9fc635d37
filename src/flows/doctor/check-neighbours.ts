import { note } from '../../core/note.ts';
import { parseNeighbourTable } from '../../lan/parse-neighbour-table.ts';
import { type DoctorCheck, green, red, yellow } from './finding.ts';

export interface NeighbourDoors {
  /** Text of /proc/net/arp; undefined: it cannot be read. */
  readonly readTable: () => Promise<string | undefined>;
  /** Entries beyond which the kernel throws some away at once (arp(7), gc_thresh3); undefined: not told. */
  readonly readLimit: () => Promise<number | undefined>;
  /** Phones that are known. */
  readonly countPhones: () => Promise<number>;
}

/** Entries that other hosts of an office take: computers, printers, the router. */
const OTHER_HOSTS = 100;

/** Can it be proved which phone stands behind an address, for all of them? */
export function createNeighbourCheck({ readTable, readLimit, countPhones }: NeighbourDoors): DoctorCheck {
  const id = 'neighbours';
  return {
    id,
    async run() {
      const [text, limit, phones] = await Promise.all([readTable(), readLimit(), countPhones()]);
      if (text === undefined) {
        return [
          red(
            id,
            note(
              'doctor.neighbours-unreadable',
              'The neighbour table cannot be read (/proc/net/arp): no phone can prove its MAC address, so none gets its file.',
            ),
            note(
              'doctor.neighbours-unreadable-advice',
              'Run Plugtone on Linux, with /proc visible to it (systemd: ProcSubset=all).',
            ),
          ),
        ];
      }
      const known = parseNeighbourTable(text).size;
      const wanted = Math.max(known, phones) + OTHER_HOSTS;
      if (limit !== undefined && limit < wanted) {
        // As text: a number would be grouped where people read it.
        const values = { limit: String(limit), wanted: String(wanted), double: String(2 * wanted) };
        return [
          yellow(
            id,
            note(
              'doctor.neighbours-few',
              'The kernel keeps at most {limit} neighbours, and with all phones there may be {wanted}.',
              values,
            ),
            note(
              'doctor.neighbours-few-advice',
              'Put net.ipv4.neigh.default.gc_thresh2={wanted} and net.ipv4.neigh.default.gc_thresh3={double} into /etc/sysctl.d/60-plugtone.conf, and run sysctl --system.',
              values,
            ),
          ),
        ];
      }
      return [
        green(id, note('doctor.neighbours-good', 'The neighbour table can be read; {known} are known now.', { known })),
      ];
    },
  };
}
