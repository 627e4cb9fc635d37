import type { Sample } from '../core/sample.ts';
import { drawChart } from './draw-chart.ts';
import type { TimeWords } from './format-times.ts';
import type { Texts } from './message-set.ts';

/** A day in half hours. */
export const BINS = 48;
const BIN_MS = 1_800_000;

export interface ChartView {
  readonly id: string;
  readonly title: string;
  /** The number that stands for all of it, spelled. */
  readonly total: string;
  readonly totalText: string;
  /** SVG, escaped. */
  readonly svg: string;
  /** Names with the numbers of now; empty where there is but one. */
  readonly legend: readonly { readonly className: string; readonly text: string }[];
}

export interface ChartTable {
  readonly names: readonly string[];
  /** Newest first; only the half hours that something is known of. */
  readonly rows: readonly { readonly label: string; readonly values: readonly number[] }[];
}

interface Bin {
  readonly label: string;
  readonly sample: Sample | null;
}

const STATES = ['approved', 'pending', 'blocked'] as const;
const COUNTS = ['exchanges', 'filesServed', 'refusals'] as const;

/** The four charts of the last day and the table that says the same. */
export function buildCharts(
  samples: readonly Sample[],
  now: number,
  { t, language }: Texts,
  times: TimeWords,
): { readonly charts: readonly ChartView[]; readonly table: ChartTable } {
  const bins = binSamples(samples, now).map(({ start, sample }): Bin => ({ label: times.short(start, now), sample }));
  const spell = (count: number) => new Intl.NumberFormat(language).format(count);
  const labels = bins.map(({ label }) => label);
  const latest = samples.at(-1);
  const names = {
    approved: t('charts.approved'),
    pending: t('charts.pending'),
    blocked: t('charts.blocked'),
    exchanges: t('charts.exchanges'),
    filesServed: t('charts.files-served'),
    refusals: t('charts.refusals'),
  };
  const seriesOf = (name: keyof typeof names, className: string) => ({
    name: names[name],
    className,
    values: bins.map(({ sample }) => (sample === null ? null : sample[name])),
  });

  const known = STATES.reduce((sum, state) => sum + (latest?.[state] ?? 0), 0);
  const legend = STATES.map((state, index) => ({
    className: `c${index + 1}`,
    text: t('charts.legend', { name: names[state], count: latest?.[state] ?? 0 }),
  }));
  const phones: ChartView = {
    id: 'chart-phones',
    title: t('charts.phones'),
    total: spell(known),
    totalText: t('charts.now'),
    svg: drawChart({
      id: 'chart-phones',
      title: t('charts.phones'),
      description: legend.map(({ text }) => text).join(', '),
      labels,
      series: STATES.map((state, index) => seriesOf(state, `c${index + 1}`)),
    }),
    legend,
  };
  const counts = COUNTS.map((name): ChartView => {
    const total = bins.reduce((sum, { sample }) => sum + (sample?.[name] ?? 0), 0);
    const id = `chart-${name}`;
    const svg = drawChart({
      id,
      title: names[name],
      description: t('charts.day-total', { count: total }),
      labels,
      series: [seriesOf(name, name === 'refusals' ? 'c4' : 'c1')],
    });
    return { id, title: names[name], total: spell(total), totalText: t('charts.in-a-day'), svg, legend: [] };
  });
  const columns = [...STATES, ...COUNTS];
  const rows = bins.flatMap(({ label, sample }) =>
    sample === null ? [] : [{ label, values: columns.map((name) => sample[name]) }],
  );
  return { charts: [phones, ...counts], table: { names: columns.map((name) => names[name]), rows: rows.reverse() } };
}

/** Half hours of the clock, the running one last. What was counted is summed up; phones are as they were at its end. */
export function binSamples(
  samples: readonly Sample[],
  now: number,
): readonly { readonly start: number; readonly sample: Sample | null }[] {
  const first = Math.floor(now / BIN_MS) * BIN_MS - (BINS - 1) * BIN_MS;
  const bins: (Sample | null)[] = new Array(BINS).fill(null);
  for (const sample of samples) {
    // A sample that ends on the half hour is of the half hour that ends there; the running one may have no length yet.
    const index = Math.floor((sample.at - (sample.span > 0 ? 1 : 0) - first) / BIN_MS);
    if (index < 0 || index >= BINS) continue;
    const before = bins[index];
    bins[index] = {
      ...sample,
      exchanges: sample.exchanges + (before?.exchanges ?? 0),
      filesServed: sample.filesServed + (before?.filesServed ?? 0),
      refusals: sample.refusals + (before?.refusals ?? 0),
    };
  }
  return bins.map((sample, index) => ({ start: first + index * BIN_MS, sample }));
}
