import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { formatMacAddress, parseMacAddress } from '../core/mac-address.ts';
import { type ApproveProblem, approveDevice, describeApproveProblem } from '../flows/approve-device.ts';
import { CommandError, UsageError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';

interface ApproveFlags extends ConfigFlags {
  readonly vendor?: string;
  readonly model?: string;
  readonly share?: boolean;
}

export function approveCommand(): Command {
  const command = new Command('approve')
    .description('give a phone its extension; a running appliance delivers it at once')
    .argument('<mac>', 'the phone, in any spelling')
    .argument('<extension...>', 'the extension of line 1, then those of further lines; missing ones are made')
    .option('--vendor <id>', 'for a phone whose maker is not recognised')
    .option('--model <name>', 'for a phone whose model is not recognised')
    .option('--share', 'let the extension be on two phones')
    .action(approve);
  return addDataDirFlag(command);
}

async function approve(macText: string, extensions: readonly string[], flags: ApproveFlags): Promise<void> {
  const mac = parseMacAddress(macText);
  if (mac === undefined) throw new UsageError(`saw "${macText}", wanted a MAC address: twelve hex digits`);
  const { vendor: vendorId, model, share } = flags;
  await withOffice(configFrom(flags).dataDir, async ({ office }) => {
    const request = { mac, extensions, vendorId, model, share, actor: 'command line' };
    const result = await approveDevice(office, request, Date.now());
    if (!result.ok) throw toError(result.problem);
    const { device, created } = result.value;
    for (const { number } of created) process.stdout.write(`extension ${number} was made, with a drawn password\n`);
    process.stdout.write(`${formatMacAddress(device.mac)} is approved: ${device.extensions.join(', ')}\n`);
  });
}

/** What no office could accept is wrong usage; what this one refuses is not. */
function toError(problem: ApproveProblem): CommandError {
  const isUsage = problem.kind === 'no-such-vendor' || problem.kind === 'bad-extension';
  return new (isUsage ? UsageError : CommandError)(describeApproveProblem(problem));
}
