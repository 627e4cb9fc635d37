/**
 * A URL, or undefined. `URL.canParse` of Node.js 20 says yes to hosts that the constructor then throws at (characters that IDNA leaves
 * out, say), so nothing but trying will do.
 */
export function readUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
