import {
  type ClockPattern,
  courseOf,
  disagreementsOf,
  type TimeZoneRule,
  type TimeZoneSpelling,
} from '../../core/time-zone-rule.ts';
import { inWords } from './fit-pattern.ts';

/** What the phone will do with its settings, and what they fall short of, for people. */
export interface PhoneClock extends ClockPattern {
  readonly shortcomings: readonly string[];
}

/**
 * Puts a spelling together. Whether it is exact is measured, not claimed: the phone's clock against tzdata over the course
 * that the rule carries (five years), to the second.
 */
export function toSpelling(
  rule: TimeZoneRule,
  phone: PhoneClock,
  settings: Readonly<Record<string, string>>,
): TimeZoneSpelling {
  const { from, until } = rule.course;
  const [first] = disagreementsOf(courseOf(phone, from, until), rule.course);
  if (first === undefined) return { settings, exact: true, note: null };
  const reasons = [...phone.shortcomings, ...(rule.incomplete === null ? [] : [rule.incomplete])];
  const day = new Date(first.from).toISOString().slice(0, 10);
  const direction = first.aheadSeconds > 0 ? 'fast' : 'slow';
  const duration = inWords((first.until - first.from) / 1000);
  const seen = `first wrong on ${day} (UTC): ${inWords(first.aheadSeconds)} ${direction} for ${duration}`;
  return { settings, exact: false, note: `${reasons.join('; ')}; ${seen}` };
}
