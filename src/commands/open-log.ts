import { type DestinationStream, pino } from 'pino';
import type { Config } from '../config.ts';
import type { Logger } from '../core/logger.ts';
import { isKeptInFiles, type LogLineLevel } from './choose-log-lines.ts';
import { openLogFiles } from './log-files.ts';

export interface OpenLog {
  readonly log: Logger;
  /** The last lines are in the files when it resolves. */
  close(): Promise<void>;
}

const FORM = { base: null, timestamp: pino.stdTimeFunctions.isoTime };

/** The log on stdout, which the journal keeps, and in files where they are wanted. `stdout`: for tests. */
export function openLog({ logLevel, logFiles }: Config, stdout: DestinationStream = pino.destination(1)): OpenLog {
  const journal = pino({ ...FORM, level: logLevel }, stdout);
  if (logFiles === undefined) return { log: journal, close: async () => undefined };
  const { dir, detail } = logFiles;
  const files = openLogFiles({
    ...logFiles,
    onTrouble: (cause) =>
      journal.warn(
        { event: 'log-files.failed', dir, cause: String(cause) },
        'log files cannot be written; tried again',
      ),
    onRecovery: (lost) => journal.info({ event: 'log-files.recovered', dir, lost }, 'log files are written again'),
  });
  // The same lines in the same form. What the journal leaves out by its level is for the files to decide on their own.
  const kept = pino({ ...FORM, level: 'info' }, { write: (line: string) => files.write(line) });
  const both =
    (level: LogLineLevel) =>
    (facts: Readonly<Record<string, unknown>>, message: string): void => {
      journal[level](facts, message);
      if (isKeptInFiles(detail, level, facts.event)) kept[level](facts, message);
    };
  return {
    log: {
      debug: (facts, message) => journal.debug(facts, message),
      info: both('info'),
      warn: both('warn'),
      error: both('error'),
    },
    close: files.close,
  };
}
