import { type Note, note } from '../core/note.ts';

/* Where a delivery gets stuck, and what to do about it. */

export const NEVER_ASKED = note(
  'reason.no-dialog',
  'the phone has not asked by multicast, so it cannot be told: power-cycle the phone',
);
export const NO_FETCH = note(
  'reason.no-fetch',
  'the phone was told its URL and fetched no file: power-cycle the phone',
);
export const NO_ORDER = note('reason.no-order', 'the phone takes no order to fetch its file: power-cycle the phone');
export const NO_FETCH_AT_ALL = note(
  'reason.no-fetch-at-all',
  'the phone fetched no file after its URL and after check-sync: power-cycle the phone',
);

/** We cannot reach the phone at its address. */
export function noteNoRoute(address: string): Note {
  return note('reason.no-route', 'no served interface routes to {address}: plug the phone into a served LAN', {
    address,
  });
}
