import type { Logger } from '../../src/core/logger.ts';

/** A logger that keeps every line as text, so that tests can look for what must not be there. */
export function createLogMemory(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (facts: Readonly<Record<string, unknown>>, message: string) => {
    lines.push(`${JSON.stringify(facts)} ${message}`);
  };
  return { log: { debug: write, info: write, warn: write, error: write }, lines };
}
