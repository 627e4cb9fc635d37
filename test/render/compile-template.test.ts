import { expect, test } from 'vitest';
import { compileTemplate } from '../../src/render/compile-template.ts';
import { buildSampleView } from '../../src/render/sample-view.ts';
import { testVendor } from './test-vendor.ts';

const sample = buildSampleView(testVendor);

function write(text: string): string {
  const template = compileTemplate(text, sample);
  if (!template.ok) throw new Error(template.problem.reason);
  const written = template.value(sample);
  if (!written.ok) throw new Error(written.problem.reason);
  return written.value;
}

test('values are written as they are, without HTML escaping', () => {
  expect(compileTemplate('{{siteName}}', sample)).toMatchObject({ ok: true });
  const template = compileTemplate('a={{siteName}}', sample);
  if (!template.ok) throw new Error('broken');
  expect(template.value({ ...sample, siteName: `a=b&"c'<d>` })).toEqual({ ok: true, value: `a=a=b&"c'<d>` });
});

test.each([
  '{{#each accounts}}{{line}}{{@index}}{{keys.active}}{{@root.sip.server}}{{../siteName}}{{/each}}',
  '{{#each accounts as |account position|}}{{account.line}}{{line}}{{position}}{{/each}}',
  '{{#with sip}}{{server}}{{#if isTls}}{{../mac}}{{else}}{{port}}{{/if}}{{/with}}',
  '{{#each accounts}}{{#unless @last}},{{/unless}}{{#if number}}{{number}}{{/if}}{{/each}}',
  '{{#if codecs.[7]}}{{codecs.[7].name}}{{/if}}{{codecs.[0].name}}',
  '{{!-- a comment --}}{{#each time.zoneSettings}}{{key}}: {{value}}{{/each}}',
])('%s is a fine template', (text) => {
  expect(compileTemplate(text, sample)).toMatchObject({ ok: true });
});

test.each([
  ['a\nb {{sitename}}', 2, 'sitename'],
  ['a\n\n{{#if sip.isTSL}}x{{/if}}', 3, 'sip.isTSL'],
  // A branch that the sample does not take.
  ['{{#if sip.isTls}}\n{{sip.prot}}\n{{/if}}', 2, 'sip.prot'],
  ['{{#if siteName}}x{{else}}\n{{nothing}}\n{{/if}}', 2, 'nothing'],
  ['{{#each accounts}}\n{{siteName}}{{/each}}', 2, 'siteName'],
  ['{{../siteName}}', 1, '../siteName'],
  ['{{#each accounts}}{{@number}}{{/each}}', 1, '@number'],
  ['{{#if codecs.[7]}}{{codecs.[7].nam}}{{/if}}', 1, 'nam'],
  ['{{constructor}}', 1, 'constructor'],
  ['x\n{{helper siteName}}', 2, 'only if, unless, each'],
  ['{{#lookup accounts 1}}{{/lookup}}', 1, 'lookup'],
  ['{{#accounts}}{{/accounts}}', 1, 'accounts'],
  ['{{> partial}}', 1, 'only values'],
  ['a\n{{#if siteName\n', 2, 'Expecting'],
  ['{{#if siteName}}\n{{/each}}', 1, "if doesn't match each"],
] as const)('%j is broken in line %i', (text, line, says) => {
  const compiled = compileTemplate(text, sample);
  expect(compiled).toMatchObject({ ok: false, problem: { line, reason: expect.stringContaining(says) } });
});

test('the reason never quotes the text of the template: a site may have a password in it', () => {
  const compiled = compileTemplate('password = hunter2 {{#if}\n', sample);
  expect(compiled.ok).toBe(false);
  expect(JSON.stringify(compiled)).not.toContain('hunter2');
});

test('a block on a line of its own leaves no empty line', () => {
  expect(write('a\n{{#if siteName}}\nb\n{{/if}}\nc\n')).toBe('a\nb\nc\n');
});
