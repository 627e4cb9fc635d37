import { note } from '../../core/note.ts';
import type { LanInterface } from '../../lan/lan-address.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface GroupDoors {
  /** Those that are served. */
  readonly interfaces: () => readonly LanInterface[];
  readonly group: string;
  /** Interface → the groups that this host is in; undefined: the system does not tell. */
  readonly readGroups: () => Promise<ReadonlyMap<string, readonly string[]> | undefined>;
  /** Does the appliance run? */
  readonly isRunning: () => Promise<boolean>;
}

/** Is the PnP group joined on each LAN that is served (IGMP, RFC 3376)? */
export function createGroupCheck({ interfaces, group, readGroups, isRunning }: GroupDoors): DoctorCheck {
  async function run(): Promise<readonly Finding[]> {
    const served = interfaces();
    if (served.length === 0) {
      return [
        red(
          'groups',
          note(
            'doctor.no-interface',
            'No interface is served: this host has no private IPv4 address, or not the one that was named.',
          ),
          note(
            'doctor.no-interface-advice',
            'Connect it to the phones’ network, or name one of its addresses with --lan-address.',
          ),
        ),
      ];
    }
    const [groups, isThere] = await Promise.all([readGroups(), isRunning()]);
    if (groups === undefined) {
      const sentence = note(
        'doctor.groups-unreadable',
        'This system does not tell which groups are joined (/proc/net/igmp).',
      );
      return [yellow('groups', sentence, null)];
    }
    return served.map(({ name, address }) => {
      const id = `groups.${name}`;
      const values = { group, name, address };
      // An alias (eth0:1) has the memberships of its interface.
      const joined = groups.get(name.split(':', 1)[0] ?? name) ?? [];
      if (joined.includes(group)) {
        return green(id, note('doctor.group-joined', '{group} is joined on {name} ({address}).', values));
      }
      if (!isThere) {
        return yellow(
          id,
          note('doctor.group-not-yet', '{group} is not joined on {name} ({address}): Plugtone does not run.', values),
          note('doctor.start-advice', 'Start it: plugtone serve, or systemctl start plugtone.'),
        );
      }
      return red(
        id,
        note(
          'doctor.group-not-joined',
          '{group} is not joined on {name} ({address}): phones there are not heard.',
          values,
        ),
        note('doctor.group-advice', 'Look into the log for group.refused, and restart Plugtone.'),
      );
    });
  }
  return { id: 'groups', run };
}
