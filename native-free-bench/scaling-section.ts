import type { BenchContext } from './bench-context.js';
import { median } from './median.js';
import { FLAT_UP_TO_ORDERS, FLAT_WITHIN, type ScalingPoint, scalingSeries } from './scaling.js';

export interface ScalingResult extends ScalingPoint {
  readonly costNs: number;
  /** Cost over that of the first point of the series. */
  readonly factor: number;
}

/** Points that differ in one thing. */
export interface ScalingSeries {
  readonly name: string;
  readonly points: readonly ScalingResult[];
  /** Dearest over cheapest, of the points that must be flat. */
  readonly spread: number;
  readonly flat: boolean;
}

export async function runScaling(context: BenchContext): Promise<ScalingSeries[]> {
  const { runs } = context.options;
  const series = Object.entries<readonly ScalingPoint[]>(scalingSeries);
  const costsNs = new Map<ScalingPoint, number[]>();
  for (let run = 1; run <= runs; run++)
    for (const [name, points] of series)
      for (const point of points) {
        const costNs = await context.children.run({ kind: 'scaling', ...point });
        costsNs.set(point, [...(costsNs.get(point) ?? []), costNs]);
        context.progress(
          `${name}, ${pointText(point)}, run ${run} of ${runs}: ${costNs.toFixed(1)} ns a command`,
        );
      }
  return series.map(([name, points]) => {
    const medians = points.map((point) => median(costsNs.get(point)!));
    const results = points.map((point, index) => {
      const costNs = medians[index]!;
      return { ...point, costNs, factor: costNs / medians[0]! };
    });
    const judged = results
      .filter(({ restingOrders }) => restingOrders <= FLAT_UP_TO_ORDERS)
      .map(({ costNs }) => costNs);
    const spread = Math.max(...judged) / Math.min(...judged);
    return { name, points: results, spread, flat: spread <= FLAT_WITHIN };
  });
}

/** What sets a point apart. */
export function pointText({ restingOrders, instruments }: ScalingPoint): string {
  const orders = `${restingOrders.toLocaleString('en-US')} orders`;
  return `${orders}, ${instruments.toLocaleString('en-US')} instrument${instruments === 1 ? '' : 's'}`;
}
