import type { Device } from './device.ts';
import { type Note, note } from './note.ts';
import { err, ok, type Result } from './result.ts';
import type { AutoApproveRule } from './site.ts';

/** What the choice needs to know of the office's extensions. */
export interface ExtensionBook {
  exists(number: string): boolean;
  isTaken(number: string): boolean;
}

/** A range is walked number by number: a typing error must not walk for ever. */
const LONGEST_RANGE = 10_000;

/**
 * The extension that the first fitting rule gives a pending device. Undefined: no rule fits. A problem: a rule fits, and
 * its range has nothing left; the note goes to the journey.
 */
export function chooseAutoApproval(
  device: Device,
  rules: readonly AutoApproveRule[],
  book: ExtensionBook,
): Result<string, Note> | undefined {
  if (device.state !== 'pending' || device.vendorId === null) return undefined;
  const rule = rules.find(
    ({ vendorId, macPrefix }) =>
      (vendorId === null || vendorId === device.vendorId) && (macPrefix === null || device.mac.startsWith(macPrefix)),
  );
  if (rule === undefined) return undefined;
  for (const number of range(rule)) {
    if (!book.isTaken(number) && (rule.createExtensions || book.exists(number))) return ok(number);
  }
  const ends = { first: rule.firstExtension, last: rule.lastExtension };
  return err(
    rule.createExtensions
      ? note('reason.no-free-extension', 'auto-approval: no free extension between {first} and {last}', ends)
      : note(
          'reason.no-existing-extension',
          'auto-approval: no existing and free extension between {first} and {last}',
          ends,
        ),
  );
}

function* range({ firstExtension, lastExtension }: AutoApproveRule): Generator<string> {
  const first = Number.parseInt(firstExtension, 10);
  const last = Math.min(Number.parseInt(lastExtension, 10), first + LONGEST_RANGE);
  // 0010-0019 keeps its leading zeros.
  for (let number = first; number <= last; number += 1) yield String(number).padStart(firstExtension.length, '0');
}
