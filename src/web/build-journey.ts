import { hasFile, type JourneyEvent, type JourneyStep } from '../core/journey.ts';
import { nameFact } from './describe-facts.ts';
import { formatDuration } from './format-amounts.ts';
import type { Texts } from './message-set.ts';
import { sayReason } from './say-note.ts';

export interface JourneyPoint {
  readonly step: JourneyStep;
  readonly kind: 'good' | 'bad' | 'plain';
  readonly title: string;
  /** A sentence; empty: the title says it all. */
  readonly reason: string;
  /** Facts of the step in one line. */
  readonly facts: string;
  readonly at: number;
  /** Since the point before, as `+1.2 s`; empty for the first. */
  readonly after: string;
  /** In the strip, 0-640. */
  readonly x: number;
  readonly cross: string;
  /** Events like this one in a row, told once. */
  readonly times: number;
  /** Files that need not be there, folded: one line each. Empty: this is another step. */
  readonly folded: readonly string[];
}

export interface Boot {
  readonly startedAt: number;
  /** From the first step to the last. */
  readonly took: string;
  readonly points: readonly JourneyPoint[];
  readonly isStuck: boolean;
}

const STRIP_PX = 640;
const EDGE_PX = 12;

/** Splits a journey, newest first, into boots, newest first; the steps of each in their order. A boot begins where the phone asks. */
export function buildJourney(events: readonly JourneyEvent[], texts: Texts): Boot[] {
  const boots: JourneyEvent[][] = [];
  for (const event of [...events].reverse()) {
    const boot = boots.at(-1);
    // A phone that waits asks again and again: that is one boot for who reads it.
    const asksAgain = boot !== undefined && event.step === 'seen' && boot.every(({ step }) => step === 'seen');
    if (boot === undefined || (event.step === 'seen' && !asksAgain)) boots.push([event]);
    else boot.push(event);
  }
  return boots.reverse().map((boot) => buildBoot(boot, texts));
}

function buildBoot(events: readonly JourneyEvent[], texts: Texts): Boot {
  const groups: JourneyEvent[][] = [];
  for (const event of events) {
    const [first] = groups.at(-1) ?? [];
    const isAlike = first?.step === event.step && (event.step === 'seen' || (isAbsent(first) && isAbsent(event)));
    if (isAlike) groups.at(-1)?.push(event);
    else groups.push([event]);
  }
  const start = events[0]?.at ?? 0;
  const end = events.at(-1)?.at ?? start;
  const points = groups.flatMap((group, index): readonly JourneyPoint[] => {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return [];
    const before = groups[index - 1]?.at(-1)?.at;
    const isFolded = isAbsent(first);
    // By the root: what takes milliseconds is seen beside what takes minutes.
    const share = end === start ? 0 : Math.sqrt((last.at - start) / (end - start));
    const x = Math.round(EDGE_PX + share * (STRIP_PX - 2 * EDGE_PX));
    const point = {
      step: first.step,
      kind: kindOf(first),
      title: isFolded ? texts.t('step.absent', { count: group.length }) : texts.t(`step.${first.step}`),
      reason: isFolded ? '' : sayReason(texts, last),
      facts: isFolded ? '' : factsOf(last, texts),
      at: last.at,
      after: before === undefined ? '' : `+${formatDuration(last.at - before, texts)}`,
      x,
      cross: `M${x - 4} 16l8 8m0-8l-8 8`,
      times: isFolded ? 1 : group.length,
      folded: isFolded ? group.map((event) => [factsOf(event, texts), sayReason(texts, event)].join(': ')) : [],
    };
    return [point];
  });
  const isStuck = points.at(-1)?.kind === 'bad';
  return { startedAt: start, took: formatDuration(end - start, texts), points, isStuck };
}

/** A file that need not be there is no fault: phones ask for many. */
function isAbsent(event: JourneyEvent): boolean {
  return event.step === 'fetched' && !hasFile(event);
}

function kindOf(event: JourneyEvent): JourneyPoint['kind'] {
  const { step } = event;
  if (step === 'refused' || step === 'stalled') return 'bad';
  if (isAbsent(event)) return 'plain';
  return 'good';
}

/** What a technician compares: file, status, address, event. */
function factsOf({ detail }: JourneyEvent, texts: Texts): string {
  const wanted = [
    'file',
    'status',
    'bytes',
    'digest',
    'address',
    'from',
    'to',
    'event',
    'sent',
    'extensions',
    'by',
    'copies',
  ];
  return wanted
    .filter((name) => detail[name] !== undefined && detail[name] !== '')
    .map((name) => (name === 'file' ? `${detail[name]}` : `${nameFact(name, texts)} ${detail[name]}`))
    .join(' · ');
}
