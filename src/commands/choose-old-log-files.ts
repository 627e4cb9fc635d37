const DAY_MS = 86_400_000;

export interface LogFile {
  readonly name: string;
  readonly bytes: number;
}

export interface LogRetention {
  /** Whole days (UTC) beside today's. */
  readonly keepDays: number;
  /** Of all files together. */
  readonly mostBytes: number;
}

// Ours, and no other file of that folder: `plugtone-2026-01-05.log`, `plugtone-2026-01-05T14.2.log`.
const NAME = /^plugtone-(\d{4})-(\d\d)-(\d\d)(?:T(\d\d))?(?:\.(\d{1,3}))?\.log$/;

/** The name of the file that a line goes to. `part`: 1, and more where one became too large. UTC, as the lines within. */
export function buildLogFileName(at: Date, every: 'daily' | 'hourly', part: number): string {
  const period = at.toISOString().slice(0, every === 'daily' ? 10 : 13);
  return `plugtone-${period}${part > 1 ? `.${part}` : ''}.log`;
}

/** Those that are older than is kept, and the oldest of those that are too much together. Never the newest. */
export function chooseOldLogFiles(files: readonly LogFile[], now: number, retention: LogRetention): readonly string[] {
  const firstDay = Math.floor(now / DAY_MS) * DAY_MS - retention.keepDays * DAY_MS;
  const newestFirst = files
    .flatMap((file) => {
      const place = placeOf(file.name);
      return place === undefined ? [] : [{ ...file, ...place }];
    })
    .sort((a, b) => b.hour - a.hour || b.part - a.part);
  let bytes = 0;
  return newestFirst.flatMap(({ name, bytes: own, hour }, index) => {
    bytes += own;
    return index > 0 && (hour < firstDay || bytes > retention.mostBytes) ? [name] : [];
  });
}

function placeOf(name: string): { readonly hour: number; readonly part: number } | undefined {
  const [, year, month, day, hour = '0', part = '1'] = NAME.exec(name) ?? [];
  if (year === undefined) return undefined;
  return { hour: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)), part: Number(part) };
}
