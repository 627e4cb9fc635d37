// Curves over a number of phones that grows tenfold at each step, as an SVG that follows the reader's light or dark theme.

/**
 * @typedef {object} Curve
 * @property {string} name
 * @property {readonly number[]} values one for each size
 *
 * @typedef {object} Panel
 * @property {string} title
 * @property {string} unit
 * @property {readonly Curve[]} curves four at most
 */

const PANEL = { width: 380, height: 230, columns: 2 };
/** Room around the axes of a panel, for its title, the numbers, and the names of the curves. */
const ROOM = { left: 56, right: 20, top: 44, bottom: 36 };
const TITLE_HEIGHT = 40;

/** Told apart also by those who see few colours (Okabe and Ito's palette); the marks differ as well. */
const STYLE = `
  .ground { fill: #ffffff }
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .heading { font-size: 16px; font-weight: 600 }
  .title { font-weight: 600 }
  .faint { fill: #57606a }
  .grid { stroke: #d0d7de }
  .curve { fill: none; stroke-width: 2 }
  .c0 { stroke: #0072b2 } .c1 { stroke: #b34700 } .c2 { stroke: #00755e } .c3 { stroke: #8f3a84 }
  .m0 { fill: #0072b2 } .m1 { fill: #b34700 } .m2 { fill: #00755e } .m3 { fill: #8f3a84 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #e6edf3 }
    .faint { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .c0 { stroke: #56b4e9 } .c1 { stroke: #e69f00 } .c2 { stroke: #2fc29a } .c3 { stroke: #dd9cc9 }
    .m0 { fill: #56b4e9 } .m1 { fill: #e69f00 } .m2 { fill: #2fc29a } .m3 { fill: #dd9cc9 }
  }
`;

/**
 * @param {object} drawing
 * @param {string} drawing.heading
 * @param {string} drawing.across what the horizontal axes show
 * @param {readonly number[]} drawing.sizes along the horizontal axis, which is logarithmic
 * @param {readonly Panel[]} drawing.panels the vertical axis of each is linear and begins at 0
 * @returns {string}
 */
export function drawCurves({ heading, across, sizes, panels }) {
  const rows = Math.ceil(panels.length / PANEL.columns);
  const width = PANEL.columns * PANEL.width;
  const height = TITLE_HEIGHT + rows * PANEL.height;
  const parts = panels.map((panel, index) => {
    const x = (index % PANEL.columns) * PANEL.width;
    const y = TITLE_HEIGHT + Math.floor(index / PANEL.columns) * PANEL.height;
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel, sizes)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeText(heading)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="heading" x="16" y="27">${escapeText(heading)}</text>`,
    `<text class="faint" x="${width - ROOM.right}" y="27" text-anchor="end">${escapeText(across)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, unit, curves }, sizes) {
  const highest = Math.max(...curves.flatMap(({ values }) => values));
  const step = chooseStep(highest);
  const top = Math.max(step, Math.ceil(highest / step) * step);
  const inner = { width: PANEL.width - ROOM.left - ROOM.right, height: PANEL.height - ROOM.top - ROOM.bottom };
  const [least = 1, most = 1] = [sizes[0], sizes.at(-1)].map((size) => Math.log10(size ?? 1));
  const across = (size) =>
    ROOM.left + (most === least ? 0.5 : (Math.log10(size) - least) / (most - least)) * inner.width;
  const up = (value) => ROOM.top + inner.height * (1 - value / top);

  const lines = [`<text class="title" x="${ROOM.left}" y="16">${escapeText(title)}, ${escapeText(unit)}</text>`];
  for (let value = 0; value <= top + step / 2; value += step) {
    const y = round(up(value));
    lines.push(`<line class="grid" x1="${ROOM.left}" x2="${PANEL.width - ROOM.right}" y1="${y}" y2="${y}"/>`);
    lines.push(`<text class="faint" x="${ROOM.left - 8}" y="${y + 4}" text-anchor="end">${formatTick(value)}</text>`);
  }
  for (const size of sizes) {
    const y = PANEL.height - ROOM.bottom + 18;
    lines.push(
      `<text class="faint" x="${round(across(size))}" y="${y}" text-anchor="middle">${formatTick(size)}</text>`,
    );
  }
  let nameAt = ROOM.left;
  curves.forEach(({ name, values }, index) => {
    const points = values.map((value, at) => ({ x: round(across(sizes[at] ?? 1)), y: round(up(value)) }));
    lines.push(`<polyline class="curve c${index}" points="${points.map(({ x, y }) => `${x},${y}`).join(' ')}"/>`);
    points.forEach(({ x, y }, at) => {
      lines.push(
        `<g class="m${index}">${drawMark(index, x, y)}<title>${formatTick(sizes[at] ?? 0)} phones: ${formatTick(values[at] ?? 0)} ${escapeText(unit)}</title></g>`,
      );
    });
    if (curves.length === 1) return;
    lines.push(`<g class="m${index}">${drawMark(index, nameAt + 4, 31)}</g>`);
    lines.push(`<text x="${nameAt + 13}" y="35">${escapeText(name)}</text>`);
    // About what a letter of this size is wide.
    nameAt += 28 + name.length * 6.5;
  });
  return lines.join('\n');
}

function drawMark(index, x, y) {
  switch (index) {
    case 0:
      return `<circle cx="${x}" cy="${y}" r="4"/>`;
    case 1:
      return `<rect x="${x - 4}" y="${y - 4}" width="8" height="8"/>`;
    case 2:
      return `<path d="M${x} ${y - 5}l5 9h-10z"/>`;
    default:
      return `<path d="M${x} ${y - 5}l5 5l-5 5l-5-5z"/>`;
  }
}

/** 1, 2 or 5 times a power of ten, so that there are four or five of them. */
function chooseStep(highest) {
  const rough = (highest > 0 ? highest : 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

const round = (value) => Math.round(value * 10) / 10;

/** Three digits that mean something. */
function formatTick(value) {
  return value.toLocaleString('en', value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
}

function escapeText(text) {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
