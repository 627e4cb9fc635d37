import type { Device } from './device.ts';
import { type Note, note } from './note.ts';

export type Decision =
  | { readonly do: 'send-profile-url'; readonly device: Device }
  | { readonly do: 'remember-as-pending'; readonly answer: boolean; readonly reason: Note }
  | { readonly do: 'stay-silent'; readonly reason: Note };

/** What a heard SUBSCRIBE leads to. `device` is undefined for a phone that was never seen. */
export function decide(device: Device | undefined, answerPending: boolean): Decision {
  if (device === undefined)
    return { do: 'remember-as-pending', answer: answerPending, reason: note('reason.new', 'new phone') };
  switch (device.state) {
    case 'blocked':
      return { do: 'stay-silent', reason: note('reason.blocked', 'the phone is blocked') };
    case 'pending':
      return {
        do: 'remember-as-pending',
        answer: answerPending,
        reason: note('reason.undecided', 'nobody has decided yet'),
      };
    case 'approved':
      if (device.vendorId === null)
        return { do: 'stay-silent', reason: note('reason.no-maker', 'no vendor is known for this phone') };
      return { do: 'send-profile-url', device };
    default:
      return device.state satisfies never;
  }
}
