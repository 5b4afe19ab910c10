import { HIGHEST_LATENCY_NS } from '../model/limits.js';

/**
 * Buckets of an HDR histogram of nanoseconds with three significant digits, as HdrHistogram lays them out: from 0 to 2047 one
 * for each value; above, 1024 of equal width for each power of two. No bucket is wider than a thousandth of its values.
 *
 * The values are those of `HdrHistogram(lowest 1, highest 2^37 - 1, digits 3)`, so counts can be exchanged bucket by bucket.
 */

/** Values that have a bucket of their own, and twice the buckets of a power of two. */
const SINGLE_VALUES = 2048;
const HALF = SINGLE_VALUES / 2;
const HALF_BITS = 10;

/** Buckets in all. */
export const LATENCY_BUCKETS = (Math.log2(HIGHEST_LATENCY_NS + 1) - HALF_BITS + 1) * HALF;

/** The bucket of a latency. What is negative or no number counts as 0, what is over the highest as that. */
export function bucketOf(latencyNs: number): number {
  if (!(latencyNs >= 1)) return 0;
  if (latencyNs < SINGLE_VALUES) return latencyNs | 0;
  if (latencyNs < 0x8000_0000) {
    const shift = 31 - HALF_BITS - Math.clz32(latencyNs);
    return (shift << HALF_BITS) + (latencyNs >>> shift);
  }
  // Does not fit 32 bits: without its last ten it does, and they are below the width of its bucket.
  const upper = Math.min(latencyNs, HIGHEST_LATENCY_NS) / HALF;
  const shift = 31 - HALF_BITS - Math.clz32(upper);
  return ((shift + HALF_BITS) << HALF_BITS) + (upper >>> shift);
}

/** The lowest latency of a bucket, ns. */
export function lowestNs(bucket: number): number {
  if (bucket < SINGLE_VALUES) return bucket;
  const shift = (bucket >>> HALF_BITS) - 1;
  return (HALF + (bucket & (HALF - 1))) * 2 ** shift;
}

/** The highest latency of a bucket, ns. */
export function highestNs(bucket: number): number {
  return lowestNs(bucket + 1) - 1;
}
