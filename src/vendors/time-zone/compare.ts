import { type Note, note } from '../../core/note.ts';
import {
  type ClockPattern,
  courseOf,
  disagreementsOf,
  type TimeZoneRule,
  type TimeZoneSpelling,
} from '../../core/time-zone-rule.ts';

/** What the phone will do with its settings, and what they fall short of, for people. */
export interface PhoneClock extends ClockPattern {
  readonly shortcomings: readonly Note[];
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
  const facts = {
    day,
    gap: { seconds: first.aheadSeconds },
    span: { seconds: (first.until - first.from) / 1000 },
  };
  const seen =
    first.aheadSeconds > 0
      ? note('clock.first-fast', 'first wrong on {day} (UTC): {gap} fast for {span}', facts)
      : note('clock.first-slow', 'first wrong on {day} (UTC): {gap} slow for {span}', facts);
  return { settings, exact: false, note: note('clock.why', '{reasons}', { reasons: [...reasons, seen] }) };
}
