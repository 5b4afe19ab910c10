import type { LatencyCounts } from './latency-counts.js';

/** One curve of a plot. */
export interface PercentileCurve {
  readonly name: string;
  readonly counts: LatencyCounts;
}

export interface PercentilePlotOptions {
  readonly title: string;
  /** A linear axis shows the tail, a logarithmic one all stages at once. */
  readonly scale: 'linear' | 'log';
}

const WIDTH = 960;
const HEIGHT = 540;
const PLOT = { left: 84, right: 790, top: 56, bottom: 470 } as const;
const LEGEND_LEFT = 812;

/** Far enough apart for people who see colours differently, and readable on white and on near black. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56789c', '#8a4fbf', '#7a7a7a'];

/** Points of a curve for each power of ten of 1 / (1 - percentile). */
const POINTS_PER_DECADE = 24;

/** Least powers of ten on the x axis, so that a few commands make a picture too; nines that a person asks for. */
const LEAST_DECADES = 3;

const NS_PER_US = 1e3;
const NS_PER_MS = 1e6;

/**
 * Latencies by percentile as an SVG: x is 1 / (1 - percentile), logarithmic, so that each nine takes the same width; y is
 * the latency. Curves of nothing are left out, and the legend says so. It draws on white, and on near black where the viewer's
 * scheme is dark.
 */
export function percentilePlot(curves: readonly PercentileCurve[], options: PercentilePlotOptions): string {
  const drawn = curves.filter(({ counts }) => counts.count > 0);
  const mostCount = Math.max(1, ...drawn.map(({ counts }) => counts.count));
  const decades = Math.max(LEAST_DECADES, Math.ceil(Math.log10(mostCount)));
  const axis = latencyAxis(drawn, options.scale);
  const x = (decade: number) => PLOT.left + ((PLOT.right - PLOT.left) * decade) / decades;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(options.title)}</title>`,
    '<style>.ground{fill:#fff}.ink{fill:#222}.grid{stroke:#ddd}.frame{stroke:#888;fill:none}',
    '@media (prefers-color-scheme: dark){.ground{fill:#16181c}.ink{fill:#ddd}.grid{stroke:#33363c}}</style>',
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="ink" x="${PLOT.left}" y="30" font-size="17">${escaped(options.title)}</text>`,
  ];
  for (let decade = 0; decade <= decades; decade++) {
    lines.push(rule(x(decade), PLOT.top, x(decade), PLOT.bottom));
    lines.push(label(x(decade), PLOT.bottom + 20, 'middle', percentileText(decade)));
  }
  for (const { y, text } of axis.ticks) {
    lines.push(rule(PLOT.left, y, PLOT.right, y));
    lines.push(label(PLOT.left - 8, y + 4, 'end', text));
  }
  lines.push(
    `<rect class="frame" x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.right - PLOT.left}" height="${PLOT.bottom - PLOT.top}"/>`,
    label((PLOT.left + PLOT.right) / 2, PLOT.bottom + 48, 'middle', 'percentile'),
    `<text class="ink" text-anchor="middle" transform="translate(22 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)">latency, ${axis.unit}</text>`,
  );
  for (const [i, { name, counts }] of curves.entries()) {
    const colour = COLOURS[i % COLOURS.length]!;
    const y = PLOT.top + 16 + 44 * i;
    if (counts.count > 0)
      lines.push(
        `<path fill="none" stroke="${colour}" stroke-width="2" d="${curvePath(counts, decades, x, axis.y)}"/>`,
      );
    lines.push(
      `<rect x="${LEGEND_LEFT}" y="${y - 10}" width="14" height="14" rx="3" fill="${colour}"/>`,
      label(LEGEND_LEFT + 22, y + 2, 'start', name),
      label(LEGEND_LEFT + 22, y + 19, 'start', legendText(counts, axis)),
    );
  }
  return `${lines.join('\n')}\n</svg>\n`;
}

interface LatencyAxis {
  readonly unit: 'µs' | 'ms';
  readonly unitNs: number;
  readonly ticks: readonly { readonly y: number; readonly text: string }[];
  readonly y: (latencyNs: number) => number;
}

function latencyAxis(curves: readonly PercentileCurve[], scale: 'linear' | 'log'): LatencyAxis {
  const maxNs = Math.max(NS_PER_US, ...curves.map(({ counts }) => counts.maxNs));
  const unitNs = maxNs >= 20 * NS_PER_MS ? NS_PER_MS : NS_PER_US;
  const unit = unitNs === NS_PER_MS ? 'ms' : 'µs';
  const height = PLOT.bottom - PLOT.top;
  if (scale === 'linear') {
    const step = roundStep(maxNs / unitNs / 6) * unitNs;
    const steps = Math.ceil(maxNs / step);
    const y = (latencyNs: number) => PLOT.bottom - (height * latencyNs) / (steps * step);
    const ticks = Array.from({ length: steps + 1 }, (_, i) => ({
      y: y(i * step),
      text: tickText((i * step) / unitNs),
    }));
    return { unit, unitNs, ticks, y };
  }
  const minNs = Math.max(1, Math.min(maxNs, ...curves.map(({ counts }) => counts.atPercentile(0))));
  const low = Math.floor(Math.log10(minNs));
  const high = Math.max(low + 1, Math.ceil(Math.log10(maxNs)));
  const y = (latencyNs: number) =>
    PLOT.bottom - (height * (Math.log10(Math.max(latencyNs, 10 ** low)) - low)) / (high - low);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => ({
    y: y(10 ** (low + i)),
    text: tickText(10 ** (low + i) / unitNs),
  }));
  return { unit, unitNs, ticks, y };
}

/** A step of 1, 2 or 5 times a power of ten that is no less. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** A curve ends where its own commands do: one in so many is the last of which it can speak. */
function curvePath(
  counts: LatencyCounts,
  decades: number,
  x: (decade: number) => number,
  y: (latencyNs: number) => number,
): string {
  const end = Math.min(decades, Math.log10(counts.count));
  const points: string[] = [];
  const add = (at: number, latencyNs: number) =>
    points.push(`${at.toFixed(1)} ${y(Math.min(latencyNs, counts.maxNs)).toFixed(1)}`);
  for (let point = 0; point < end * POINTS_PER_DECADE; point++) {
    const decade = point / POINTS_PER_DECADE;
    add(x(decade), counts.atPercentile(100 * (1 - 10 ** -decade)));
  }
  add(x(end), counts.maxNs);
  // Of one command alone there is a point, and a point is no line.
  if (points.length === 1) add(x(0) + 6, counts.maxNs);
  return `M${points.join('L')}`;
}

/** 0 %, 90 %, 99 %, 99.9 %: one nine more for each power of ten. */
function percentileText(decade: number): string {
  if (decade === 0) return '0 %';
  return decade < 3 ? `${'9'.repeat(decade).padEnd(2, '0')} %` : `99.${'9'.repeat(decade - 2)} %`;
}

function legendText(counts: LatencyCounts, { unit, unitNs }: LatencyAxis): string {
  if (counts.count === 0) return 'nothing recorded';
  const p99Ns = Math.min(counts.atPercentile(99), counts.maxNs);
  return `p99 ${tickText(p99Ns / unitNs)} ${unit}`;
}

function tickText(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const [ax, ay, bx, by] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line class="grid" x1="${ax}" y1="${ay}" x2="${bx}" y2="${by}"/>`;
}

function label(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): string {
  return `<text class="ink" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
