import { hostname } from 'node:os';
import type { Config, TlsConfig } from '../config.ts';
import type { TlsFacts } from '../core/certificate.ts';
import type { Logger } from '../core/logger.ts';
import type { ApiApp } from '../http/api-app.ts';
import type { Listening } from '../http/server-listener.ts';
import { openCertificateFiles, openPhoneAuthorities, type PhoneAuthorities } from '../http/tls/certificate-files.ts';
import { chooseServerNames } from '../http/tls/choose-server-names.ts';
import { openOwnCertificates } from '../http/tls/own-certificates.ts';
import type { TlsSource } from '../http/tls/tls-source.ts';
import type { TlsDoors } from '../http/web-doors.ts';
import { listenWebTls } from '../http/web-tls-server.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import type { Store } from '../store/store.ts';
import { CommandError } from './command-error.ts';

/** What encrypted connections are made with. */
export interface Tls {
  readonly config: TlsConfig;
  readonly source: TlsSource;
  /** Undefined: phones are not asked for certificates. */
  readonly phoneAuthorities: PhoneAuthorities | undefined;
}

export interface TlsSurroundings {
  readonly store: Pick<Store, 'certificates'>;
  readonly interfaces: Pick<InterfaceWatch, 'current' | 'onChange'>;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: () => number;
}

/** Undefined: no port has TLS. Throws CommandError where a given file is none. */
export async function openTls({ tls: config }: Pick<Config, 'tls'>, around: TlsSurroundings): Promise<Tls | undefined> {
  if (config === undefined) return undefined;
  const { store, interfaces, signal, log, clock } = around;
  if (config.phoneLegacy) {
    log.warn(
      { event: 'tls.legacy-spoken' },
      'phones may speak TLS 1.0 and 1.1, which can be broken: --phone-tls-legacy',
    );
  }
  const watching = { signal, log, clock };
  const source =
    config.files === undefined
      ? await openOwnCertificates({
          store: store.certificates,
          name: `Plugtone CA, ${hostname()}`,
          names: () =>
            chooseServerNames(
              interfaces.current().map(({ address }) => address),
              hostname(),
            ),
          onNames: interfaces.onChange,
          ...watching,
        })
      : take(await openCertificateFiles(config.files, watching));
  const { phoneAuthorities: files } = config;
  const phoneAuthorities = files.length === 0 ? undefined : take(await openPhoneAuthorities(files, watching));
  return { config, source, phoneAuthorities };
}

/** People's port with TLS; undefined: there is none. The app is ready. */
export async function openWebTls(
  app: ApiApp,
  tls: Tls | undefined,
  options: { readonly signal: AbortSignal; readonly log: Logger },
): Promise<Listening | undefined> {
  const port = tls?.config.webPort;
  return tls === undefined || port === undefined ? undefined : listenWebTls(app, tls.source, { port, ...options });
}

/** What the API and the pages may know. `ports`: undefined where none is open. */
export function openTlsDoors(
  tls: Tls | undefined,
  ports: () => { readonly phones: number | undefined; readonly web: number | undefined },
): TlsDoors {
  return {
    authority: () => tls?.source.authority() ?? null,
    read(): TlsFacts | null {
      if (tls === undefined) return null;
      const { config, source } = tls;
      const { phones, web } = ports();
      return {
        phonePort: phones ?? null,
        webPort: web ?? null,
        webOnly: config.webOnly,
        phoneLegacy: config.phoneLegacy,
        asksPhones: config.phoneAuthorities.length > 0,
        origin: source.origin,
        certificate: source.facts(),
        authority: source.authority()?.facts ?? null,
        problem: source.problem(),
      };
    },
  };
}

function take<T>(
  opened: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string },
): T {
  if (opened.ok) return opened.value;
  throw new CommandError(`TLS: ${opened.problem}`);
}
