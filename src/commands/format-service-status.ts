import type { LanInterface } from '../lan/lan-address.ts';

export interface ServedFacts {
  readonly interfaces: readonly Pick<LanInterface, 'name' | 'address'>[];
  readonly webPort: number;
  readonly phonePort: number;
  /** Undefined: the group's port is not ours, and phones are not heard. */
  readonly sipPort: number | undefined;
  /** The last read of the database failed. */
  readonly isStoreFailing: boolean;
}

/** One line for `systemctl status`. */
export function formatServiceStatus({ interfaces, webPort, phonePort, sipPort, isStoreFailing }: ServedFacts): string {
  const served = interfaces.map(({ name, address }) => `${address} (${name})`).join(', ');
  return [
    served === '' ? 'no interface to serve yet' : `serving ${served}`,
    sipPort === undefined ? 'SIP multicast is not heard' : `SIP multicast on port ${sipPort}`,
    `phones on ${phonePort}`,
    `people on ${webPort}`,
    ...(isStoreFailing ? ['THE DATABASE CANNOT BE READ'] : []),
  ].join('; ');
}
