/** The office's external address over time. Times: milliseconds since 1970. */
export interface FollowedAddress {
  /** In force; null: none was ever confirmed. */
  readonly address: string | null;
  /** A usable address that was seen once, and when: it must be seen again. */
  readonly candidate: { readonly address: string; readonly at: number } | null;
}

/**
 * Two looks at a new address must lie this far apart. A router that has just dialled in names its address before it is
 * settled, and one answer may be a lie or come from another box.
 */
export const CONFIRM_AFTER_MS = 2_000;

/** Timers end a little early, and clocks are rounded and corrected: a second look that was planned so must count. */
const EARLY_MS = 100;

export interface Followed {
  readonly after: FollowedAddress;
  /** `after.address` is new. */
  readonly isNew: boolean;
}

/** What is in force after a start: what was known before it. */
export function beginFollowing(address: string | null): FollowedAddress {
  return { address, candidate: null };
}

/**
 * Takes in one look at the deciding source. `seen`: a usable address, or null where there was none: a failure, an empty
 * answer, an address that nobody can reach. A different address is in force once two looks in a row, not counting those
 * that saw nothing, have found it; so one that goes back and forth never is.
 */
export function followAddress(before: FollowedAddress, seen: string | null, at: number): Followed {
  if (seen === null) return { after: before, isNew: false };
  if (seen === before.address) return { after: { address: seen, candidate: null }, isNew: false };
  const { candidate } = before;
  // A clock that was set back: counted anew.
  if (candidate?.address !== seen || at < candidate.at) {
    return { after: { ...before, candidate: { address: seen, at } }, isNew: false };
  }
  if (at - candidate.at < CONFIRM_AFTER_MS - EARLY_MS) return { after: before, isNew: false };
  return { after: { address: seen, candidate: null }, isNew: true };
}
