import { execFile } from 'node:child_process';
import { type ClockStatus, readChronyc, readTimedatectl } from './read-clock-status.ts';

/** Ms. A program that only tells something is done in some tens. */
const TIMEOUT_MS = 3_000;

/** Bytes: a firewall with ten thousand rules has some megabytes. */
const MOST_OUTPUT = 16 * 1024 * 1024;

/** Administrators' programs stand where a service's search path may not look. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;

export type Said =
  | { readonly kind: 'said'; readonly text: string }
  /** It is not installed. */
  | { readonly kind: 'absent' }
  /** It failed: without the right to, mostly. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What a program of the host says on its standard output. Nothing of what it is given comes from the network. */
export function askProgram(name: string, args: readonly string[], signal: AbortSignal): Promise<Said> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT, signal, env: { PATH, LC_ALL: 'C' } };
  return new Promise((resolve) => {
    execFile(name, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'said', text: stdout });
      else if ('code' in error && error.code === 'ENOENT') resolve({ kind: 'absent' });
      else resolve({ kind: 'failed', reason: firstLine(stderr) || firstLine(error.message) });
    });
  });
}

/** Null: neither of the programs that know can be asked. */
export async function askClockStatus(signal: AbortSignal, ask = askProgram): Promise<ClockStatus | null> {
  const systemd = await ask('timedatectl', ['show', '--property=NTPSynchronized'], signal);
  const told = systemd.kind === 'said' ? readTimedatectl(systemd.text) : null;
  if (told !== null) return told;
  const chrony = await ask('chronyc', ['-c', 'tracking'], signal);
  return chrony.kind === 'said' ? readChronyc(chrony.text) : null;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
