import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { err, ok, type Result } from './core/result.ts';
import { Secret } from './core/secret.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What log files hold. none: there are none. errors: warnings and errors. sessions: those, and all that is about phones. */
export const LOG_DETAILS = ['none', 'errors', 'sessions'] as const;
export type LogDetail = (typeof LOG_DETAILS)[number];

export const LOG_PERIODS = ['daily', 'hourly'] as const;

/** Logs in files beside stdout. */
export interface LogFilesConfig {
  /** Absolute path. */
  readonly dir: string;
  /** How often a new file begins, by UTC. */
  readonly every: (typeof LOG_PERIODS)[number];
  /** Days beside today's. */
  readonly keepDays: number;
  readonly detail: Exclude<LogDetail, 'none'>;
}

/** Encrypted connections. */
export interface TlsConfig {
  /** Left out: phones have none. */
  readonly phonePort?: number;
  /** Left out: people have none. */
  readonly webPort?: number;
  /** Absolute paths of PEM files; left out: the site's own authority makes a certificate. */
  readonly files?: { readonly certificate: string; readonly key: string };
  /** Phones may speak TLS 1.0 and 1.1. */
  readonly phoneLegacy: boolean;
  /** Absolute paths of PEM files: who signs the certificates that phones prove themselves with. Empty: none is asked for. */
  readonly phoneAuthorities: readonly string[];
  /** The web port without TLS sends everybody to the one with it. */
  readonly webOnly: boolean;
}

/** Everything the process is told at its start. Read once, judged whole. */
export interface Config {
  /** Absolute path: database and keys. */
  readonly dataDir: string;
  /** Absolute path: overrides and files. */
  readonly siteDir: string;
  readonly webPort: number;
  readonly phonePort: number;
  /** Port of the multicast group. */
  readonly sipPort: number;
  /** Empty: every private IPv4 address of this host. */
  readonly lanAddresses: readonly string[];
  readonly logLevel: LogLevel;
  /** Left out: no port has TLS. */
  readonly tls?: TlsConfig;
  /** Left out: stdout only. */
  readonly logFiles?: LogFilesConfig;
  /**
   * Makes the user `admin` where nobody may log in yet; left out: a setup code is printed instead. From the environment only:
   * a command line is seen by everybody on the host.
   */
  readonly adminPassword?: Secret;
}

export interface ConfigProblem {
  readonly name: string;
  readonly saw: string | undefined;
  readonly want: string;
}

/** Flags as the command line gives them; each wins over its environment variable. */
export interface ConfigFlags {
  readonly dataDir?: string;
  readonly siteDir?: string;
  readonly webPort?: string;
  readonly phonePort?: string;
  readonly sipPort?: string;
  readonly lanAddress?: readonly string[];
  readonly phoneTlsPort?: string;
  readonly webTlsPort?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly phoneTlsLegacy?: boolean;
  readonly phoneCa?: readonly string[];
  readonly webTlsOnly?: boolean;
  readonly logLevel?: string;
  readonly logDir?: string;
  readonly logFiles?: string;
  readonly logKeepDays?: string;
  readonly logDetail?: string;
}

/** As the retention of a weekly look has it: two of them. */
const KEEP_LOGS_DAYS = 14;

const ADMIN_PASSWORD = 'PLUGTONE_ADMIN_PASSWORD';

