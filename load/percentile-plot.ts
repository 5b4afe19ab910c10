import type { PercentilePoint } from './latency.js';

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 50;
/** Nines of the last percentile on the axis. */
const NINES = 6;

/** A picture of a distribution as SVG: percentiles by their nines across, microseconds up, both by powers of ten. */
export function percentilePlot(title: string, points: readonly PercentilePoint[]): string {
  const most = Math.max(1, ...points.map(({ us }) => us));
  const decades = Math.max(1, Math.ceil(Math.log10(most)));
  const x = (percentile: number) => {
    const nines = Math.min(NINES, -Math.log10(Math.max(1 - percentile / 100, 10 ** -NINES)));
    return LEFT + (nines / NINES) * (WIDTH - LEFT - RIGHT);
  };
  const y = (us: number) => {
    const height = HEIGHT - TOP - BOTTOM;
    return HEIGHT - BOTTOM - (Math.log10(Math.max(1, us)) / decades) * height;
  };
  const grid: string[] = [];
  for (let decade = 0; decade <= decades; decade++) {
    const at = y(10 ** decade).toFixed(1);
    grid.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" class="grid"/>`);
    grid.push(`<text x="${LEFT - 8}" y="${at}" text-anchor="end" dy="4">${10 ** decade} us</text>`);
  }
  for (let nines = 0; nines <= NINES; nines++) {
    const percentile = 100 * (1 - 10 ** -nines);
    const at = x(percentile).toFixed(1);
    const label = nines === 0 ? '0' : percentile.toFixed(Math.max(0, nines - 2));
    grid.push(`<line x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" class="grid"/>`);
    grid.push(`<text x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label} %</text>`);
  }
  const line = points.map(({ percentile, us }) => `${x(percentile).toFixed(1)},${y(us).toFixed(1)}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<style>.grid{stroke:#ccc}text{fill:#444}.line{fill:none;stroke:#06c;stroke-width:2}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="24" font-size="15">${title}</text>
${grid.join('\n')}
<polyline class="line" points="${line.join(' ')}"/>
</svg>
`;
}
