import { type FailureKind, isUnproven } from '../core/quarantine.ts';

/** sip: datagrams. http: the server that phones fetch from. people: the log-in. */
export type SourceDoor = 'sip' | 'http' | 'people';

/**
 * What a reason keeps out of. At people's log-in only wrong passwords count: a technician who tried a phone's URLs must get in to
 * release himself. Whoever is logged in stays so, and from another address everybody gets in.
 */
export function keepsOut(reason: FailureKind, door: SourceDoor): boolean {
  switch (door) {
    case 'sip':
      return true;
    case 'http':
      return !isUnproven(reason);
    case 'people':
      return reason === 'wrong-password';
    default:
      return door satisfies never;
  }
}
