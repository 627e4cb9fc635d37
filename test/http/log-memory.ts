import { onTestFinished } from 'vitest';
import type { Logger } from '../../src/core/logger.ts';
import { refuseLeaks } from '../peers/known-secrets.ts';

/** A logger that keeps every line as text. At the end of the test they are searched for every secret that a test has named. */
export function createLogMemory(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (facts: Readonly<Record<string, unknown>>, message: string) => {
    lines.push(`${JSON.stringify(facts)} ${message}`);
  };
  try {
    onTestFinished(() => refuseLeaks(lines.map((line) => [line.slice(0, 80), line] as const)));
  } catch {
    // Made outside of a test: then nobody looks.
  }
  return { log: { debug: write, info: write, warn: write, error: write }, lines };
}
