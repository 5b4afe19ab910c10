import { describe, expect, it } from 'vitest';
import { LatencyCounts } from '../../src/metrics/latency-counts.js';
import { type PercentileCurve, percentilePlot } from '../../src/metrics/percentile-plot.js';
import { seeded } from '../journal/journal-fixture.js';

function curve(name: string, size: number, highestNs: number): PercentileCurve {
  const random = seeded(size);
  const counts = new LatencyCounts();
  for (let i = 0; i < size; i++) counts.add(1 + Math.floor(random() ** 4 * highestNs), 1);
  return { name, counts };
}

/** The points of each curve. */
function paths(svg: string): [number, number][][] {
  return [...svg.matchAll(/ d="M([^"]*)"/g)].map((path) =>
    path[1]!.split('L').map((point) => point.split(' ').map(Number) as [number, number]),
  );
}

const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((text) => text[1]);

/** Every element is closed, in order: as far as these pictures go, that is well-formed XML. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, end, name, inside] of svg.matchAll(/<(\/?)([a-z]+)((?:[^>"]|"[^"]*")*)>/g)) {
    if (end === '/') expect(open.pop()).toBe(name);
    else if (!inside!.endsWith('/')) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
}

describe.each(['linear', 'log'] as const)('a plot of percentiles on a %s scale', (scale) => {
  it('has a rising curve inside the frame for each histogram', () => {
    const svg = percentilePlot([curve('one', 100_000, 3e6), curve('two', 500, 4e5)], { title: 'Two', scale });
    expectWellFormed(svg);
    const [one, two] = paths(svg);
    for (const path of [one!, two!])
      for (const [i, [x, y]] of path.entries()) {
        expect(x).toBeGreaterThanOrEqual(84);
        expect(x).toBeLessThanOrEqual(790);
        expect(y).toBeGreaterThanOrEqual(56);
        expect(y).toBeLessThanOrEqual(470);
        if (i === 0) continue;
        expect(x).toBeGreaterThanOrEqual(path[i - 1]![0]);
        expect(y).toBeLessThanOrEqual(path[i - 1]![1]);
      }
    // One in 500 is the last of which the second can speak.
    expect(one!.at(-1)![0]).toBe(790);
    expect(two!.at(-1)![0]).toBeCloseTo(84 + (706 * Math.log10(500)) / 5, 0);
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        'Two',
        '0 %',
        '90 %',
        '99 %',
        '99.9 %',
        '99.999 %',
        'latency, µs',
        'one',
        'two',
      ]),
    );
  });

  it('is in milliseconds where microseconds would be long', () => {
    const svg = percentilePlot([curve('slow', 1000, 5e8)], { title: 'Slow', scale });
    expect(texts(svg)).toContain('latency, ms');
  });

  it.each([
    ['nothing', new LatencyCounts(), 0],
    ['one command', LatencyCounts.of([[1000, 1]]), 1],
    ['commands of no time', LatencyCounts.of([[0, 50]]), 1],
    ['the longest there are', LatencyCounts.of([[2 ** 37 - 1, 2]]), 1],
  ])('can be of %s', (_, counts, curves) => {
    const svg = percentilePlot([{ name: 'a < b & "c"', counts }], { title: '<&>', scale });
    expectWellFormed(svg);
    expect(paths(svg)).toHaveLength(curves);
    expect(texts(svg)).toEqual(expect.arrayContaining(['&lt;&amp;&gt;', 'a &lt; b &amp; &quot;c&quot;']));
    expect(texts(svg).includes('nothing recorded')).toBe(curves === 0);
  });
});
