import type { MappingTest } from '../flows/internet-facts.ts';
import { formatPortRange } from './build-open-ports.ts';
import type { Texts } from './message-set.ts';

export interface MappingTestRow {
  readonly protocol: string;
  readonly ports: string;
  readonly answers: readonly {
    readonly label: string;
    readonly kind: 'good' | 'bad' | 'quiet';
    readonly text: string;
  }[];
}

/** Ports in a row that were found alike, as one row. */
export function buildMappingTests(tests: readonly MappingTest[], texts: Texts): readonly MappingTestRow[] {
  const groups: { readonly first: MappingTest; count: number }[] = [];
  for (const test of tests) {
    const group = groups.at(-1);
    if (group !== undefined && isAlike(group.first, test, group.count)) group.count += 1;
    else groups.push({ first: test, count: 1 });
  }
  return groups.map(({ first, count }) => ({
    protocol: first.protocol,
    ports: formatPortRange(first.externalPort, count),
    answers: [
      say('mapped', first.isMapped, texts),
      say('heard', first.isHeard, texts),
      // Many routers never lead their own address back inside: a "no" proves nothing.
      { ...say('back', first.cameBack, texts), ...(first.cameBack === false && { kind: 'quiet' as const }) },
    ],
  }));
}

function isAlike(a: MappingTest, b: MappingTest, distance: number): boolean {
  return (
    a.protocol === b.protocol &&
    a.externalPort + distance === b.externalPort &&
    a.isMapped === b.isMapped &&
    a.isHeard === b.isHeard &&
    a.cameBack === b.cameBack
  );
}

function say(what: 'mapped' | 'heard' | 'back', found: boolean | null, { t }: Texts) {
  const answer = found === null ? 'unknown' : found ? 'yes' : 'no';
  const kind = found === null ? 'quiet' : found ? 'good' : 'bad';
  return { label: t(`internet.test-${what}`), kind, text: t(`internet.test-${what}-${answer}`) } as const;
}
