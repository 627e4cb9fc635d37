import type { BackupFile } from '../core/backup.ts';
import type { BackupState } from '../flows/backups.ts';
import type { BackupAnswer, BackupList } from './schemas/backup.ts';
import { formatTime, formatTimeOrNull } from './schemas/common.ts';

// Every field is named: what is new in the domain shows itself outside only when somebody writes it here.

export function formatBackup({ name, kind, madeAt, bytes }: BackupFile): BackupAnswer {
  return { name, kind, madeAt: formatTime(madeAt), bytes };
}

export function formatBackups(files: readonly BackupFile[], { isRunning, last, nextAt }: BackupState): BackupList {
  return {
    items: files.map(formatBackup),
    isRunning,
    lastTryAt: formatTimeOrNull(last?.at ?? null),
    lastProblem: last?.problem ?? null,
    nextAt: formatTimeOrNull(nextAt),
  };
}
