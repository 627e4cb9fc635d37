import { vi } from 'vitest';

/** How long it takes until all is well again after a fault. */
export interface RecoveryTimes {
  /** Resolves when `isWell` no longer throws; seen every 100 ms. Rejects with its last complaint. */
  measure(fault: string, isWell: () => Promise<void> | void, limitMs: number): Promise<void>;
  /** One that was measured elsewhere. */
  add(fault: string, ms: number): void;
  print(): void;
}

export function createRecoveryTimes(): RecoveryTimes {
  const lines: string[] = [];
  const add = (fault: string, ms: number) => void lines.push(`${(ms / 1_000).toFixed(1).padStart(6)} s  ${fault}`);
  return {
    add,
    async measure(fault, isWell, limitMs) {
      const from = performance.now();
      await vi.waitFor(isWell, { timeout: limitMs, interval: 100 });
      add(fault, performance.now() - from);
    },
    print: () =>
      console.log(['time to recover', ...lines.toSorted((a, b) => a.slice(9).localeCompare(b.slice(9)))].join('\n')),
  };
}
