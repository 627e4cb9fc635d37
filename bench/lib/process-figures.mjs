// What a process and its children use, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 1/100 s (USER_HZ, the same on all its architectures that Node runs on). */
const TICKS_PER_SECOND = 100;

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}

/**
 * The process, its children and theirs.
 * @param {number} root
 * @returns {number[]}
 */
export function family(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    // The second field, the program's name, may hold blanks and parentheses.
    const parent = read(`/proc/${name}/stat`).split(') ').at(-1)?.split(' ')[1];
    parents.set(Number(name), Number(parent));
  }
  const members = [root];
  for (const member of members) {
    for (const [pid, parent] of parents) if (parent === member) members.push(pid);
  }
  return members;
}

/**
 * Seconds of CPU time so far.
 * @param {number} pid
 */
export function cpuSeconds(pid) {
  let ticks = 0;
  for (const member of family(pid)) {
    const fields = read(`/proc/${member}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/**
 * MiB now, what processes share counted once (PSS).
 * @param {number} pid
 */
export function memoryMiB(pid) {
  const kib = family(pid).map((member) =>
    Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${member}/smaps_rollup`))?.[1] ?? 0),
  );
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}

/**
 * MiB of resident memory now (RSS): what processes share is counted for each.
 * @param {number} pid
 */
export function residentMiB(pid) {
  const kib = family(pid).map((member) => Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${member}/status`))?.[1] ?? 0));
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}

/**
 * MiB of resident memory at its highest so far, of the largest process of the family.
 * @param {number} pid
 */
export function peakMemoryMiB(pid) {
  const kib = family(pid).map((member) => Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${member}/status`))?.[1] ?? 0));
  return Math.max(...kib) / 1024;
}

/**
 * Datagrams that the kernel dropped because a socket's receive buffer was full, in the process's network namespace.
 * @param {number} pid
 */
export function droppedDatagrams(pid) {
  const [names = '', values = ''] = read(`/proc/${pid}/net/snmp`)
    .split('\n')
    .filter((line) => line.startsWith('Udp: '));
  return Number(values.split(' ')[names.split(' ').indexOf('RcvbufErrors')] ?? 0);
}
