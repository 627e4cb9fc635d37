/** How far some work is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Work in small steps: after each it tells how far it is, so that whoever does it can let others have their turn. */
export type Steps<T> = Generator<Progress, T, void>;

/** All steps at once. */
export function takeAllSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
