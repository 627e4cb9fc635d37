import type { FuzzTarget } from './fuzz-target.ts';

const USUAL_PATIENCE_MS = 50;
const USUAL_INPUT = 16_384;
const USUAL_GROWTH = 16;
const FREE_OUTPUT = 65_536;

export interface Failure {
  readonly kind: 'threw' | 'slow' | 'large' | 'hung';
  readonly detail: string;
}

/** Runs the target once; again where it took long, since code gets faster and memory is tidied up now and then: the median of three counts. */
export async function judgeInput(target: FuzzTarget, input: Buffer): Promise<Failure | undefined> {
  const allowed = (target.patienceMs ?? USUAL_PATIENCE_MS) * Math.max(1, input.length / USUAL_INPUT);
  const first = await timed(target, input);
  if (first.failure !== undefined) return first.failure;
  if (first.ms > allowed) {
    const again = [first.ms, (await timed(target, input)).ms, (await timed(target, input)).ms].sort((a, b) => a - b);
    const median = again[1] ?? first.ms;
    if (median > allowed) {
      return { kind: 'slow', detail: `took ${median.toFixed(0)} ms; at most ${allowed.toFixed(0)} were wanted` };
    }
  }
  const most = FREE_OUTPUT + input.length * (target.growth ?? USUAL_GROWTH);
  const size = measure(first.output, most);
  return size > most ? { kind: 'large', detail: `made more than ${most} bytes of ${input.length}` } : undefined;
}

async function timed(target: FuzzTarget, input: Buffer) {
  // Time of the processor: a machine has other work, too.
  const before = process.cpuUsage();
  let output: unknown;
  let failure: Failure | undefined;
  try {
    output = await target.run(Buffer.from(input));
  } catch (cause) {
    failure = { kind: 'threw', detail: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
  const { user, system } = process.cpuUsage(before);
  return { output, failure, ms: (user + system) / 1_000 };
}

/** Bytes of all texts, buffers and items in a value, counted until it is more than `most`. */
function measure(value: unknown, most: number): number {
  const rest: unknown[] = [value];
  const seen = new Set<object>();
  let size = 0;
  while (rest.length > 0 && size <= most) {
    const item = rest.pop();
    size += 8;
    if (typeof item === 'string') size += item.length;
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    seen.add(item);
    if (ArrayBuffer.isView(item)) size += item.byteLength;
    else if (item instanceof Map) rest.push(...[...item].flat());
    else if (item instanceof URL) size += item.href.length;
    else for (const [name, inner] of Object.entries(item)) rest.push(name, inner);
  }
  return size;
}
