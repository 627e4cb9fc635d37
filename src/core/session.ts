const HOUR_MS = 3_600_000;

/** A working day with its breaks: who was at it in the morning is at it in the evening, and an evening's laptop is out by the next morning. */
export const SESSION_IDLE_MS = 12 * HOUR_MS;

/** However busy it is: a cookie that was copied unseen dies with it. */
export const SESSION_LONGEST_MS = 30 * 24 * HOUR_MS;

/** A browser that somebody is logged in with. Times in milliseconds since 1970. */
export interface Session {
  /** Names it in lists; opens nothing. */
  readonly id: string;
  readonly userId: string;
  readonly createdAt: number;
  /** To the minute. */
  readonly lastUsedAt: number;
  /** As the browser said at log-in, shortened. */
  readonly userAgent: string;
  /** Where the log-in came from. */
  readonly address: string;
}

/** When it ends if nobody uses it any more. */
export function sessionEnd({ createdAt, lastUsedAt }: Pick<Session, 'createdAt' | 'lastUsedAt'>): number {
  return Math.min(lastUsedAt + SESSION_IDLE_MS, createdAt + SESSION_LONGEST_MS);
}

/** Sessions of one user that end with a decision; `except`: the id of the one that decides, null: none stays. */
export interface EndedSessions {
  readonly userId: string;
  readonly except: string | null;
}
