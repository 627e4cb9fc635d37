import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Logger } from '../core/logger.ts';
import type { ServeConfig } from '../flows/serve-config.ts';
import { createPhoneServer, createPhoneTlsServer, type PhoneSources } from '../http/phone-server.ts';
import { listenServer } from '../http/server-listener.ts';
import { hasSiteFile } from '../http/site-files.ts';
import { answerAuthority } from '../http/tls/answer-authority.ts';
import { buildTlsOptions } from '../http/tls/build-tls-options.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import type { Tls } from './open-tls.ts';

export interface PhoneServers {
  readonly port: number;
  /** Undefined: no port has TLS. */
  readonly tlsPort: number | undefined;
  readonly hasSiteFile: (path: string) => Promise<boolean>;
  /** Answers from now on; until then every phone is told to come again. */
  serve(serveConfig: ServeConfig): void;
  /** Resolves when the signal has ended every connection. */
  readonly closed: Promise<unknown>;
}

/** What phones fetch from. They may come as soon as the port is known, and it must be known before they can be told of it. */
export async function openPhoneServers(
  config: Pick<Config, 'siteDir' | 'phonePort'>,
  {
    interfaces,
    sources,
    tls,
    signal,
    log,
  }: {
    readonly interfaces: Pick<InterfaceWatch, 'current'>;
    readonly sources: PhoneSources;
    readonly tls: Tls | undefined;
    readonly signal: AbortSignal;
    readonly log: Logger;
  },
): Promise<PhoneServers> {
  let serveConfig: ServeConfig = async () => ({ kind: 'broken' });
  const siteFilesDir = join(config.siteDir, 'files');
  const options = {
    serveConfig: async (request: Parameters<ServeConfig>[0]) =>
      answerAuthority(request, tls?.source.authority()?.pem ?? null) ?? serveConfig(request),
    siteFilesDir,
    isServed: (localAddress: string) => interfaces.current().some(({ address }) => address === localAddress),
    sources,
    log,
  };
  const plain = await listenServer(createPhoneServer(options), { port: config.phonePort, signal });
  const secure = await listenTls();
  return {
    port: plain.port,
    tlsPort: secure?.port,
    hasSiteFile: (path) => hasSiteFile(siteFilesDir, path),
    serve(flow) {
      serveConfig = flow;
    },
    closed: Promise.all([plain.closed, secure?.closed]),
  };

  async function listenTls() {
    const port = tls?.config.phonePort;
    if (tls === undefined || port === undefined) return undefined;
    const { source, phoneAuthorities } = tls;
    const build = () =>
      buildTlsOptions(source.current(), {
        legacy: tls.config.phoneLegacy,
        clientAuthorities: phoneAuthorities?.current() ?? [],
      });
    const { server, handshakes } = createPhoneTlsServer(options, build());
    const renew = () => server.setSecureContext(build());
    source.onChange(renew);
    phoneAuthorities?.onChange(renew);
    return listenServer(server, { port, signal, closeAll: handshakes.closeAll });
  }
}
