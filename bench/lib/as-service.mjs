// How an installed appliance runs: what is measured is what is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SYSTEMD = join(import.meta.dirname, '../../systemd');

/**
 * The command that serves as systemd/plugtone.service does: its options for Node, and what it sets for the C library.
 * @param {object} options
 * @param {import('./network.mjs').Network} options.network
 * @param {string} options.main the appliance's main.js
 * @param {string} options.folder of its data and of its site
 * @param {readonly string[]} [options.nodeFlags] more options for Node
 * @param {Readonly<Record<string, string>>} [options.environment] more variables
 */
export function serveAsService({ network, main, folder, nodeFlags = [], environment = {} }) {
  const unit = readFileSync(join(SYSTEMD, 'plugtone.service'), 'utf8');
  const options = /^ExecStart=\S+\/node((?: --\S+)*) /m.exec(unit)?.[1]?.split(' ') ?? [];
  const variables = [...unit.matchAll(/^Environment=(?!PLUGTONE_)(\S+)$/gm)].map(([, variable = '']) => variable);
  for (const [name, value] of Object.entries(environment)) variables.push(`${name}=${value}`);
  return network.onServer([
    ...['env', ...variables, process.execPath, ...options.filter((option) => option !== ''), ...nodeFlags],
    ...[main, 'serve', '--data-dir', join(folder, 'data'), '--site-dir', join(folder, 'site')],
    ...['--lan-address', network.serverAddress, '--sip-port', String(network.sipPort)],
    ...['--web-port', String(network.webPort), '--phone-port', String(network.phonePort)],
  ]);
}

/** Connections that may wait to be taken, as systemd/plugtone-sysctl.conf sets it. */
export function waitingConnections() {
  const settings = readFileSync(join(SYSTEMD, 'plugtone-sysctl.conf'), 'utf8');
  const found = /^-?net\.core\.somaxconn *= *(\d+)$/m.exec(settings)?.[1];
  if (found === undefined) throw new Error('systemd/plugtone-sysctl.conf sets no net.core.somaxconn');
  return Number(found);
}
