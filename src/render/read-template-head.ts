/** The first line where it says what the file is: a phone that does not find it there ignores the file. Undefined: it says nothing. */
export function readTemplateHead(text: string): string | undefined {
  const line = text.split('\n', 1)[0] ?? '';
  return /^(?:#!|<\?)/.test(line) ? line : undefined;
}
