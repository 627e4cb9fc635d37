import type { FileFormat } from '../vendors/vendor.ts';

/** A native setting as it stands in a rendered file. Offsets are UTF-16 units of the text. */
export interface KeySpot {
  /** `account.1.label`, `P34`, `user_pass[1]`: as overrides name it. */
  readonly key: string;
  /** The same without an index; for the other formats, the key itself. */
  readonly name: string;
  /** What a new value replaces, and what stands around it afterwards. */
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
  /** As written, still escaped. */
  readonly value: string;
}

/** Where a new setting goes: `at` is an offset of the text, `around` writes it. */
export interface AddPlace {
  readonly at: number;
  readonly write: (key: string, value: string) => string;
}

export interface FoundKeys {
  readonly spots: readonly KeySpot[];
  /** Undefined: the file has no place for settings. */
  readonly place: AddPlace | undefined;
}

/** `key = value`, not a comment; the blanks around `=` are kept. */
const KEY_VALUE_LINE = /^([ \t]*([^\s#=][^=\n]*?)[ \t]*=[ \t]*)([^\r\n]*?)[ \t]*$/gm;
/** `key: value`; a leading `!` locks and `^` overwrites (docs/vendors/aastra.md), and neither is part of the key. */
const COLON_VALUE_LINE = /^([ \t]*[!^]?([^\s#:!^][^:\n]*?)[ \t]*:)[ \t]*([^\r\n]*)$/gm;

/** Finds every native key of a rendered file. */
export function findKeys(text: string, format: FileFormat): FoundKeys {
  switch (format) {
    case 'key-value':
      return findLines(text, KEY_VALUE_LINE, '', (key, value) => `${key} = ${value}\n`);
    case 'colon-value':
      return findLines(text, COLON_VALUE_LINE, ' ', (key, value) => `${key}: ${value}\n`);
    case 'xml':
      return findElements(text);
    default:
      return format satisfies never;
  }
}

function findLines(text: string, line: RegExp, before: string, write: AddPlace['write']): FoundKeys {
  const spots = Array.from(text.matchAll(line), (match): KeySpot => {
    const [whole, head = '', key = '', value = ''] = match;
    const start = match.index + head.length;
    return { key, name: key, start, end: match.index + whole.length, before, after: '', value };
  });
  return { spots, place: { at: text.length, write } };
}

/** Comments and CDATA are passed over as one; attribute values may hold `>`. */
const TAG =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g;
const INDEX = /\sidx\s*=\s*(?:"([^"]*)"|'([^']*)')/;

interface OpenElement {
  readonly name: string;
  readonly attributes: string;
  readonly start: number;
  readonly contentStart: number;
  readonly leaves: { attributes: string; indent: string; end: number }[];
  hasChildren: boolean;
}

/** Settings are elements without children; new ones go to the end of the element that holds most of them. */
function findElements(text: string): FoundKeys {
  const spots: KeySpot[] = [];
  const open: OpenElement[] = [];
  let home: OpenElement | undefined;
  for (const match of text.matchAll(TAG)) {
    const [tag, slash, name, attributes = '', selfClosing] = match;
    if (name === undefined) continue;
    const end = match.index + tag.length;
    if (slash !== '/') {
      const parent = open.at(-1);
      if (parent !== undefined) parent.hasChildren = true;
      if (selfClosing === '/') {
        const before = `${tag.slice(0, tag.lastIndexOf('/')).trimEnd()}>`;
        addLeaf(parent, attributes, match.index, end);
        spots.push({ ...namesOf(name, attributes), start: match.index, end, before, after: `</${name}>`, value: '' });
        continue;
      }
      open.push({ name, attributes, start: match.index, contentStart: end, leaves: [], hasChildren: false });
      continue;
    }
    const element = open.pop();
    if (element === undefined) break;
    if (!element.hasChildren && open.length > 0) {
      addLeaf(open.at(-1), element.attributes, element.start, end);
      const { contentStart: start } = element;
      const value = text.slice(start, match.index);
      spots.push({ ...namesOf(name, element.attributes), start, end: match.index, before: '', after: '', value });
    }
    if (element.leaves.length > (home?.leaves.length ?? 0)) home = element;
  }
  return { spots, place: home === undefined ? undefined : placeIn(home) };

  function addLeaf(parent: OpenElement | undefined, attributes: string, start: number, end: number): void {
    const indent = /\n([ \t]*)$/.exec(text.slice(Math.max(0, start - 100), start))?.[0] ?? '';
    parent?.leaves.push({ attributes: attributes.replace(INDEX, ''), indent, end });
  }
}

function namesOf(name: string, attributes: string): { readonly key: string; readonly name: string } {
  const index = INDEX.exec(attributes);
  return { name, key: index === null ? name : `${name}[${index[1] ?? index[2] ?? ''}]` };
}

/** A new element looks like its neighbours: their indent, and the attributes that most of them have. */
function placeIn(home: OpenElement): AddPlace | undefined {
  const last = home.leaves.at(-1);
  if (last === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const { attributes } of home.leaves) counts.set(attributes, (counts.get(attributes) ?? 0) + 1);
  const [usual] = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most));
  return {
    at: last.end,
    write(key, value) {
      const [, name = key, index] = /^(.+)\[(.*)\]$/.exec(key) ?? [];
      return `${last.indent}<${name}${index === undefined ? '' : ` idx="${index}"`}${usual}>${value}</${name}>`;
    },
  };
}
