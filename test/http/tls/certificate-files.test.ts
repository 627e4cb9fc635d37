import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openCertificateFiles, openPhoneAuthorities } from '../../../src/http/tls/certificate-files.ts';
import { makeLoopbackPair } from '../../peers/certificates.ts';
import { createLogMemory } from '../log-memory.ts';

type Made = Awaited<ReturnType<typeof makeLoopbackPair>>;
let first: Made;
let second: Made;

beforeAll(async () => {
  [first, second] = await Promise.all([makeLoopbackPair('First'), makeLoopbackPair('Second')]);
});

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-tls-files-'));
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
    rmSync(folder, { recursive: true });
  });
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const { log, lines } = createLogMemory();
  const watching = { signal: stop.signal, log, clock: Date.now, pollMs: 20 };
  /** As tools do it: a new file takes the place of the old one. */
  const put = (file: string, text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  const putPair = ({ server }: Made) => {
    put(files.certificate, server.certificate);
    put(files.key, server.privateKey.reveal());
  };
  return { folder, files, lines, watching, put, putPair };
}

test('new files take the place of the old certificate without a restart', async () => {
  const { files, lines, watching, putPair } = openFolder();
  putPair(first);
  const opened = await openCertificateFiles(files, watching);
  if (!opened.ok) throw new Error(opened.problem);
  const source = opened.value;
  let changes = 0;
  source.onChange(() => {
    changes += 1;
  });
  expect(source.facts()).toMatchObject({ subject: '127.0.0.1', issuer: 'First' });
  expect(source.authority()).toBeNull();
  putPair(second);
  await expect.poll(() => changes).toBe(1);
  expect(source.facts().issuer).toBe('Second');
  expect(source.current().certificate).toBe(second.server.certificate);
  expect(lines.join('\n')).toContain('tls.certificate-changed');
});

test('a broken new file changes nothing, says what is wrong, and is forgotten when it is mended', async () => {
  const { files, lines, watching, put, putPair } = openFolder();
  putPair(first);
  const opened = await openCertificateFiles(files, watching);
  if (!opened.ok) throw new Error(opened.problem);
  const source = opened.value;
  put(files.certificate, second.server.certificate);
  await expect.poll(source.problem).toContain('the key does not belong to the certificate of 127.0.0.1');
  expect(source.problem()).toContain(files.key);
  expect(source.current().certificate).toBe(first.server.certificate);
  rmSync(files.key);
  await expect.poll(source.problem).toContain('there is no such file');
  put(files.key, second.server.privateKey.reveal());
  await expect.poll(source.problem).toBeNull();
  expect(source.facts().issuer).toBe('Second');
  const told = lines.filter((line) => line.includes('tls.certificate-refused'));
  expect(told).toHaveLength(2);
  expect(lines.join()).not.toContain('PRIVATE KEY-----\n');
});

test('what is wrong at the start is said with the names of the files', async () => {
  const { files, watching, put, putPair } = openFolder();
  expect(await openCertificateFiles(files, watching)).toEqual({
    ok: false,
    problem: `${files.certificate}: there is no such file`,
  });
  putPair(first);
  put(files.certificate, 'hello');
  expect(await openCertificateFiles(files, watching)).toMatchObject({
    ok: false,
    problem: expect.stringContaining('-----BEGIN CERTIFICATE-----'),
  });
});

test('a certificate that nobody renewed is warned of', async () => {
  const { files, lines, watching, putPair } = openFolder();
  putPair(first);
  const later = () => Date.now() + 390 * 86_400_000;
  expect(await openCertificateFiles(files, { ...watching, clock: later })).toMatchObject({ ok: true });
  expect(lines.join()).toContain('tls.certificate-ending');
});

test('authorities of phones are read from every file, and read again when one changes', async () => {
  const { folder, lines, watching, put } = openFolder();
  const [one, two] = [join(folder, 'one.pem'), join(folder, 'two.pem')];
  put(one, `${first.authority.certificate}\n${second.authority.certificate}`);
  put(two, first.server.certificate);
  const opened = await openPhoneAuthorities([one, two], watching);
  if (!opened.ok) throw new Error(opened.problem);
  expect(opened.value.current()).toHaveLength(3);
  put(one, 'nothing');
  await expect.poll(() => lines.join()).toContain('tls.phone-ca-refused');
  expect(opened.value.current()).toHaveLength(3);
  put(one, second.authority.certificate);
  await expect.poll(() => opened.value.current().length).toBe(2);
  expect(await openPhoneAuthorities([join(folder, 'none.pem')], watching)).toMatchObject({
    ok: false,
    problem: expect.stringContaining('none.pem: there is no such file'),
  });
});
