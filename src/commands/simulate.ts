import { setMaxListeners } from 'node:events';
import { isIPv4 } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import { formatMacAddress, type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import { vendorById, vendors } from '../vendors/all.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { CommandError, UsageError } from './command-error.ts';
import { createSimulatedPhone, type Fetch, type PhoneStep, type SimulatedPhone } from './simulated-phone.ts';

/** sip.mcast.net, "all SIP servers" (RFC 3261 10.2.6). */
const GROUP = '224.0.1.75';
/** RFC 3261 19.1.2. */
const SIP_PORT = 5060;

interface SimulateFlags {
  readonly vendor: string;
  readonly model?: string;
  readonly count: number;
  readonly lanAddress: string;
  readonly target: { readonly address: string; readonly port: number };
  readonly firstMac?: MacAddress;
  readonly spread: number;
  readonly wait: number;
  readonly stay: boolean;
  readonly format: 'text' | 'json';
}

interface PhoneReport {
  readonly mac: MacAddress;
  asked: boolean;
  answeredMs: number | null;
  notifiedMs: number | null;
  configuredMs: number | null;
  readonly fetches: Fetch[];
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('behave as phones: ask by multicast, answer the NOTIFY, fetch the files, report')
    .requiredOption('--vendor <id>', `one of ${vendors.map(({ id }) => id).join(', ')}`)
    .option('--model <name>', "the phones' model (default: the vendor's example)")
    .option('--count <n>', 'how many phones', wholeNumber(1, 20_000), 1)
    .requiredOption('--lan-address <address>', "the phones' own IPv4 address; 127.0.0.1 for a try on one host", ipv4)
    .addOption(
      new Option('--target <host[:port]>', 'where the SUBSCRIBE goes')
        .argParser(hostAndPort)
        .default({ address: GROUP, port: SIP_PORT }, `${GROUP}:${SIP_PORT}`),
    )
    .option('--first-mac <mac>', "the first phone's MAC address; the next ones count up", macAddress)
    .option('--spread <ms>', 'boot the phones spread over so many milliseconds', wholeNumber(0, 3_600_000), 0)
    .option('--wait <s>', 'how long to wait for an approval before giving up', wholeNumber(1, 86_400), 120)
    .option('--stay', 'stay after all are configured, to be resynced and re-approved', false)
    .option('--format <text|json>', 'a line per phone, or one JSON document', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      '\nExit code 1 if a phone did not get its own file. Ctrl-C ends early and prints the summary.\n' +
        'Example: plugtone simulate --vendor snom --count 3 --lan-address 127.0.0.1',
    )
    .action((flags: SimulateFlags) => simulate(flags));
}

async function simulate(flags: SimulateFlags): Promise<void> {
  const vendor = vendorById(flags.vendor);
  if (vendor === undefined) {
    const known = vendors.map(({ id }) => id).join(', ');
    throw new UsageError(`--vendor: saw "${flags.vendor}", wanted one of ${known}`);
  }
  const controller = new AbortController();
  // Every phone listens to this one signal: that is its purpose, and no leak.
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const macs = countMacs(vendor, flags);
  const reports = macs.map((mac): PhoneReport => newReport(mac));
  const phones: SimulatedPhone[] = [];
  const model = flags.model ?? vendor.simulated.model;
  const print = flags.format === 'text' ? (line: string) => process.stdout.write(`${line}\n`) : () => undefined;
  const allDone = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
    const timer = setTimeout(resolve, flags.wait * 1000);
    controller.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    openPhones(resolve).catch((cause: unknown) => {
      failure = cause;
      resolve();
    });
  });
  let failure: unknown;

  async function openPhones(resolve: () => void): Promise<void> {
    let configured = 0;
    for (const report of reports) {
      const onStep = (step: PhoneStep) => {
        const wasConfigured = report.configuredMs !== null;
        note(report, step);
        print(describeStep(report.mac, step));
        if (!wasConfigured && report.configuredMs !== null) configured += 1;
        if (configured === reports.length && !flags.stay) resolve();
      };
      const { lanAddress, target } = flags;
      const { firmware } = vendor?.simulated ?? { firmware: '' };
      if (vendor === undefined) return;
      const options = {
        vendor,
        mac: report.mac,
        model,
        firmware,
        lanAddress,
        target,
        signal: controller.signal,
        onStep,
      };
      phones.push(await createSimulatedPhone(options));
    }
    for (const phone of phones) {
      if (controller.signal.aborted) return;
      await phone.boot();
      if (flags.spread > 0) await new Promise((wake) => setTimeout(wake, flags.spread / phones.length));
    }
  }

  await allDone;
  controller.abort();
  await Promise.all(phones.map((phone) => phone.close()));
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  if (failure !== undefined) throw new CommandError(`could not start the phones: ${String(failure)}`);
  if (flags.format === 'json') process.stdout.write(`${JSON.stringify(toJson(vendor, model, reports), null, 2)}\n`);
  else print(describeSummary(reports));
  if (reports.some(({ configuredMs }) => configuredMs === null)) process.exitCode = 1;
}

