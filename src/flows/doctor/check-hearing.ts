import { note } from '../../core/note.ts';
import type { LanInterface } from '../../lan/lan-address.ts';
import { type DoctorCheck, type Finding, green, red } from './finding.ts';

export interface HearingDoors {
  readonly interfaces: () => readonly LanInterface[];
  /** `heard`, `silent`, or the system's word for what it refused: `sip/loop-probe`. */
  readonly hear: (address: string, signal: AbortSignal) => Promise<string>;
}

/** Is a question heard that this host itself says to the group? Cables and switches are not part of it. */
export function createHearingCheck({ interfaces, hear }: HearingDoors): DoctorCheck {
  async function look({ name, address }: LanInterface, signal: AbortSignal): Promise<Finding> {
    const id = `hearing.${name}`;
    const values = { name, address };
    const heard = await hear(address, signal);
    if (heard === 'heard') {
      return green(id, note('doctor.heard', 'A SUBSCRIBE to the group on {name} ({address}) is heard.', values));
    }
    if (heard === 'silent') {
      return red(
        id,
        note(
          'doctor.not-heard',
          'A SUBSCRIBE to the group on {name} ({address}) is not heard, not even by this host.',
          values,
        ),
        note(
          'doctor.not-heard-advice',
          'Look for a firewall rule that drops UDP to 224.0.1.75, and whether the interface has multicast switched on (ip link).',
        ),
      );
    }
    return red(
      id,
      note('doctor.hearing-refused', 'The group cannot be heard on {name} ({address}): {code}.', {
        ...values,
        code: heard,
      }),
      note(
        'doctor.hearing-refused-advice',
        'See who holds the port (above), and whether the interface is up and has multicast switched on (ip link).',
      ),
    );
  }
  return { id: 'hearing', run: (signal) => Promise.all(interfaces().map((one) => look(one, signal))) };
}
