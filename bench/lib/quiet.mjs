// A benchmark on a machine that does something else at the same time measures that.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Share of one core that others may use during a measurement: what an idle system needs for itself, and some. */
export const OTHERS_MAY_USE = 0.15;

/** Measurements that were disturbed and are made again, before the figure is taken as it is. */
const ATTEMPTS = 3;

/** Seconds to wait at most for a quiet moment. */
const WAIT_SECONDS = 15;

/** Linux: USER_HZ. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of the whole machine so far. */
function machineSeconds() {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  // user nice system idle iowait irq softirq steal; guest time is in user already. Stolen time is a disturbance too.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/**
 * Resolves when the machine is idle, or will not be.
 * @param {boolean} isPatient false: at once
 */
export async function waitUntilQuiet(isPatient) {
  for (let second = 0; isPatient && second < WAIT_SECONDS; second++) {
    const before = machineSeconds();
    await sleep(1_000);
    if (machineSeconds() - before < OTHERS_MAY_USE) return;
  }
}

/**
 * Measures until nobody disturbed it, a few times at most.
 * @template T
 * @param {boolean} isPatient false: once, and now
 * @param {() => Promise<{ figures: T, ownSeconds: number }>} measure `ownSeconds`: CPU time of all that belongs to the measurement
 * @returns {Promise<T & { othersShare: number, attempts: number }>} `othersShare`: cores' worth that others used meanwhile
 */
export async function measureQuietly(isPatient, measure) {
  for (let attempts = 1; ; attempts++) {
    await waitUntilQuiet(isPatient);
    const before = machineSeconds();
    const startedAt = performance.now();
    const { figures, ownSeconds } = await measure();
    const seconds = (performance.now() - startedAt) / 1000;
    const othersShare = Math.max(0, machineSeconds() - before - ownSeconds) / seconds;
    if (othersShare <= OTHERS_MAY_USE || attempts >= ATTEMPTS || !isPatient)
      return { ...figures, othersShare, attempts };
  }
}
