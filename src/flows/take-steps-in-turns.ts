import { setImmediate as giveWay } from 'node:timers/promises';
import type { Progress, Steps } from '../core/steps.ts';

/** A phone or a page that comes meanwhile waits this long, and one step longer. */
const TURN_MS = 5;

/** Takes all steps, and lets the event loop turn in between; `onProgress` hears of it as often. */
export async function takeStepsInTurns<T>(
  steps: Steps<T>,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<T> {
  let turnedAt = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - turnedAt < TURN_MS) continue;
    onProgress(step.value);
    await giveWay();
    turnedAt = performance.now();
  }
}
