import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { SILENT } from '../core/logger.ts';
import { createDoctor } from '../flows/doctor/doctor.ts';
import { worstOf } from '../flows/doctor/finding.ts';
import { addDataDirFlag, collect, configFrom } from './config-flags.ts';
import { openDoctorBeside } from './doctor-beside.ts';
import { buildDoctorPhases } from './doctor-checks.ts';
import { formatFindings, formatFindingsJson } from './format-findings.ts';
import { version } from './version.ts';

interface DoctorFlags extends ConfigFlags {
  readonly json?: boolean;
}

/** Works beside a running appliance and without one; changes nothing. Exits with 1 where something is red. */
export function doctorCommand(): Command {
  const command = new Command('doctor').description('look at everything that has to be right for phones to be served');
  return addDataDirFlag(command)
    .option('--site-dir <path>', 'as for serve (PLUGTONE_SITE_DIR; default ./provisioning)')
    .option('--web-port <port>', 'as for serve (PLUGTONE_WEB_PORT; default 8080)')
    .option('--phone-port <port>', 'as for serve (PLUGTONE_PHONE_PORT; default 8060)')
    .option('--sip-port <port>', 'as for serve (PLUGTONE_SIP_PORT; default 5060)')
    .option('--lan-address <address>', 'as for serve (PLUGTONE_LAN_ADDRESS)', collect)
    .option('--phone-tls-port <port>', 'as for serve (PLUGTONE_PHONE_TLS_PORT)')
    .option('--web-tls-port <port>', 'as for serve (PLUGTONE_WEB_TLS_PORT)')
    .option('--json', 'for programs')
    .action(examine);
}

async function examine({ json = false, ...flags }: DoctorFlags): Promise<void> {
  const config = configFrom(flags);
  const controller = new AbortController();
  const { signal } = controller;
  try {
    const parts = await openDoctorBeside(config, signal);
    // What fails unforeseen shows as a line.
    const doctor = createDoctor({ phases: () => buildDoctorPhases(parts), log: SILENT, clock: Date.now, signal });
    const { findings, startedAt } = await doctor.run();
    const inColour = process.stdout.isTTY === true && !process.env.NO_COLOR;
    process.stdout.write(
      json
        ? formatFindingsJson(findings, { version: version(), at: startedAt })
        : formatFindings(findings, { inColour }),
    );
    if (worstOf(findings) === 'red') process.exitCode = 1;
  } finally {
    controller.abort();
  }
}
