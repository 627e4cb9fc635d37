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
  const groups: { readonly first: JourneyEvent; last: JourneyEvent; times: number }[] = [];
  for (const event of events) {
    const group = groups.at(-1);
    const isAlike = group?.first.step === 'seen' && event.step === 'seen';
    if (group !== undefined && isAlike) {
      group.last = event;
      group.times += 1;
    } else groups.push({ first: event, last: event, times: 1 });
  }
  const start = groups[0]?.first.at ?? 0;
  const end = groups.at(-1)?.last.at ?? start;
  const points = groups.map(({ first, last, times }, index): JourneyPoint => {
    const before = groups[index - 1]?.last.at;
    // By the root: what takes milliseconds is seen beside what takes minutes.
    const share = end === start ? 0 : Math.sqrt((last.at - start) / (end - start));
    const x = Math.round(EDGE_PX + share * (STRIP_PX - 2 * EDGE_PX));
    return {
      step: first.step,
      kind: kindOf(first),
      title: texts.t(`step.${first.step}`),
      reason: sayReason(texts, last),
      facts: factsOf(last, texts),
      at: last.at,
      after: before === undefined ? '' : `+${formatDuration(last.at - before, texts)}`,
      x,
      cross: `M${x - 4} 16l8 8m0-8l-8 8`,
      times,
    };
  });
  const isStuck = points.at(-1)?.kind === 'bad';
  return { startedAt: start, took: formatDuration(end - start, texts), points, isStuck };
}

function kindOf(event: JourneyEvent): JourneyPoint['kind'] {
  const { step } = event;
  if (step === 'refused' || step === 'stalled') return 'bad';
  // A file that need not be there is no fault: phones ask for many.
  if (step === 'fetched' && !hasFile(event)) return 'plain';
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
