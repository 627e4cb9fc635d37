import fc from 'fast-check';
import { expect, test } from 'vitest';
import { childText, findElement, parseXml, walk, type XmlElement } from '../../src/upnp/parse-xml.ts';

function read(text: string): XmlElement {
  const parsed = parseXml(Buffer.from(text));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

function problemOf(text: string | Uint8Array): string {
  const parsed = parseXml(Buffer.from(text));
  return parsed.ok ? 'none' : parsed.problem;
}

test('elements, their text and their order', () => {
  const root = read('<?xml version="1.0"?>\r\n<a><b> one </b><x:c>two<!-- no --><![CDATA[ & three]]></x:c><b/></a>');
  expect(root).toEqual({
    name: 'a',
    text: '',
    children: [
      { name: 'b', text: 'one', children: [] },
      { name: 'c', text: 'two & three', children: [] },
      { name: 'b', text: '', children: [] },
    ],
  });
  expect([...walk(root)].map(({ name }) => name)).toEqual(['a', 'b', 'c', 'b']);
  expect(childText(root, 'b')).toBe('one');
  expect(childText(root, 'd')).toBe('');
  expect(findElement(root, 'c')?.text).toBe('two & three');
});

test.each([
  ['bare ampersands', '<a>A & B &copy; &#65;&amp;</a>', 'A & B &copy; A&'],
  ['prefixes that nobody declared', '<SOAP:a>x</SOAP:a>', 'x'],
  ['a byte order mark', '\uFEFF<a>x</a>', 'x'],
  ['blank lines before the declaration', '\r\n <?xml version="1.0"?><a>x</a>', 'x'],
  ['NUL bytes after the end', '<a>x</a>\0\0', 'x'],
  ['names that objects have', '<__proto__><constructor>1</constructor>x</__proto__>', 'x'],
])('%s do no harm', (_, text, want) => {
  expect(read(text).text).toBe(want);
});

test('ISO 8859-1 is read where the document says so', () => {
  const bytes = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>T\u00fcr</a>', 'latin1');
  const parsed = parseXml(bytes);
  expect(parsed.ok && parsed.value.text).toBe('Tür');
});

const BOMB = `<!DOCTYPE a [<!ENTITY l "lol">${Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n} "${'&l;'.repeat(10)}">`).join('')}]><a>&l8;</a>`;

test.each([
  ['nothing', '', 'is empty; wanted an XML document'],
  ['blanks', ' \r\n', 'is empty; wanted an XML document'],
  ['a page', 'Not found', /^is no well-formed XML/],
  ['a truncated document', '<a><b>', /^is no well-formed XML/],
  ['a truncated tag', '<a><b', /^is no well-formed XML/],
  ['two roots', '<a/><b/>', /^is no well-formed XML/],
  ['a wrong end', '<a></b>', /^is no well-formed XML/],
  ['a control character', '<a>\u0001</a>', /^is no well-formed XML/],
  ['an entity bomb', BOMB, 'has a DOCTYPE; wanted none'],
  [
    'an external entity',
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    'has a DOCTYPE; wanted none',
  ],
  ['too much depth', '<a>'.repeat(25) + '</a>'.repeat(25), 'nests elements more than 24 deep'],
  ['too many elements', `<a>${'<b/>'.repeat(4_000)}</a>`, 'has more than 4000 elements'],
  ['too many bytes', `<a>${'x'.repeat(65_536)}</a>`, 'has 65543 bytes; wanted 65536 at most'],
  ['50,000 nested devices', '<device>'.repeat(50_000), 'has 400000 bytes; wanted 65536 at most'],
])('%s is refused with a reason', (_, text, want) => {
  const problem = problemOf(text);
  if (typeof want === 'string') expect(problem).toBe(want);
  else expect(problem).toMatch(want);
});

test('what is within the limits is read', () => {
  expect(read('<a>'.repeat(24) + '</a>'.repeat(24)).children).toHaveLength(1);
  expect(read(`<a>${'<b/>'.repeat(3_999)}</a>`).children).toHaveLength(3_999);
});

test('never throws, whatever comes', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    '<a',
    '</a>',
    '<a>',
    '&',
    '&#0;',
    '&#x110000;',
    ';',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?xml',
    '?>',
    '<!DOCTYPE',
    '[',
    '"',
    '=',
    'a:b',
    '\0',
    '\uFFFF',
    '\r\n',
    'x',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => problemOf(pieces.join('')).length > 0),
    { numRuns: 3_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => problemOf(bytes).length < 400),
    { numRuns: 1_000 },
  );
});

test('what we escape ourselves is read back', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[\p{C}\uFFFE\uFFFF]/u.test(text)),
      (text) => {
        const escaped = text.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`);
        return read(`<a>${escaped}</a>`).text === text.trim();
      },
    ),
  );
});

test.each([
  ['blanks', (n: number) => `<a>${' \r\n\0'.repeat(n / 4)}`],
  ['blanks in text', (n: number) => `<a>${'\n'.repeat(n)}x</a>`],
  ['ampersands', (n: number) => `<a>${'&'.repeat(n)}</a>`],
  ['starts of CDATA', (n: number) => `<a>${'<![CDATA['.repeat(n / 9)}`],
  ['empty comments', (n: number) => `<a>${'<!---->'.repeat(n / 7)}</a>`],
  ['pieces of text', (n: number) => `<a>${'x<b/>'.repeat(n / 20)}</a>`],
  ['attributes', (n: number) => `<a ${Array.from({ length: n / 10 }, (_, k) => `a${k}=""`).join(' ')}/>`],
])('the time for %s grows with their number, not with its square', (_, build) => {
  const measure = (length: number) => {
    const bytes = Buffer.from(build(length));
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      parseXml(bytes);
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  // 16 times the length: 16 times as long, or 256. A millisecond for what does not depend on it.
  expect(measure(64_000)).toBeLessThan(80 * (measure(4_000) + 1));
});
