// What V8's sampling profiler saw.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatNumber, formatTable } from './report.mjs';

/** Rows to print: what comes later is below half a percent. */
const ROWS = 40;

/**
 * Prints the functions that the process was in most of the time, and not idle.
 * @param {string} folder of --cpu-prof-dir
 * @param {number} pid
 */
export function printHottest(folder, pid) {
  const name = readdirSync(folder).find(
    (file) => file.endsWith('.cpuprofile') && file.split('.').includes(String(pid)),
  );
  if (name === undefined) throw new Error(`no profile of process ${pid} in ${folder}`);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map();
  let total = 0;
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    if (functionName === '(idle)') return;
    const place = url === '' ? '' : `${url.replace(/^.*\/(dist|node_modules)\//, '$1/')}:${lineNumber + 1}`;
    const key = `${functionName || '(anonymous)'}  ${place}`;
    times.set(key, (times.get(key) ?? 0) + timeDeltas[index]);
    total += timeDeltas[index];
  });
  const rows = [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, ROWS)
    .map(([key, time]) => [key, `${formatNumber((100 * time) / total, 1)} %`]);
  process.stdout.write(formatTable([['function (self time)', 'of busy time'], ...rows]));
}
