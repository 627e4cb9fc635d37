const DAY_MS = 86_400_000;

/** Midnight at the beginning of `2026-01-07` on the office's clock, in milliseconds since 1970; undefined: no such day. */
export function readOfficeDay(day: string, timeZone: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const utc = Date.parse(`${day}T00:00:00Z`);
  // The 30th of February is read as the 2nd of March by some, and as nothing by others.
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return undefined;
  // The offset may change on that day: the second look is with the offset near that midnight.
  const guess = utc - offsetAt(utc, timeZone);
  return utc - offsetAt(guess, timeZone);
}

/** The midnight after it: days of 23 and 25 hours included. */
export function readOfficeDayEnd(day: string, timeZone: string): number | undefined {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (readOfficeDay(day, timeZone) === undefined) return undefined;
  return readOfficeDay(new Date(utc + DAY_MS).toISOString().slice(0, 10), timeZone);
}

/** Milliseconds that the wall clock is ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: isKnown(timeZone) ? timeZone : 'UTC',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
