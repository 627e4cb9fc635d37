const TAB = 9;
const SPACE = 32;

/**
 * Without blanks and tabs at either end. `String.trim` will not do: in a wire string it would also eat the byte A0,
 * which ends characters of UTF-8.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Index of the quote that closes the one at `open`, or -1. A backslash takes the next character along (RFC 3261 25.1). */
export function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') return at;
  }
  return -1;
}

/** The pieces between separators that stand outside quotes; an unclosed quote reaches to the end. */
export function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  if (!text.includes('"')) return text.split(separator);
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const close = closingQuote(text, at);
      if (close < 0) break;
      at = close;
    } else if (character === separator) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

/** A quoted string's content, or the text as it is. */
export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const close = closingQuote(text, 0);
  const inner = text.slice(1, close < 0 ? text.length : close);
  return inner.includes('\\') ? inner.replace(/\\([\s\S])/g, '$1') : inner;
}

/**
 * Reads `;name=value;flag` (or with commas, for digest challenges): names in lower case, values unquoted, blanks
 * anywhere, a flag's value empty. Of a name that comes twice the first counts.
 */
export function readParameters(text: string, separator: ',' | ';' = ';'): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const piece of splitOutsideQuotes(text, separator)) {
    const equals = piece.indexOf('=');
    const name = trimBlanks(equals < 0 ? piece : piece.slice(0, equals)).toLowerCase();
    if (name === '' || parameters.has(name)) continue;
    parameters.set(name, equals < 0 ? '' : unquote(trimBlanks(piece.slice(equals + 1))));
  }
  return parameters;
}

/** Resolves %xx; what is not two hex digits stays as it is. */
export function decodeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
