import { SaxesParser } from 'saxes';
import { err, ok, type Result } from '../core/result.ts';
import { formatPrintable } from './format-printable.ts';

/** An element without its attributes: nothing of UPnP that we read stands in one. */
export interface XmlElement {
  /** Without prefix: devices choose their own, and forget to declare them. */
  readonly name: string;
  /** Its own characters, without those of its children; trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Bytes. The longest description in use has some 20 kB. */
export const LONGEST_XML = 65_536;

/** An IGD nests its connection service some twelve elements deep. */
const DEEPEST = 24;

/** Elements; an IGD has some 300. */
const MOST_ELEMENTS = 4_000;

/** Not one of the five entities of XML, and no character reference: devices forget to escape `A & B` and queries of URLs. */
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)/g;

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

class NotBelieved extends Error {}

/**
 * Reads a small document; the problem says what was seen and what was wanted. No DOCTYPE, so no entity is ever defined or loaded. Works
 * without recursion and in time proportional to the length.
 */
export function parseXml(bytes: Uint8Array): Result<XmlElement, string> {
  if (bytes.length > LONGEST_XML) return err(`has ${bytes.length} bytes; wanted ${LONGEST_XML} at most`);
  const text = trimBlanks(decode(bytes));
  if (text === '') return err('is empty; wanted an XML document');
  try {
    return ok(readDocument(escapeAmpersands(text)));
  } catch (cause) {
    if (cause instanceof NotBelieved) return err(cause.message);
    throw cause;
  }
}

/** The first element of that name below `root`, in document order, or undefined. */
export function findElement(root: XmlElement, name: string): XmlElement | undefined {
  for (const element of walk(root)) if (element.name === name) return element;
  return undefined;
}

/** `root` and all below it, in document order. */
export function* walk(root: XmlElement): Generator<XmlElement> {
  const rest = [root];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    yield next;
    rest.push(...next.children.toReversed());
  }
}

/** Text of the first child of that name; empty: there is none. */
export function childText(element: XmlElement, name: string): string {
  return element.children.find((child) => child.name === name)?.text ?? '';
}

function readDocument(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('error', (cause) => {
    throw new NotBelieved(`is no well-formed XML (${formatPrintable(cause.message)})`);
  });
  parser.on('doctype', () => {
    throw new NotBelieved('has a DOCTYPE; wanted none');
  });
  parser.on('opentag', ({ name }) => {
    if (++elements > MOST_ELEMENTS) throw new NotBelieved(`has more than ${MOST_ELEMENTS} elements`);
    if (open.length >= DEEPEST) throw new NotBelieved(`nests elements more than ${DEEPEST} deep`);
    open.push({ name: name.slice(name.lastIndexOf(':') + 1), text: '', children: [] });
  });
  const add = (characters: string) => {
    const current = open.at(-1);
    if (current !== undefined) current.text += characters;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const element = { ...closed, text: closed.text.trim() };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  if (root === undefined) throw new NotBelieved('has no element');
  return root;
}

/** Devices send blank lines before the declaration, and NUL bytes after the end. By hand: a pattern would take quadratic time. */
function trimBlanks(text: string): string {
  const isBlank = (at: number) => text.charCodeAt(at) <= 0x20;
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

/** In CDATA an ampersand stands for itself. */
function escapeAmpersands(text: string): string {
  const start = '<![CDATA[';
  return text
    .split(start)
    .map((part, n) => {
      const end = n === 0 ? 0 : part.indexOf(']]>');
      return end < 0 ? part : part.slice(0, end) + part.slice(end).replace(BARE_AMPERSAND, '&amp;');
    })
    .join(start);
}

/** UTF-8, as UDA wants it, or ISO 8859-1 where the document says so. Never fails: what is undecodable becomes U+FFFD. */
function decode(bytes: Uint8Array): string {
  const copy = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = copy.subarray(0, 100).toString('latin1');
  return /^<\?xml[^>]*encoding=["']iso-8859-1["']/i.test(head)
    ? copy.toString('latin1')
    : copy.toString('utf8').replace(/^\uFEFF/, '');
}
