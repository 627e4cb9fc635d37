/** Time for plans: never backward, and what the host slept through has passed. */
export interface SteadyClock {
  /** Ms from any start. */
  now(): number;
  /** Ms since 1970, by the wall clock as it goes now. */
  toWall(at: number): number;
}

export interface SteadyClockOptions {
  /** Ms since 1970: follows the wall clock, and is set by people and NTP. */
  readonly clock: () => number;
  /** Ms that only grow, and stand still while the host sleeps (CLOCK_MONOTONIC, clock_gettime(2)). */
  readonly monotonic: () => number;
}

/**
 * Ms. The wall clock ahead by more than this against the monotonic one means that the host slept, or that the clock was set:
 * it is taken for sleep, for looking at everything once too often costs nothing. Less is NTP at work.
 */
const SLEPT_MS = 60_000;

/** Ms. Less than this is the grain of the two clocks: times that are shown must not flicker with it. */
const GRAIN_MS = 50;

export function createSteadyClock({ clock, monotonic }: SteadyClockOptions): SteadyClock {
  let offset = clock() - monotonic();
  let slept = 0;
  return {
    now() {
      const time = monotonic();
      const ahead = clock() - time - offset;
      if (Math.abs(ahead) > GRAIN_MS) offset += ahead;
      if (ahead > SLEPT_MS) slept += ahead;
      return time + slept;
    },
    toWall: (at) => Math.round(at - slept + offset),
  };
}
