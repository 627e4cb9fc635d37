import { Command } from 'commander';
import type { Config, ConfigFlags } from '../config.ts';
import type { Logger } from '../core/logger.ts';
import { StoreError } from '../store/store-error.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { CommandError } from './command-error.ts';
import { addDataDirFlag, collect, configFrom } from './config-flags.ts';
import { formatServiceStatus } from './format-service-status.ts';
import { openLog } from './open-log.ts';
import { startServiceNotifier } from './service-notifier.ts';

/** A stop is over within 5 s, long before systemd loses patience (TimeoutStopSec); what is stored by then is stored. */
const STOP_WITHIN_MS = 4_500;

export function serveCommand(): Command {
  const command = new Command('serve').description('run the appliance');
  return addDataDirFlag(command)
    .option('--site-dir <path>', 'overrides and files of the site (PLUGTONE_SITE_DIR; default ./provisioning)')
    .option('--web-port <port>', 'people: the API (PLUGTONE_WEB_PORT; default 8080)')
    .option('--phone-port <port>', 'phones: configuration files (PLUGTONE_PHONE_PORT; default 8060)')
    .option('--sip-port <port>', 'port of the multicast group (PLUGTONE_SIP_PORT; default 5060)')
    .option(
      '--lan-address <address>',
      'serve this address of the host; repeatable, comma list (PLUGTONE_LAN_ADDRESS; default: every private IPv4)',
      collect,
    )
    .option('--phone-tls-port <port>', 'phones: HTTPS (PLUGTONE_PHONE_TLS_PORT; default: none)')
    .option('--web-tls-port <port>', 'people: HTTPS (PLUGTONE_WEB_TLS_PORT; default: none)')
    .option('--tls-cert <file>', "certificate, PEM (PLUGTONE_TLS_CERT; default: of the site's own authority)")
    .option('--tls-key <file>', 'its key, PEM (PLUGTONE_TLS_KEY)')
    .option(
      '--phone-ca <file>',
      'who signs certificates of phones; repeatable, comma list (PLUGTONE_PHONE_CA)',
      collect,
    )
    .option('--phone-tls-legacy', 'phones may speak TLS 1.0 and 1.1, too (PLUGTONE_PHONE_TLS_LEGACY=yes)')
    .option('--web-tls-only', 'the web port sends people to HTTPS (PLUGTONE_WEB_TLS_ONLY=yes)')
    .option('--log-level <level>', "pino's levels (PLUGTONE_LOG_LEVEL; default info)")
    .option('--log-dir <path>', 'log files, too, beside stdout (PLUGTONE_LOG_DIR; default: none)')
    .option('--log-files <period>', 'a new file daily or hourly (PLUGTONE_LOG_FILES; default daily)')
    .option('--log-keep-days <days>', 'how long they are kept (PLUGTONE_LOG_KEEP_DAYS; default 14)')
    .option('--log-detail <what>', 'in files: none, errors, sessions (PLUGTONE_LOG_DETAIL; default sessions)')
    .action(serve);
}

async function serve(flags: ConfigFlags): Promise<void> {
  const config = configFrom(flags);
  const opened = openLog(config);
  try {
    await run(config, opened.log);
  } finally {
    await opened.close();
  }
}

async function run(config: Config, log: Logger): Promise<void> {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => controller.abort());

  let appliance: Appliance;
  try {
    appliance = await startAppliance(config, { signal: controller.signal, log });
  } catch (error) {
    endForSure(log);
    throw explain(error);
  }
  const { webPort, phonePort, webTlsPort, phoneTlsPort, interfaces, listener } = appliance;
  const served = interfaces.current().map(({ address }) => address);
  const tls = { ...(webTlsPort && { webTls: webTlsPort }), ...(phoneTlsPort && { phonesTls: phoneTlsPort }) };
  const facts = { web: webPort, phones: phonePort, ...tls, sip: listener.state().port, served };
  log.info({ event: 'appliance.started', ...facts, dataDir: config.dataDir }, `people: http://localhost:${webPort}`);
  if (served.length === 0) {
    const wanted = config.lanAddresses.length > 0 ? config.lanAddresses.join(', ') : 'any private IPv4 address';
    log.warn(
      { event: 'appliance.unserved', wanted },
      'no interface is served yet; name one with --lan-address, or wait for it to come up',
    );
  }
  if (!appliance.hasSipServer()) {
    log.warn(
      { event: 'site.no-sip-server' },
      "the site has no sipServer yet: phones are told to register at this host's own address",
    );
  }
  tellServiceManager(appliance, controller.signal, log);
  controller.signal.addEventListener('abort', () => endForSure(log));
  await appliance.closed;
  log.info({ event: 'appliance.stopped' }, 'stopped');
}

/** Also a start that failed: the service manager waits for the end of the process. */
function endForSure(log: Logger): void {
  setTimeout(() => {
    log.error({ event: 'appliance.stop-forced' }, 'something did not stop in time');
    process.exit(1);
  }, STOP_WITHIN_MS).unref();
}

/** Ready, its state, signs of life: to systemd, where the unit asks for it. */
function tellServiceManager(appliance: Appliance, signal: AbortSignal, log: Logger): void {
  const { interfaces, listener, webPort, phonePort, readStore } = appliance;
  const status = ({ isStoreFailing }: { readonly isStoreFailing: boolean }) => {
    const { bound, port } = listener.state();
    const sipPort = bound ? port : undefined;
    return formatServiceStatus({ interfaces: interfaces.current(), webPort, phonePort, sipPort, isStoreFailing });
  };
  const notifier = startServiceNotifier({
    environment: process.env,
    pid: process.pid,
    status,
    readStore,
    signal,
    log,
  });
  interfaces.onPoll(notifier.refresh);
}

/** What a person can do something about becomes a message; the rest is a bug. */
function explain(error: unknown): unknown {
  if (error instanceof StoreError) return new CommandError(error.message);
  const { code, port, message } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE')
    return new CommandError(`port ${port} is taken by another program; choose another one (see --help)`);
  if (code === 'EACCES') return new CommandError(`no right to use the port or the data directory: ${message}`);
  return error;
}
