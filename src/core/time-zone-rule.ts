/** The n-th weekday of a month, at a wall-clock time that may lie outside the day (-167 h to +167 h, RFC 9636 3.3.2). */
export interface RuleDate {
  /** 1-12. */
  readonly month: number;
  /** 1-4 the n-th, 5 the last. */
  readonly week: number;
  /** 0 Sunday - 6 Saturday, as POSIX. */
  readonly weekday: number;
  /** Seconds after midnight of local wall clock time; may be negative or beyond 24 h. */
  readonly timeSeconds: number;
}

/** An IANA zone's rule from now on, free of any vendor's spelling. */
export interface TimeZoneRule {
  readonly zone: string;
  /** POSIX TZ string it was read from. */
  readonly posix: string;
  /** Seconds east of UTC in standard (winter) time. */
  readonly offsetSeconds: number;
  readonly standardName: string;
  /** Null: one offset all year. */
  readonly daylight: {
    readonly name: string;
    /** Added to standard time; positive always (Dublin's negative form is turned round). */
    readonly saveSeconds: number;
    readonly start: RuleDate;
    readonly end: RuleDate;
  } | null;
  /** Why the rule is not all that tzdata says of the coming five years (Morocco's Ramadan …); null: it is all. */
  readonly incomplete: string | null;
}

/** What a vendor would tell its phones for one zone. */
export interface TimeZoneSpelling {
  /** Native keys and values, as they stand in the vendor's file. */
  readonly settings: Readonly<Record<string, string>>;
  readonly exact: boolean;
  /** Why it is not exact, for people; null when exact. */
  readonly note: string | null;
}
