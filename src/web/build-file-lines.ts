import type { DiffLine } from '../core/diff-lines.ts';
import type { FileFormat } from '../vendors/vendor.ts';

/** k key, v value, c comment, p punctuation, m a covered secret, t plain text. */
export interface FilePart {
  readonly kind: 'k' | 'v' | 'c' | 'p' | 'm' | 't';
  readonly text: string;
}

export interface FileLine {
  readonly kind: DiffLine['kind'] | 'gap';
  readonly parts: readonly FilePart[];
}

const COVERED = /•{6}/;

/** A file in colours, line by line; whatever stands in it is text. */
export function buildFileLines(lines: readonly (DiffLine | null)[], format: FileFormat): FileLine[] {
  return lines.map((line) =>
    line === null
      ? { kind: 'gap', parts: [{ kind: 'c', text: '⋮' }] }
      : { kind: line.kind, parts: splitLine(line.text, format) },
  );
}

/** A whole text as lines of the same kind. */
export function linesOfText(text: string): DiffLine[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => ({ kind: 'same', text: line }));
}

function splitLine(text: string, format: FileFormat): readonly FilePart[] {
  switch (format) {
    case 'xml':
      return splitXml(text);
    case 'key-value':
      return splitPair(text, '=');
    case 'colon-value':
      return splitPair(text, ':');
    default:
      return format satisfies never;
  }
}

function splitPair(text: string, separator: string): readonly FilePart[] {
  if (/^\s*[#;!]/.test(text)) return [{ kind: 'c', text }];
  const at = text.indexOf(separator);
  if (at < 0) return [{ kind: 't', text }];
  return [{ kind: 'k', text: text.slice(0, at) }, { kind: 'p', text: separator }, ...splitValue(text.slice(at + 1))];
}

/** Tags, comments and what stands between; a comment over several lines stays plain. */
function splitXml(text: string): readonly FilePart[] {
  const pieces = text.match(/<!--.*?(?:-->|$)|<[^>]*>?|[^<]+/g) ?? [];
  return pieces.flatMap((piece): readonly FilePart[] => {
    if (piece.startsWith('<!--')) return [{ kind: 'c', text: piece }];
    return piece.startsWith('<') ? [{ kind: 'k', text: piece }] : splitValue(piece);
  });
}

function splitValue(text: string): readonly FilePart[] {
  const match = COVERED.exec(text);
  if (match === null) return text === '' ? [] : [{ kind: 'v', text }];
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return [
    ...(before === '' ? [] : [{ kind: 'v', text: before } as const]),
    { kind: 'm', text: match[0] },
    ...splitValue(after),
  ];
}
