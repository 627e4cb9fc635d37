/** Seconds east of UTC at an instant in milliseconds. */
export type Clock = (at: number) => number;

/** A clock's changes over a span of time, found by looking at every day and then at every second of a day with a change. */
export interface SeenCourse {
  readonly atStart: number;
  readonly changes: readonly { readonly at: number; readonly offset: number }[];
}

export const DAY_MS = 86_400_000;

/**
 * Zones that tzdata changed after the release that Node 20 carries (`process.versions.tz`), from tzdata's NEWS: what such a zone
 * does is then said by other zones, each until an instant, that no release has touched. Nothing is skipped.
 */
export const CHANGED_ZONES: readonly {
  readonly zone: string;
  readonly release: string;
  readonly instead: readonly { readonly zone: string; readonly until: number }[];
}[] = [
  { zone: 'Europe/Chisinau', release: '2026a', instead: [{ zone: 'Europe/Bucharest', until: Infinity }] },
  { zone: 'America/Vancouver', release: '2026b', instead: [{ zone: 'Etc/GMT+7', until: Infinity }] },
  { zone: 'America/Edmonton', release: '2026c', instead: [{ zone: 'Etc/GMT+6', until: Infinity }] },
  { zone: 'Africa/Casablanca', release: '2026c', instead: [{ zone: 'Etc/GMT', until: Infinity }] },
  { zone: 'Africa/El_Aaiun', release: '2026c', instead: [{ zone: 'Etc/GMT', until: Infinity }] },
  { zone: 'America/Inuvik', release: '2026d', instead: [{ zone: 'Etc/GMT+6', until: Infinity }] },
  { zone: 'America/Winnipeg', release: '2026e', instead: [{ zone: 'Etc/GMT+5', until: Infinity }] },
  {
    zone: 'America/Havana',
    release: '2026f',
    instead: [
      { zone: 'Etc/GMT+4', until: Date.UTC(2027, 10, 7, 5) },
      { zone: 'America/Havana', until: Infinity },
    ],
  },
];

/** Releases are a year and a letter: they sort as text. */
export function nodeKnows(release: string): boolean {
  return (process.versions.tz ?? '') >= release;
}

const nodeClocks = new Map<string, Clock>();

/** What this Node's Intl says, however old its data. */
export function nodeClock(zone: string): Clock {
  const known = nodeClocks.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const clock: Clock = (at) => {
    const text = format.format(at);
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
    if (match === null) throw new Error(`${zone}: Intl says ${text}`);
    const seconds = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
    return match[1] === '-' ? 0 - seconds : seconds;
  };
  nodeClocks.set(zone, clock);
  return clock;
}

/** What the expected clock of a changed zone says. */
export function expectedClock(zone: string): Clock | undefined {
  const changed = CHANGED_ZONES.find((entry) => entry.zone === zone);
  if (changed === undefined) return undefined;
  return (at) => nodeClock(changed.instead.find(({ until }) => at < until)?.zone ?? zone)(at);
}

/** The measure: Node's Intl, except where Node's data is older than the zone's last change. */
export function clockOf(zone: string): Clock {
  const changed = CHANGED_ZONES.find((entry) => entry.zone === zone);
  if (changed === undefined || nodeKnows(changed.release)) return nodeClock(zone);
  return expectedClock(zone) ?? nodeClock(zone);
}

export function watch(clock: Clock, from: number, until: number, stepMs: number): SeenCourse {
  const atStart = clock(from);
  const changes: { at: number; offset: number }[] = [];
  let last = atStart;
  for (let at = from; at < until; ) {
    const next = Math.min(at + stepMs, until);
    const offset = clock(next);
    if (offset !== last) {
      let [before, after] = [at, next];
      while (after - before > 1000) {
        const middle = before + Math.floor((after - before) / 2000) * 1000;
        if (clock(middle) === last) before = middle;
        else after = middle;
      }
      changes.push({ at: after, offset: clock(after) });
      last = clock(after);
      at = after;
    } else at = next;
  }
  return { atStart, changes };
}
