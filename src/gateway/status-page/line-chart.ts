import { browser, make, makeSvg, type PageElement } from './browser.js';

/** Lines over the last minutes, drawn as SVG: axes with units, a legend, and what the pointer is over. */

export interface ChartPoint {
  /** Seconds since the epoch. */
  readonly timeS: number;
  /** One for each line; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface ChartTerms {
  /** What the values are, with their unit. */
  readonly unit: string;
  readonly lines: readonly string[];
  /** Decades instead of even steps. */
  readonly isLogarithmic: boolean;
  /** The smallest value that the top of the chart stands for. */
  readonly leastTop: number;
  readonly text: (value: number) => string;
  readonly axisText: (value: number) => string;
}

const HEIGHT = 220;
const LEFT = 58;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 34;
/** What the charts show at most, in seconds. */
export const CHART_SECONDS = 300;

/** What a chart shows, and how far its marks are apart, in seconds: the first that holds all points. */
const SPANS = [
  { lengthS: 60, markS: 15 },
  { lengthS: 120, markS: 30 },
  { lengthS: CHART_SECONDS, markS: 60 },
] as const;

export class LineChart {
  readonly #terms: ChartTerms;
  readonly #plot = make('div', { class: 'plot' });
  readonly #readout = make('p', { class: 'readout' });
  #points: readonly ChartPoint[] = [];
  /** Where the pointer is, as a share of the width of the plot; undefined where it is elsewhere. */
  #pointer: number | undefined;

  constructor(host: PageElement, terms: ChartTerms) {
    this.#terms = terms;
    const legend = make('ul', { class: 'legend' });
    if (terms.lines.length > 1)
      for (const [index, name] of terms.lines.entries())
        legend.append(make('li', {}, this.#swatch(index), name));
    host.replaceChildren(make('div', { class: 'chart-head' }, legend, this.#readout), this.#plot);
    this.#plot.addEventListener('pointermove', ({ clientX }) => {
      const { left, width } = this.#plot.getBoundingClientRect();
      this.#pointer = (clientX - left - LEFT) / (width - LEFT - RIGHT);
      this.#draw();
    });
    this.#plot.addEventListener('pointerleave', () => {
      this.#pointer = undefined;
      this.#draw();
    });
    browser.addEventListener('resize', () => this.#draw());
    this.#draw();
  }

  show(points: readonly ChartPoint[]): void {
    this.#points = points;
    this.#draw();
  }

  #swatch(index: number): PageElement {
    return makeSvg(
      'svg',
      { class: 'swatch', viewBox: '0 0 24 8', 'aria-hidden': 'true' },
      makeSvg('path', { class: `line line-${index}`, d: 'M0 4H24' }),
    );
  }

