/** nightly: the appliance's own. manual: a person's. Each kind has its own number that is kept. */
export type BackupKind = 'nightly' | 'manual';

/** A backup in the data folder. */
export interface BackupFile {
  /** `plugtone-nightly-2026-01-07T01-30-00-000.backup`, in UTC. */
  readonly name: string;
  readonly kind: BackupKind;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly bytes: number;
}

/** How the last try ended. */
export interface BackupTry {
  readonly at: number;
  readonly kind: BackupKind;
  /** One sentence for people; null: it went well. */
  readonly problem: string | null;
}
