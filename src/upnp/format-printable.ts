/** Controls, format characters (bidirectional overrides among them), lone surrogates, private use, line separators, failed decoding. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu;

/** UTF-16 units of a text of a stranger that are shown, kept or logged. */
const SHOWN_LENGTH = 200;

/** Makes a text from the network fit to be shown and logged: printable characters only, trimmed, at most `max` UTF-16 units. */
export function formatPrintable(text: string, max: number = SHOWN_LENGTH): string {
  // Cut before and after: replacing is linear, but the text may be long.
  return text
    .slice(0, 4 * max)
    .replace(UNPRINTABLE, ' ')
    .trim()
    .slice(0, max)
    .replace(UNPRINTABLE, '')
    .trim();
}
