import { type HandOver, isHandOverOpen } from './hand-over.ts';
import { type Note, note } from './note.ts';
import { err, ok, type Result } from './result.ts';
import type { TrustSettings } from './trust.ts';

/**
 * May secrets leave now, to that address? The answer is the window as it is with this fetch: bound to its address. Null: the site has
 * no windows.
 */
export function checkHandOver(
  handOver: HandOver | null,
  trust: Pick<TrustSettings, 'handOverMinutes'>,
  source: string,
  now: number,
): Result<HandOver | null, { readonly reason: Note }> {
  if (trust.handOverMinutes === 0) return ok(null);
  if (handOver === null || !isHandOverOpen(handOver, trust, now)) {
    return err({
      reason: note('reason.sealed', 'the files of this phone are sealed: somebody must hand them over again'),
    });
  }
  const { address } = handOver;
  if (address === null) return ok({ ...handOver, address: source });
  if (address === source) return ok(handOver);
  return err({
    reason: note(
      'reason.second-address',
      'in this hand-over {first} has fetched already, and nothing goes to a second address ({second})',
      { first: address, second: source },
    ),
  });
}