/** Reads flags and environment into a Config, or reports every problem at once. */
export function readConfig(
  flags: ConfigFlags,
  environment: Readonly<Record<string, string | undefined>>,
): Result<Config, readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];

  function pick(
    flag: string | undefined,
    flagName: string,
    variable: string,
  ): { name: string; text: string } | undefined {
    if (flag !== undefined) return { name: flagName, text: flag };
    const text = environment[variable];
    return text === undefined || text === '' ? undefined : { name: variable, text };
  }

  function port(flag: string | undefined, flagName: string, variable: string, fallback: number): number {
    const given = pick(flag, flagName, variable);
    if (given === undefined) return fallback;
    const value = Number(given.text);
    // 0 lets the system choose: for tests and for several instances on one host.
    if (/^\d+$/.test(given.text) && value <= 65_535) return value;
    problems.push({ name: given.name, saw: given.text, want: 'a port, 0-65535 (0: any free one)' });
    return fallback;
  }

  function folder(flag: string | undefined, flagName: string, variable: string, fallback: string): string {
    const given = pick(flag, flagName, variable);
    if (given === undefined) return resolve(fallback);
    if (given.text.trim() !== '' && !given.text.includes('\0')) return resolve(given.text);
    problems.push({ name: given.name, saw: given.text, want: 'a path' });
    return resolve(fallback);
  }

  function days(flag: string | undefined, flagName: string, variable: string, fallback: number): number {
    const given = pick(flag, flagName, variable);
    const value = Number(given?.text ?? fallback);
    if (given === undefined || (/^\d+$/.test(given.text) && value >= 1 && value <= 3_650)) return value;
    problems.push({ name: given.name, saw: given.text, want: 'days, 1-3650' });
    return fallback;
  }

  /** What it was switched on by; undefined: it is off. */
  function flag(given: boolean | undefined, flagName: string, variable: string): string | undefined {
    if (given !== undefined) return given ? flagName : undefined;
    return oneOf(undefined, flagName, variable, ['yes', 'no']) === 'yes' ? variable : undefined;
  }

  function oneOf<T extends string>(
    flag: string | undefined,
    flagName: string,
    variable: string,
    known: readonly T[],
  ): T | undefined {
    const given = pick(flag, flagName, variable);
    const found = known.find((one) => one === given?.text);
    if (given !== undefined && found === undefined)
      problems.push({ name: given.name, saw: given.text, want: `one of ${known.join(', ')}` });
    return found;
  }

  const adminPassword = environment[ADMIN_PASSWORD];
  const logFiles = readLogFiles();
  const tls = readTls();
  const config: Config = {
    dataDir: folder(flags.dataDir, '--data-dir', 'PLUGTONE_DATA_DIR', './data'),
    siteDir: folder(flags.siteDir, '--site-dir', 'PLUGTONE_SITE_DIR', './provisioning'),
    webPort: port(flags.webPort, '--web-port', 'PLUGTONE_WEB_PORT', 8080),
    phonePort: port(flags.phonePort, '--phone-port', 'PLUGTONE_PHONE_PORT', 8060),
    sipPort: port(flags.sipPort, '--sip-port', 'PLUGTONE_SIP_PORT', 5060),
    lanAddresses: readLanAddresses(),
    logLevel: oneOf(flags.logLevel, '--log-level', 'PLUGTONE_LOG_LEVEL', LOG_LEVELS) ?? 'info',
    ...(tls && { tls }),
    ...(logFiles && { logFiles }),
    ...(adminPassword && { adminPassword: new Secret(adminPassword) }),
  };

  function readLanAddresses(): string[] {
    const given = pick(flags.lanAddress?.join(','), '--lan-address', 'PLUGTONE_LAN_ADDRESS');
    const addresses = given?.text.split(',').map((address) => address.trim()) ?? [];
    const bad = addresses.filter((address) => !isIPv4(address));
    if (given !== undefined && bad.length > 0) {
      problems.push({ name: given.name, saw: bad.join(','), want: 'IPv4 addresses of this host, separated by commas' });
    }
    return [...new Set(addresses)];
  }

  function readTls(): TlsConfig | undefined {
    const portOf = (flag: string | undefined, flagName: string, variable: string) =>
      pick(flag, flagName, variable) === undefined ? undefined : port(flag, flagName, variable, 0);
    const phonePort = portOf(flags.phoneTlsPort, '--phone-tls-port', 'PLUGTONE_PHONE_TLS_PORT');
    const webPort = portOf(flags.webTlsPort, '--web-tls-port', 'PLUGTONE_WEB_TLS_PORT');
    const certificate = pick(flags.tlsCert, '--tls-cert', 'PLUGTONE_TLS_CERT');
    const key = pick(flags.tlsKey, '--tls-key', 'PLUGTONE_TLS_KEY');
    const authorities = pick(flags.phoneCa?.join(','), '--phone-ca', 'PLUGTONE_PHONE_CA');
    const phoneLegacy = flag(flags.phoneTlsLegacy, '--phone-tls-legacy', 'PLUGTONE_PHONE_TLS_LEGACY');
    const webOnly = flag(flags.webTlsOnly, '--web-tls-only', 'PLUGTONE_WEB_TLS_ONLY');
    const alone = [
      ...(phonePort === undefined ? [authorities?.name, phoneLegacy] : []),
      webPort === undefined ? webOnly : undefined,
    ];
    for (const name of alone.filter((one) => one !== undefined)) {
      problems.push({
        name,
        saw: '(set)',
        want: `nothing, or ${name === webOnly ? '--web-tls-port' : '--phone-tls-port'} too`,
      });
    }
    if (certificate && !key)
      problems.push({ name: '--tls-key', saw: undefined, want: `the key of ${certificate.text}` });
    if (key && !certificate)
      problems.push({ name: '--tls-cert', saw: undefined, want: `the certificate of ${key.text}` });
    if (phonePort === undefined && webPort === undefined) return undefined;
    return {
      ...(phonePort !== undefined && { phonePort }),
      ...(webPort !== undefined && { webPort }),
      ...(certificate && key && { files: { certificate: resolve(certificate.text), key: resolve(key.text) } }),
      phoneLegacy: phoneLegacy !== undefined,
      phoneAuthorities: authorities?.text.split(',').flatMap((file) => (file.trim() ? resolve(file.trim()) : [])) ?? [],
      webOnly: webOnly !== undefined,
    };
  }

  function readLogFiles(): LogFilesConfig | undefined {
    const every = oneOf(flags.logFiles, '--log-files', 'PLUGTONE_LOG_FILES', LOG_PERIODS) ?? 'daily';
    const keepDays = days(flags.logKeepDays, '--log-keep-days', 'PLUGTONE_LOG_KEEP_DAYS', KEEP_LOGS_DAYS);
    const detail = oneOf(flags.logDetail, '--log-detail', 'PLUGTONE_LOG_DETAIL', LOG_DETAILS) ?? 'sessions';
    if (detail === 'none' || pick(flags.logDir, '--log-dir', 'PLUGTONE_LOG_DIR') === undefined) return undefined;
    return { dir: folder(flags.logDir, '--log-dir', 'PLUGTONE_LOG_DIR', '.'), every, keepDays, detail };
  }

  if (environment.PLUGTONE_DATABASE_URL) {
    problems.push({
      name: 'PLUGTONE_DATABASE_URL',
      saw: '(set)',
      want: 'nothing: it is reserved for PostgreSQL, which this version does not speak yet; SQLite lives in the data directory',
    });
  }
  return problems.length > 0 ? err(problems) : ok(config);
}

/** One line per problem, for stderr. */
export function describeConfigProblems(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ name, saw, want }) => `${name}: saw ${saw === undefined ? 'nothing' : `"${saw}"`}, wanted ${want}`)
    .join('\n');
}
