import { build, type Histogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { bucketOf, highestNs, LATENCY_BUCKETS, lowestNs } from '../../src/metrics/hdr-layout.js';
import { HIGHEST_LATENCY_NS } from '../../src/model/limits.js';
import { seeded } from '../journal/journal-fixture.js';

/** What HdrHistogram has beyond its published types. */
interface Layout extends Histogram {
  readonly countsArrayLength: number;
  countsArrayIndex(value: number): number;
  lowestEquivalentValue(value: number): number;
  highestEquivalentValue(value: number): number;
}

const oracle = build({
  bitBucketSize: 64,
  autoResize: false,
  lowestDiscernibleValue: 1,
  highestTrackableValue: HIGHEST_LATENCY_NS,
  numberOfSignificantValueDigits: 3,
}) as Layout;

/** All around each power of two and of ten, and many in between. */
function values(): number[] {
  const random = seeded(6);
  const found = new Set([0, HIGHEST_LATENCY_NS]);
  for (let power = 0; power <= 37; power++)
    for (let off = -3; off <= 3; off++) found.add(2 ** power + off).add(10 ** Math.min(power, 11) + off);
  for (let value = 0; value < 5000; value++) found.add(value);
  for (let i = 0; i < 50_000; i++) found.add(Math.floor(2 ** (random() * 37)));
  return [...found].filter((value) => value >= 0 && value <= HIGHEST_LATENCY_NS);
}

describe('the buckets', () => {
  it("are HdrHistogram's, for every value", () => {
    expect(LATENCY_BUCKETS).toBe(oracle.countsArrayLength);
    for (const value of values()) {
      const bucket = bucketOf(value);
      const expected = [
        oracle.countsArrayIndex(value),
        oracle.lowestEquivalentValue(value),
        oracle.highestEquivalentValue(value),
      ];
      if (bucket !== expected[0] || lowestNs(bucket) !== expected[1] || highestNs(bucket) !== expected[2])
        expect([value, bucket, lowestNs(bucket), highestNs(bucket)]).toEqual([value, ...expected]);
    }
  });

  it('follow on one another without a gap, none wider than a thousandth', () => {
    expect(lowestNs(0)).toBe(0);
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      expect(bucketOf(lowestNs(bucket))).toBe(bucket);
      expect(bucketOf(highestNs(bucket))).toBe(bucket);
      expect(highestNs(bucket) - lowestNs(bucket)).toBeLessThanOrEqual(lowestNs(bucket) / 1000);
    }
    expect(highestNs(LATENCY_BUCKETS - 1)).toBe(HIGHEST_LATENCY_NS);
  });

  it('take what is out of range at its nearer end', () => {
    for (const low of [-1, -1e12, Number.NaN, 0.5]) expect(bucketOf(low)).toBe(0);
    for (const high of [HIGHEST_LATENCY_NS + 1, 1e18, Number.POSITIVE_INFINITY])
      expect(bucketOf(high)).toBe(LATENCY_BUCKETS - 1);
    expect(bucketOf(1.9)).toBe(1);
    expect(bucketOf(2047.9)).toBe(2047);
  });
});
