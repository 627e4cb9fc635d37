/**
 * What a phone makes of its file, written from the formats' descriptions and from nothing in src/render: the judge of
 * the escapers and of every rendered file. Keys that stand more than once keep all their values, in order.
 */
import { SaxesParser } from 'saxes';
import type { FileFormat } from '../../src/vendors/vendor.ts';

export type ReadKeys = ReadonlyMap<string, readonly string[]>;

export function readKeys(text: string, format: FileFormat): ReadKeys {
  switch (format) {
    case 'key-value':
      return readKeyValueLines(text);
    case 'colon-value':
      return readColonLines(text);
    case 'xml':
      return readXml(text);
  }
}

/** Every line end that any reader knows; blanks around key and value are dropped; `#` starts a comment line. */
function readKeyValueLines(text: string): ReadKeys {
  const keys = new Map<string, string[]>();
  for (const line of text.split(/\r\n|[\n\r\u000b\u000c\u0085\u2028\u2029]/)) {
    const equals = line.indexOf('=');
    if (line.trimStart().startsWith('#') || equals < 0) continue;
    push(keys, line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return keys;
}

/** `#` ends a value unless it stands in quotation marks; quotation marks around a value are not part of it. */
function readColonLines(text: string): ReadKeys {
  const keys = new Map<string, string[]>();
  for (const line of text.split(/\r\n|[\n\r\u000b\u000c\u0085\u2028\u2029]/)) {
    let content = '';
    let quoted = false;
    for (const character of line) {
      if (character === '"') quoted = !quoted;
      if (character === '#' && !quoted) break;
      content += character;
    }
    if (quoted) throw new Error(`a quotation mark is not closed: ${line}`);
    const colon = content.indexOf(':');
    if (colon < 0) continue;
    const value = content.slice(colon + 1).trim();
    push(keys, content.slice(0, colon).trim(), /^".*"$/.test(value) ? value.slice(1, -1) : value);
  }
  return keys;
}

/** Element text by name, with the `idx` attribute in brackets. Throws where the file is not well-formed. */
function readXml(text: string): ReadKeys {
  const keys = new Map<string, string[]>();
  const open: { key: string; text: string; hasChildren: boolean }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.hasChildren = true;
    const { idx } = attributes;
    open.push({ key: idx === undefined ? name : `${name}[${idx}]`, text: '', hasChildren: false });
  });
  parser.on('text', (piece) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined && !element.hasChildren) push(keys, element.key, element.text);
  });
  parser.write(text).close();
  return keys;
}

function push(keys: Map<string, string[]>, key: string, value: string): void {
  keys.set(key, [...(keys.get(key) ?? []), value]);
}
