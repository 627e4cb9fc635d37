/** Runs `ring` once after so many ms. Returns the function that ends it before. */
export type SetTimer = (ms: number, ring: () => void) => () => void;

/** A sleep that can be ended early. One sleeper at a time. */
export interface Nap {
  sleep(ms: number): Promise<void>;
  wakeUp(): void;
}

export function createNap(setTimer: SetTimer): Nap {
  let end = () => {};
  return {
    wakeUp: () => end(),
    sleep: (ms) =>
      new Promise((resolve) => {
        end = () => {
          endTimer();
          end = () => {};
          resolve();
        };
        const endTimer = setTimer(Math.max(ms, 0), () => end());
      }),
  };
}

export function setNodeTimer(ms: number, ring: () => void): () => void {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
}
