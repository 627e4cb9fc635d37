import { isIPv4 } from 'node:net';
import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { describeFailure } from '../core/describe-failure.ts';
import { formatMacAddress } from '../core/mac-address.ts';
import { isActive, type QuarantineEntry } from '../core/quarantine.ts';
import { planRelease } from '../flows/quarantine.ts';
import type { Store } from '../store/store.ts';
import { CommandError, UsageError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';

export function quarantineCommand(): Command {
  const list = new Command('list').description('who kept failing, why, and until when').action(listEntries);
  const release = new Command('release')
    .description('look at a source again; a running server follows within a second')
    .argument('[address]', 'as `quarantine list` shows it')
    .option('--all', 'all of them')
    .action(releaseEntries);
  const command = new Command('quarantine').description('sources that are not looked at because they kept failing');
  for (const child of [list, release]) command.addCommand(addDataDirFlag(child));
  return command;
}

async function listEntries(flags: ConfigFlags): Promise<void> {
  await withOffice(configFrom(flags).dataDir, async ({ store }) => {
    for (const { address, mac, reason, until, times } of await listActive(store)) {
      const who = mac === null ? '' : `  ${formatMacAddress(mac)}`;
      const end = `until ${new Date(until).toISOString()}`;
      process.stdout.write(`${address}${who}  ${end}  (time ${times})  ${describeFailure(reason).text}\n`);
    }
  });
}

async function releaseEntries(
  address: string | undefined,
  { all = false, ...flags }: ConfigFlags & { readonly all?: boolean },
): Promise<void> {
  if ((address === undefined) !== all) {
    throw new UsageError('name an address, or give --all; `plugtone quarantine list` shows them');
  }
  if (address !== undefined && !isIPv4(address)) throw new UsageError(`"${address}" is no IPv4 address`);
  await withOffice(configFrom(flags).dataDir, async ({ office, store }) => {
    const entries = (await listActive(store)).filter((entry) => all || entry.address === address);
    const change = planRelease(entries, 'command line', Date.now());
    if (change === undefined) {
      if (all) return;
      throw new CommandError(`${address} is not in quarantine; \`plugtone quarantine list\` shows who is`);
    }
    await office.commit(change);
    for (const entry of entries) process.stdout.write(`${entry.address} is released\n`);
  });
}

async function listActive(store: Store): Promise<readonly QuarantineEntry[]> {
  const now = Date.now();
  return (await store.quarantine.list()).filter((entry) => isActive(entry, now));
}