function newReport(mac: MacAddress): PhoneReport {
  return { mac, asked: false, answeredMs: null, notifiedMs: null, configuredMs: null, fetches: [] };
}

function note(report: PhoneReport, step: PhoneStep): void {
  switch (step.kind) {
    case 'asked':
      report.asked = true;
      return;
    case 'answered':
      report.answeredMs ??= step.afterMs;
      return;
    case 'notified':
      report.notifiedMs ??= step.afterMs;
      return;
    case 'check-sync':
      return;
    case 'fetched':
      report.fetches.push(step.fetch);
      if (step.isOwnFile && step.fetch.status === 200) report.configuredMs ??= step.afterMs;
      return;
    default:
      return step satisfies never;
  }
}

function describeStep(mac: MacAddress, step: PhoneStep): string {
  const at = `${formatMacAddress(mac)}  ${(step.afterMs / 1000).toFixed(3).padStart(8)} s  `;
  if (step.kind !== 'fetched') return `${at}${step.kind}`;
  const { fetch, isOwnFile } = step;
  const name = new URL(fetch.url).pathname.split('/').pop();
  const size = fetch.status === 200 ? `, ${fetch.bytes} bytes${fetch.loggedIn ? ', logged in' : ''}` : '';
  return `${at}GET ${name}: ${fetch.status === 0 ? 'no answer' : fetch.status}${size}${isOwnFile && fetch.status === 200 ? '  configured' : ''}`;
}

function describeSummary(reports: readonly PhoneReport[]): string {
  const count = (test: (report: PhoneReport) => boolean) => reports.filter(test).length;
  const times = reports.flatMap(({ configuredMs }) => configuredMs ?? []).sort((a, b) => a - b);
  const counts = [
    `${reports.length} phone(s)`,
    `${count(({ asked }) => asked)} asked`,
    `${count(({ answeredMs }) => answeredMs !== null)} answered`,
    `${count(({ notifiedMs }) => notifiedMs !== null)} notified`,
    `${times.length} configured`,
  ].join(', ');
  if (times.length === 0) return counts;
  const percentile = (share: number) => ((times[Math.ceil(times.length * share) - 1] ?? 0) / 1000).toFixed(3);
  return `${counts}\nseconds from SUBSCRIBE to file: p50 ${percentile(0.5)}, p90 ${percentile(0.9)}, p99 ${percentile(0.99)}, max ${percentile(1)}`;
}

function toJson(vendor: Vendor, model: string, reports: readonly PhoneReport[]) {
  // The URLs hold tokens: a report goes into tickets and mails, so only the file names stay.
  const phones = reports.map(({ fetches, ...report }) => ({
    ...report,
    fetches: fetches.map(({ url, ...rest }) => ({ file: new URL(url).pathname.split('/').pop(), ...rest })),
  }));
  return { vendor: vendor.id, model, phones };
}

function countMacs(vendor: Vendor, flags: SimulateFlags): MacAddress[] {
  const prefix = vendor.macPrefixes[0] ?? '';
  const first = BigInt(`0x${flags.firstMac ?? prefix.padEnd(11, '0').concat('1')}`);
  return Array.from({ length: flags.count }, (_, index) => {
    const mac = parseMacAddress((first + BigInt(index)).toString(16).padStart(12, '0'));
    if (mac === undefined)
      throw new UsageError('--first-mac: counting up from there leaves the range of MAC addresses');
    return mac;
  });
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`wanted a whole number, ${min}-${max}`);
  };
}

function ipv4(text: string): string {
  if (isIPv4(text)) return text;
  throw new InvalidArgumentError('wanted an IPv4 address of this host');
}

function hostAndPort(text: string): { address: string; port: number } {
  const [, address = '', port = '5060'] = /^([^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (address !== '' && Number(port) > 0 && Number(port) <= 65_535) return { address, port: Number(port) };
  throw new InvalidArgumentError('wanted host or host:port');
}

function macAddress(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new InvalidArgumentError('wanted a MAC address, twelve hex digits');
  return mac;
}

function oneOf<T extends string>(...known: readonly T[]): (text: string) => T {
  return (text) => {
    const found = known.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`wanted one of ${known.join(', ')}`);
    return found;
  };
}
