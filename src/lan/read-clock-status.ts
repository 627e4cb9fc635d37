/** What keeps the host's clock, as far as it says. Null: it does not. */
export interface ClockStatus {
  /** `timedatectl` or `chronyc`. */
  readonly source: string;
  readonly isSynchronized: boolean;
}

/** Reads `timedatectl show`: `NTPSynchronized=yes`, which is the kernel's own word (adjtimex(2), STA_UNSYNC). */
export function readTimedatectl(text: string): ClockStatus | null {
  const word = /^NTPSynchronized=(yes|no)$/m.exec(text)?.[1];
  return word === undefined ? null : { source: 'timedatectl', isSynchronized: word === 'yes' };
}

/** Reads `chronyc -c tracking`: one line of commas, the leap status last (chronyc(1)). */
export function readChronyc(text: string): ClockStatus | null {
  const fields = text.trim().split(',');
  const leap = fields.at(-1) ?? '';
  if (fields.length < 14 || leap === '') return null;
  return { source: 'chronyc', isSynchronized: leap !== 'Not synchronised' };
}
