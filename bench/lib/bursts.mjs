// What is lost of a burst, by the size of the receive buffer.
import { runLoad, sum } from './load.mjs';
import { droppedDatagrams } from './process-figures.mjs';
import { compileBufferGrant } from './programs.mjs';
import { waitUntilQuiet } from './quiet.mjs';
import { formatNumber, formatTable, median } from './report.mjs';
import { startAppliance } from './servers.mjs';

/** @typedef {import('./load.mjs').Bench} Bench */

/** net.core.rmem_max: the default of kernels for decades, and what systemd/plugtone-sysctl.conf raises it to. */
const BUFFER_LIMITS = [212_992, 4_194_304];

/**
 * A burst to an appliance that has just started, which is the hardest: nothing is compiled yet.
 * @param {Bench} bench
 * @param {number} size
 */
export async function measureBursts(bench, size) {
  const { network, folder } = bench;
  const isGrantable = network.kind === 'namespaces';
  const limits = isGrantable ? BUFFER_LIMITS : [undefined];
  const library = isGrantable ? compileBufferGrant(folder) : '';
  const runs = [];
  for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
    for (const limit of limits) {
      const environment = limit === undefined ? {} : { LD_PRELOAD: library, RCVBUF_LIMIT: String(limit) };
      const server = await startAppliance({ ...bench, environment });
      await waitUntilQuiet(bench.isPatient);
      const before = droppedDatagrams(server.pid);
      const figures = await runLoad(bench, '--burst', String(size), '--timeout', '4');
      runs.push({ repetition, limit, ...figures, dropped: droppedDatagrams(server.pid) - before });
      await server.stop();
    }
  }
  const heading = [
    'net.core.rmem_max',
    'sent in ms',
    'lost',
    '(lowest-highest)',
    'dropped by the kernel',
    'p50 ms',
    'p99 ms',
    'last ms',
    'repeated NOTIFYs',
  ];
  const rows = limits.map((limit) => {
    const own = runs.filter((run) => run.limit === limit);
    const middle = (read) => median(own.map(read));
    const lost = own.map((run) => run.lost).sort((a, b) => a - b);
    return [
      limit === undefined ? 'as the machine has it' : formatNumber(limit),
      formatNumber(1000 * middle((run) => run.sendingSeconds)),
      formatNumber(median(lost)),
      `${formatNumber(lost[0] ?? 0)}-${formatNumber(lost.at(-1) ?? 0)}`,
      formatNumber(middle((run) => run.dropped)),
      formatNumber(
        middle((run) => run.toNotifyMs.p50),
        1,
      ),
      formatNumber(
        middle((run) => run.toNotifyMs.p99),
        1,
      ),
      formatNumber(1000 * middle((run) => run.seconds)),
      formatNumber(sum(own, (run) => run.repeatedNotifies)),
    ];
  });
  process.stdout.write(
    `Burst: ${formatNumber(size)} SUBSCRIBEs as fast as they can be sent, each once, to an appliance that has just started; medians of ${bench.repetitions}\n` +
      (isGrantable ? 'The receive buffer is granted as a kernel with that net.core.rmem_max would.\n\n' : '\n'),
  );
  process.stdout.write(`${formatTable([heading, ...rows])}\n`);
  return runs;
}
