import type { Device } from './device.ts';
import { type Note, note } from './note.ts';

export type Decision =
  | { readonly do: 'send-profile-url'; readonly device: Device }
  | { readonly do: 'remember-as-pending'; readonly answer: boolean; readonly reason: Note }
  | { readonly do: 'stay-silent'; readonly reason: Note };

const NEW = note('reason.new', 'new phone');
const BLOCKED = note('reason.blocked', 'the phone is blocked');
const UNDECIDED = note('reason.undecided', 'nobody has decided yet');
const NO_MAKER = note('reason.no-maker', 'no vendor is known for this phone');

/** What a heard SUBSCRIBE leads to. `device` is undefined for a phone that was never seen. */
export function decide(device: Device | undefined, answerPending: boolean): Decision {
  if (device === undefined) return { do: 'remember-as-pending', answer: answerPending, reason: NEW };
  switch (device.state) {
    case 'blocked':
      return { do: 'stay-silent', reason: BLOCKED };
    case 'pending':
      return { do: 'remember-as-pending', answer: answerPending, reason: UNDECIDED };
    case 'approved':
      if (device.vendorId === null) return { do: 'stay-silent', reason: NO_MAKER };
      return { do: 'send-profile-url', device };
    default:
      return device.state satisfies never;
  }
}
