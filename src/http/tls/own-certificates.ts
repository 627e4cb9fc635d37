import type { CertificateFacts, OwnCertificates } from '../../core/certificate.ts';
import type { Logger } from '../../core/logger.ts';
import type { ServerNames } from './certificate-maker.ts';
import { chooseRenewal } from './choose-renewal.ts';
import { keepAddresses } from './choose-server-names.ts';
import { checkPair, readCertificate } from './read-certificate.ts';
import type { TlsSource } from './tls-source.ts';

/** How often ends are looked at, ms. */
const CHECK_MS = 3_600_000;

export interface OwnCertificatesOptions {
  /** `store/certificate-store` fits. */
  readonly store: {
    read(): Promise<OwnCertificates | undefined>;
    write(certificates: OwnCertificates): Promise<void>;
  };
  /** What devices list the authority as. */
  readonly name: string;
  /** What this host is called now. */
  readonly names: () => ServerNames;
  /** Calls back when `names` may have changed. */
  readonly onNames: (listener: () => void) => void;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: () => number;
}

interface Loaded {
  readonly certificates: OwnCertificates;
  readonly authority: CertificateFacts;
  readonly server: CertificateFacts;
}

/** The site's own authority and a certificate that it signed for this host: made where there is none, renewed by itself. */
export async function openOwnCertificates(options: OwnCertificatesOptions): Promise<TlsSource> {
  const { store, name, names, onNames, signal, log, clock } = options;
  const listeners = new Set<() => void>();
  let problem: string | null = null;
  let loaded = await renew(await readKept());
  let underWay: Promise<void> = Promise.resolve();
  const check = () => {
    // One after the other: an address may come while a key for the one before is still being drawn.
    underWay = underWay.then(look);
  };
  const timer = setInterval(check, CHECK_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  onNames(check);

  return {
    origin: 'own',
    current: () => loaded.certificates.server,
    facts: () => loaded.server,
    authority: () => ({ pem: loaded.certificates.authority.certificate, facts: loaded.authority }),
    problem: () => problem,
    onChange: (listener) => void listeners.add(listener),
  };

  async function readKept(): Promise<Loaded | undefined> {
    try {
      const kept = await store.read();
      if (kept === undefined) return undefined;
      const read = load(kept);
      if (read !== undefined) return read;
      throw new Error('the certificates are damaged');
    } catch (cause) {
      // Without one nobody could be served by TLS at all: a new one has to be installed, but everybody is served.
      log.error(
        { event: 'tls.authority-lost', cause: String(cause) },
        'the own authority cannot be read; a new one is made',
      );
      return undefined;
    }
  }

  /** Undefined: not as we wrote them. An end is no fault here: that is what renewing is for. */
  function load(certificates: OwnCertificates): Loaded | undefined {
    const authority = readCertificate(certificates.authority.certificate);
    const server = readCertificate(certificates.server.certificate);
    if (!authority.ok || !server.ok) return undefined;
    const isWhole =
      checkPair(certificates.authority, authority.value.from).ok &&
      checkPair(certificates.server, server.value.from).ok;
    return isWhole ? { certificates, authority: authority.value, server: server.value } : undefined;
  }

  async function look(): Promise<void> {
    if (signal.aborted) return;
    try {
      const before = loaded;
      loaded = await renew(loaded);
      problem = null;
      if (loaded !== before) for (const listener of listeners) listener();
    } catch (cause) {
      problem = String(cause instanceof Error ? cause.message : cause);
      log.error({ event: 'tls.renewal-failed', cause: String(cause) }, 'the certificate could not be renewed');
    }
  }

  async function renew(kept: Loaded | undefined): Promise<Loaded> {
    const wanted = names();
    const now = clock();
    const renewal = chooseRenewal(kept, wanted, now);
    if (kept !== undefined && renewal === 'keep') return kept;
    // Loaded only where it is needed: 60 modules.
    const { makeAuthority, makeServerCertificate } = await import('./certificate-maker.ts');
    const authority =
      kept !== undefined && renewal === 'server' ? kept.certificates.authority : await makeAuthority(name, now);
    const isDue = kept === undefined || kept.server.until - now < 0 || renewal === 'both';
    const certified = isDue ? wanted : keepAddresses(wanted, kept.server.names);
    const certificates = { authority, server: await makeServerCertificate(authority, certified, now) };
    await store.write(certificates);
    const made = load(certificates);
    if (made === undefined) throw new Error('the certificate that was made cannot be read');
    const until = new Date(made.server.until).toISOString().slice(0, 10);
    if (authority !== kept?.certificates.authority) {
      const { fingerprint } = made.authority;
      log.warn(
        { event: 'tls.authority-made', name, fingerprint },
        'the site has a new authority: install its certificate on devices (/ca)',
      );
    }
    log.info({ event: 'tls.certificate-made', names: made.server.names, until }, 'certificate for this host made');
    return made;
  }
}
