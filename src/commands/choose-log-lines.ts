import type { LogFilesConfig } from '../config.ts';

export type LogLineLevel = 'info' | 'warn' | 'error';

/** First words of events (docs/architecture.md) that are about phones and what passes between them and us. */
const SESSION_AREAS: ReadonlySet<string> = new Set([
  'approval',
  'auto-approval',
  'config',
  'datagram',
  'delivery',
  'device',
  'notify',
  'phone-request',
  'resync',
  'site-file',
  'source',
  'subscribe',
]);

/** The setup code opens a door, and files are kept, copied and sent to people who help. */
const NEVER_KEPT = 'setup.code-printed';

export function isKeptInFiles(detail: LogFilesConfig['detail'], level: LogLineLevel, event: unknown): boolean {
  if (event === NEVER_KEPT) return false;
  if (level !== 'info') return true;
  return detail === 'sessions' && typeof event === 'string' && SESSION_AREAS.has(event.slice(0, event.indexOf('.')));
}
