import { expect, test } from 'vitest';
import { readUrl } from '../../src/core/read-url.ts';

test('what is a URL is read, also against a base', () => {
  expect(readUrl('http://192.0.2.1:5000/a')?.port).toBe('5000');
  expect(readUrl('/b', 'http://192.0.2.1:5000/a')?.href).toBe('http://192.0.2.1:5000/b');
});

// Found by the fuzzer: URL.canParse of Node.js 20.20 says yes to the last one.
test.each(['', 'nowhere', 'http://', 'http://[', 'http://19\u00ef\u00bb\u00bf2.0.2.1:5000/'])(
  '%j is none, and nothing is thrown',
  (text) => {
    expect(readUrl(text)).toBeUndefined();
  },
);
