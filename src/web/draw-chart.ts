export interface ChartSeries {
  readonly name: string;
  /** Of plugtone.css: `c1`, `c2`, `c3`. */
  readonly className: string;
  /** One per bin; null: nothing is known of that time. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  /** What a screen reader says: what it shows, and in one sentence what there is to see. */
  readonly title: string;
  readonly description: string;
  /** What each bin is called: `09:00`. */
  readonly labels: readonly string[];
  /** Stacked, the first one lowest. */
  readonly series: readonly ChartSeries[];
}

// Units of the drawing: it is as wide as its card, and about 1 px each there.
const WIDTH = 240;
const HEIGHT = 104;
const LEFT = 30;
const RIGHT = 2;
const TOP = 10;
const BOTTOM = 20;
const GAP = 1;

/** A small bar chart as SVG. No colour, no style and no script of its own: classes of the style sheet, so it is light or dark as the page. */
export function drawChart({ id, title, description, labels, series }: Chart): string {
  const bins = labels.map((_, index) => series.map(({ values }) => values[index] ?? null));
  const highest = Math.max(0, ...bins.map((values) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)));
  const top = roundUp(highest);
  const plotHeight = HEIGHT - TOP - BOTTOM;
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, labels.length);
  const y = (value: number) => TOP + plotHeight * (1 - value / top);
  const base = TOP + plotHeight;
  const bars = bins.flatMap((values, index) => drawBar(values, index));

  function drawBar(values: readonly (number | null)[], index: number): string[] {
    const x = LEFT + index * step;
    // A sign that the time is missing, not that nothing happened.
    if (values.every((value) => value === null)) {
      return [`<path class="unknown" d="M${shorten(x + step / 2)} ${base + 2}v2"/>`];
    }
    let below = 0;
    return series.flatMap(({ name, className }, place) => {
      const value = values[place] ?? 0;
      if (value === 0) return [];
      const [from, to] = [below, below + value];
      below = to;
      // What is there can be seen, however little it is.
      const height = Math.max(1.5, y(from) - y(to));
      const said = `${labels[index] ?? ''} · ${name}: ${value}`;
      return [
        `<rect class="${className}" x="${shorten(x + GAP / 2)}" y="${shorten(y(from) - height)}" width="${shorten(Math.max(1, step - GAP))}" height="${shorten(height)}"><title>${escapeXml(said)}</title></rect>`,
      ];
    });
  }

  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeXml(title)}</title><desc id="${id}-desc">${escapeXml(description)}</desc>`,
    `<path class="grid" d="M${LEFT} ${TOP}H${WIDTH - RIGHT}"/><path class="base" d="M${LEFT} ${base}H${WIDTH - RIGHT}"/>`,
    `<text x="${LEFT - 4}" y="${TOP + 4}" text-anchor="end">${top}</text><text x="${LEFT - 4}" y="${base + 4}" text-anchor="end">0</text>`,
    ...bars,
    `<text x="${LEFT}" y="${HEIGHT - 4}">${escapeXml(labels[0] ?? '')}</text>`,
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escapeXml(labels.at(-1) ?? '')}</text>`,
    '</svg>',
  ].join('');
}

/** 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 …: a number that people read at a glance, 1 at least. */
function roundUp(value: number): number {
  for (let power = 1; ; power *= 10) {
    const found = [1, 2, 3, 4, 5, 6, 8].map((digit) => digit * power).find((round) => round >= value);
    if (found !== undefined) return found;
  }
}

function shorten(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
