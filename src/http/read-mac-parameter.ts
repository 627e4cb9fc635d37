import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import { err, ok, type Result } from '../core/result.ts';
import { describeValue } from './format-input-errors.ts';
import type { HttpProblem } from './problem-to-reply.ts';

/** The MAC address of a path, in any spelling. */
export function readMacParameter(text: string): Result<MacAddress, HttpProblem> {
  const mac = parseMacAddress(text);
  if (mac !== undefined) return ok(mac);
  return err(
    invalidInput([
      { where: 'path.mac', saw: describeValue(text), wanted: 'twelve hex digits with or without separators' },
    ]),
  );
}

/** One sentence over the list of what was wrong. */
export function invalidInput(errors: NonNullable<HttpProblem['errors']>): HttpProblem {
  const [first] = errors;
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail =
    first === undefined
      ? 'The request is not as it should be.'
      : `${first.where}: saw ${first.saw}, wanted ${first.wanted}${rest}.`;
  return { kind: 'invalid-input', detail, errors };
}