  #draw(): void {
    const { unit, isLogarithmic, axisText } = this.#terms;
    const width = Math.max(280, this.#plot.clientWidth);
    const right = width - RIGHT;
    const bottom = HEIGHT - BOTTOM;
    const endS = this.#points.at(-1)?.timeS ?? 0;
    const heldS = endS - (this.#points[0]?.timeS ?? 0);
    const { lengthS, markS } = SPANS.find((span) => span.lengthS >= heldS) ?? SPANS[SPANS.length - 1]!;
    const ticks = isLogarithmic ? this.#decades() : this.#evenSteps();
    const [least, most] = [ticks[0]!, ticks.at(-1)!];
    const scale = (value: number) =>
      isLogarithmic ? Math.log10(Math.max(value, least)) : Math.max(value, least);
    const x = (timeS: number) => Math.max(LEFT, right - ((endS - timeS) / lengthS) * (right - LEFT));
    const y = (value: number) =>
      bottom - ((scale(value) - scale(least)) / (scale(most) - scale(least))) * (bottom - TOP);
    const svg = makeSvg('svg', {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
      role: 'img',
      'aria-label': `${unit} over the last ${lengthS} seconds`,
    });
    for (const tick of ticks)
      svg.append(
        makeSvg('path', { class: 'grid', d: `M${LEFT} ${y(tick)}H${right}` }),
        label(LEFT - 8, y(tick) + 4, 'end', axisText(tick)),
      );
    for (let agoS = 0; agoS <= lengthS; agoS += markS)
      svg.append(label(x(endS - agoS), bottom + 18, agoS === 0 ? 'end' : 'middle', agoText(agoS)));
    for (let line = this.#terms.lines.length - 1; line >= 0; line--) svg.append(...this.#line(line, x, y));
    this.#point(svg, x, y, right, bottom);
    this.#plot.replaceChildren(svg);
  }

  #line(line: number, x: (timeS: number) => number, y: (value: number) => number): PageElement[] {
    let path = '';
    let isJoined = false;
    for (const { timeS, values } of this.#points) {
      const value = values[line];
      // Nothing was to be seen here: what is around it is not joined.
      if (value !== undefined) path += `${isJoined ? 'L' : 'M'}${x(timeS).toFixed(1)} ${y(value).toFixed(1)}`;
      isJoined = value !== undefined;
    }
    const last = this.#points.findLast(({ values }) => values[line] !== undefined);
    if (last === undefined) return [];
    const dot = { class: `dot dot-${line}`, cx: x(last.timeS), cy: y(last.values[line]!), r: 3 };
    return [makeSvg('path', { class: `line line-${line}`, d: path }), makeSvg('circle', dot)];
  }

  /** Says what stood where the pointer is; where it is not there, what stands now. */
  #point(
    svg: PageElement,
    x: (timeS: number) => number,
    y: (value: number) => number,
    right: number,
    bottom: number,
  ): void {
    const { lines, text } = this.#terms;
    const filled = this.#points.filter(({ values }) => values.some((value) => value !== undefined));
    const last = filled.at(-1);
    const share = this.#pointer;
    if (last === undefined) {
      this.#readout.textContent = 'nothing yet';
      return;
    }
    const place = share === undefined ? right : LEFT + share * (right - LEFT);
    const near = filled.reduce((best, point) =>
      Math.abs(x(point.timeS) - place) < Math.abs(x(best.timeS) - place) ? point : best,
    );
    const point = share === undefined ? last : near;
    const named = lines.map((name, line) => {
      const value = point.values[line];
      return `${lines.length > 1 ? `${name} ` : ''}${value === undefined ? '–' : text(value)}`;
    });
    const ago = Math.round((this.#points.at(-1)?.timeS ?? point.timeS) - point.timeS);
    this.#readout.textContent = `${named.join(' · ')}${ago > 0 ? `, ${ago} s ago` : ''}`;
    if (share === undefined) return;
    svg.append(makeSvg('path', { class: 'pointer', d: `M${x(point.timeS)} ${TOP}V${bottom}` }));
    for (const [line, value] of point.values.entries())
      if (value !== undefined)
        svg.append(makeSvg('circle', { class: `dot dot-${line}`, cx: x(point.timeS), cy: y(value), r: 4 }));
  }

  #values(): number[] {
    return this.#points.flatMap(({ values }) => values.filter((value) => value !== undefined));
  }

  /** From zero to over the largest value, in four or five round steps. */
  #evenSteps(): number[] {
    const most = Math.max(this.#terms.leastTop, ...this.#values());
    const rough = most / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((of) => of * power).find((of) => of >= rough)!;
    return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
  }

  /** The powers of ten around all values. */
  #decades(): number[] {
    const values = this.#values().filter((value) => value > 0);
    const most = Math.max(this.#terms.leastTop, ...values);
    const least = values.length === 0 ? most / 1000 : Math.min(...values);
    const first = Math.floor(Math.log10(least));
    const last = Math.max(first + 2, Math.ceil(Math.log10(most)));
    return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
  }
}

function agoText(agoS: number): string {
  if (agoS === 0) return 'now';
  return agoS % 60 === 0 ? `−${agoS / 60} min` : `−${agoS} s`;
}

function label(x: number, y: number, anchor: string, text: string): PageElement {
  return makeSvg('text', { class: 'label', x, y, 'text-anchor': anchor }, text);
}
