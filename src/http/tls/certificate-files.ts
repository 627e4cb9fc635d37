import { readFile } from 'node:fs/promises';
import { type CertificateFacts, type CertificatePair, ENDS_SOON_MS } from '../../core/certificate.ts';
import type { Logger } from '../../core/logger.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { Secret } from '../../core/secret.ts';
import { pollFiles } from './file-poll.ts';
import { checkPair, readBundle } from './read-certificate.ts';
import type { TlsSource } from './tls-source.ts';

const DAY_MS = 86_400_000;

interface Watching {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: () => number;
  readonly pollMs?: number | undefined;
}

interface Loaded {
  readonly pair: CertificatePair;
  readonly facts: CertificateFacts;
}

/**
 * The certificate that somebody gave. New files take their place without a restart; broken ones do not, and are told. The problem:
 * what is wrong with them at the start, for people.
 */
export async function openCertificateFiles(
  files: { readonly certificate: string; readonly key: string },
  { signal, log, clock, pollMs }: Watching,
): Promise<Result<TlsSource, string>> {
  const listeners = new Set<() => void>();
  const watched = [files.certificate, files.key];
  pollFiles({ files: watched, signal, onChange: () => void reload(), ...(pollMs !== undefined && { pollMs }) });
  const first = await load();
  if (!first.ok) return first;
  let loaded = first.value;
  let problem: string | null = null;
  warnOfEnd();
  const daily = setInterval(warnOfEnd, DAY_MS);
  daily.unref();
  signal.addEventListener('abort', () => clearInterval(daily), { once: true });

  return ok({
    origin: 'files',
    current: () => loaded.pair,
    facts: () => loaded.facts,
    authority: () => null,
    problem: () => problem,
    onChange: (listener) => void listeners.add(listener),
  });

  async function load(): Promise<Result<Loaded, string>> {
    const certificate = await readText(files.certificate);
    if (!certificate.ok) return certificate;
    const key = await readText(files.key);
    if (!key.ok) return key;
    const pair = { certificate: certificate.value, privateKey: new Secret(key.value) };
    const checked = checkPair(pair, clock());
    if (!checked.ok) return err(`${files.certificate}, ${files.key}: ${checked.problem}`);
    return ok({ pair, facts: checked.value });
  }

  async function reload(): Promise<void> {
    const read = await load();
    if (!read.ok) {
      problem = read.problem;
      log.error(
        { event: 'tls.certificate-refused', reason: problem },
        'the new certificate is not used; the old one is',
      );
      return;
    }
    loaded = read.value;
    problem = null;
    const { subject, until } = loaded.facts;
    log.info({ event: 'tls.certificate-changed', subject, until: formatDay(until) }, 'the new certificate is in use');
    for (const listener of listeners) listener();
    warnOfEnd();
  }

  function warnOfEnd(): void {
    const { subject, until } = loaded.facts;
    if (until - clock() > ENDS_SOON_MS) return;
    log.warn({ event: 'tls.certificate-ending', subject, until: formatDay(until) }, 'the certificate ends soon');
  }
}

/** The authorities that phones' certificates are checked against: PEM, all files together. */
export interface PhoneAuthorities {
  current(): readonly string[];
  onChange(listener: () => void): void;
}

/** As `openCertificateFiles`, for bundles of authorities. */
export async function openPhoneAuthorities(
  files: readonly string[],
  { signal, log, pollMs }: Watching,
): Promise<Result<PhoneAuthorities, string>> {
  const listeners = new Set<() => void>();
  pollFiles({ files, signal, onChange: () => void reload(), ...(pollMs !== undefined && { pollMs }) });
  const first = await load();
  if (!first.ok) return first;
  let current = first.value;
  return ok({ current: () => current, onChange: (listener) => void listeners.add(listener) });

  async function load(): Promise<Result<readonly string[], string>> {
    const found: string[] = [];
    for (const file of files) {
      const text = await readText(file);
      if (!text.ok) return text;
      const bundle = readBundle(text.value);
      if (!bundle.ok) return err(`${file}: ${bundle.problem}`);
      found.push(...bundle.value);
    }
    return ok(found);
  }

  async function reload(): Promise<void> {
    const read = await load();
    if (!read.ok) {
      log.error({ event: 'tls.phone-ca-refused', reason: read.problem }, 'the new authorities of phones are not used');
      return;
    }
    current = read.value;
    log.info(
      { event: 'tls.phone-ca-changed', certificates: current.length },
      'the new authorities of phones are in use',
    );
    for (const listener of listeners) listener();
  }
}

async function readText(file: string): Promise<Result<string, string>> {
  try {
    return ok(await readFile(file, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return err(`${file}: there is no such file`);
    if (code === 'EACCES') return err(`${file}: the user of this service may not read it`);
    return err(`${file}: cannot be read: ${code ?? 'unknown'}`);
  }
}

function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
