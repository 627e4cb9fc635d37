// How systemd/plugtone.service starts Node: what is measured is what is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const UNIT = join(import.meta.dirname, '../../systemd/plugtone.service');

/**
 * The command that runs a program of Node as the service runs it: its options for Node, and what it sets for the C library.
 * @param {readonly string[]} args main.js, and what it is told
 * @param {Readonly<Record<string, string>>} [environment] more variables
 */
export function asService(args, environment = {}) {
  const unit = readFileSync(UNIT, 'utf8');
  const options = /^ExecStart=\S+\/node((?: --\S+)*) /m.exec(unit)?.[1]?.trim().split(' ') ?? [];
  const variables = [...unit.matchAll(/^Environment=(?!PLUGTONE_)(\S+)$/gm)].map(([, variable = '']) => variable);
  for (const [name, value] of Object.entries(environment)) variables.push(`${name}=${value}`);
  return ['env', ...variables, process.execPath, ...options.filter((option) => option !== ''), ...args];
}
