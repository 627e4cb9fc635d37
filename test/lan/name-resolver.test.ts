import { expect, test } from 'vitest';
import { describeNameProblem, resolveName } from '../../src/lan/name-resolver.ts';
import { type DnsAnswer, startFakeDns } from '../peers/fake-dns.ts';

const { signal } = new AbortController();
const QUICK = { timeout: 50, tries: 2 };

test('the A records of a name are asked for, and nothing is remembered', async () => {
  const { server, asked, answer } = await startFakeDns(['128.66.0.5', '128.66.0.6']);
  const options = { signal, servers: [server] };
  expect(await resolveName('office.example', options)).toEqual({ ok: true, value: ['128.66.0.5', '128.66.0.6'] });
  answer(['128.66.0.7']);
  expect(await resolveName('office.example', options)).toEqual({ ok: true, value: ['128.66.0.7'] });
  expect(asked).toEqual(['office.example', 'office.example']);
});

test.each<[DnsAnswer, string, RegExp]>([
  ['nxdomain', 'no-such-name', /no host of that name/],
  ['no-records', 'no-address', /no A record/],
  ['servfail', 'refused', /does not tell \(ESERVFAIL\)/],
])('%s is told as %s', async (answer, kind, sentence) => {
  const { server } = await startFakeDns(answer);
  const result = await resolveName('office.example', { signal, servers: [server], patience: QUICK });
  expect(result).toMatchObject({ ok: false, problem: { kind } });
  if (!result.ok) expect(describeNameProblem(result.problem)).toMatch(sentence);
});

test('a silent name server is not waited for long', async () => {
  const { server, asked } = await startFakeDns('silent');
  const result = await resolveName('office.example', { signal, servers: [server], patience: QUICK });
  expect(result).toMatchObject({ ok: false, problem: { kind: 'no-answer', code: 'ETIMEOUT' } });
  expect(asked).toHaveLength(QUICK.tries);
});

test('a stop ends the wait, and nothing is asked after it', async () => {
  const { server, asked } = await startFakeDns('silent');
  const stop = new AbortController();
  const waiting = resolveName('office.example', { signal: stop.signal, servers: [server] });
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  expect(await waiting).toEqual({ ok: false, problem: { kind: 'no-answer', code: 'ECANCELLED' } });
  await resolveName('office.example', { signal: stop.signal, servers: [server] });
  expect(asked).toHaveLength(1);
});

test('what is no name is refused', async () => {
  const { server } = await startFakeDns('nxdomain');
  const name = `${'a'.repeat(70)}.example`;
  expect(await resolveName(name, { signal, servers: [server], patience: QUICK })).toMatchObject({
    ok: false,
    problem: { kind: 'no-such-name' },
  });
});

test('only so many of an answer are taken', async () => {
  const many = Array.from({ length: 100 }, (_, index) => `128.66.1.${index}`);
  const { server } = await startFakeDns(many);
  const result = await resolveName('office.example', { signal, servers: [server] });
  expect(result.ok && result.value.length).toBe(64);
});
