import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPhonePath } from '../../src/http/read-phone-path.ts';

test.each([
  ['/p/abc123/001565aabbcc.cfg', { kind: 'config', token: 'abc123', path: '001565aabbcc.cfg' }],
  ['/p/abc123/a/b%20c.xml', { kind: 'config', token: 'abc123', path: 'a/b%20c.xml' }],
  ['/p/abc123//001565aabbcc.cfg', { kind: 'config', token: 'abc123', path: '001565aabbcc.cfg' }],
  ['/p/abc123/x.cfg?mac=1&y=/p/z/', { kind: 'config', token: 'abc123', path: 'x.cfg' }],
  ['/p/abc123', { kind: 'config', token: 'abc123', path: '' }],
  ['/p/', { kind: 'config', token: '', path: '' }],
  ['/p/x/../../etc/passwd', { kind: 'config', token: 'x', path: '../../etc/passwd' }],
  ['/001565aabbcc.cfg', { kind: 'config', token: null, path: '001565aabbcc.cfg' }],
  ['//001565aabbcc.cfg', { kind: 'config', token: null, path: '001565aabbcc.cfg' }],
  ['/', { kind: 'config', token: null, path: '' }],
  ['*', { kind: 'config', token: null, path: '*' }],
  ['http://10.0.0.1:8060/p/abc/x.cfg', { kind: 'config', token: 'abc', path: 'x.cfg' }],
  ['http://10.0.0.1:8060', { kind: 'config', token: null, path: '' }],
  ['/files/ring.wav', { kind: 'site-file', path: 'ring.wav' }],
  ['/p/abc/files/t46/fw.rom?x', { kind: 'site-file', path: 't46/fw.rom' }],
])('%s is read', (target, wanted) => {
  expect(readPhonePath(target)).toEqual(wanted);
});

test('no target throws, and no path keeps a query', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = readPhonePath(`/${text}`);
      expect(read.path).not.toMatch(/[?#]/);
      expect(read.path.startsWith('/')).toBe(false);
    }),
  );
});
