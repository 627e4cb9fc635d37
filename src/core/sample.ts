/** What was counted in one span of time. */
export interface Sample {
  /** Its end, milliseconds since 1970. */
  readonly at: number;
  /** Its length in milliseconds. */
  readonly span: number;
  /** Phones at its end, by state. */
  readonly pending: number;
  readonly approved: number;
  readonly blocked: number;
  /** SUBSCRIBEs that were answered. */
  readonly exchanges: number;
  readonly filesServed: number;
  /** Requests for files that were refused, and NOTIFYs that phones refused. */
  readonly refusals: number;
}
