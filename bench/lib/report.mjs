// Tables and medians.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/**
 * @param {readonly number[]} numbers at least one
 * @returns {number}
 */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * Columns are aligned; the first to the left, the others to the right.
 * @param {readonly (readonly string[])[]} rows the first one is the heading
 */
export function formatTable(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return `${lines.join('\n')}\n`;
}

/**
 * 12345.6 → 12,346
 * @param {number} value
 * @param {number} [digits]
 */
export function formatNumber(value, digits = 0) {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * Under what the figures were made.
 * @param {readonly string[]} versions of what was measured
 */
export function describeMachine(versions) {
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readOptional('/etc/os-release'))?.[1] ?? process.platform;
  const rmemMax = readOptional('/proc/sys/net/core/rmem_max').trim() || 'unknown';
  const { model = 'unknown CPU' } = cpus()[0] ?? {};
  return [
    `machine   ${model}, ${availableParallelism()} cores, ${formatNumber(totalmem() / 2 ** 30, 1)} GiB; server on one core, phones on another`,
    `system    ${system}, Linux ${release()}, net.core.rmem_max ${rmemMax}`,
    `versions  Plugtone ${describeSource()}, Node ${process.version}, ${versions.join(', ')}`,
    `load      ${formatNumber(loadavg()[0] ?? 0, 2)} before the start (average of a minute: anything well above 0 disturbs the figures)`,
  ].join('\n');
}

function describeSource() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'of no known commit';
  }
}

/** @param {string} path */
function readOptional(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
