import { bucketOf, highestNs, LATENCY_BUCKETS, lowestNs } from './hdr-layout.js';
import type { LatencyRecorder } from './latency-recorder.js';

/** Latency in ns (the lowest of its bucket), and how many commands had it. */
export type LatencyCount = readonly [latencyNs: number, count: number];

/** What a stage's histogram comes to: ns, as of the bucket's resolution of a thousandth; the mean and maximum are exact. */
export interface LatencySummary {
  readonly count: number;
  readonly minNs: number;
  readonly maxNs: number;
  readonly meanNs: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly p9999Ns: number;
}

/** A histogram of latencies as of one moment, merged from any number of threads. */
export class LatencyCounts {
  readonly #counts = new Float64Array(LATENCY_BUCKETS);
  #count = 0;
  #sumNs = 0;
  #maxNs = 0;
  /** The buckets that are not empty, rising: few of all there are. Undefined until somebody asks. */
  #filled: number[] | undefined;

  /** From what `pairs` gives. */
  static of(pairs: Iterable<LatencyCount>): LatencyCounts {
    const counts = new LatencyCounts();
    for (const [latencyNs, count] of pairs) counts.add(latencyNs, count);
    return counts;
  }

  /** Adds what a thread has recorded of the stage at that place among its own. */
  merge(recorder: LatencyRecorder, stage: number): void {
    const from = recorder.counts(stage);
    const to = this.#counts;
    this.#filled = undefined;
    // First sum and maximum, then the counts: what comes meanwhile may be in these alone, or not at all.
    this.#sumNs += recorder.sumNs(stage);
    const maxNs = recorder.maxNs(stage);
    const last = bucketOf(maxNs);
    let added = 0;
    for (let bucket = 0; bucket <= last; bucket++) {
      const count = from[bucket]!;
      if (count === 0) continue;
      to[bucket] = to[bucket]! + count;
      added += count;
    }
    this.#count += added;
    this.#maxNs = Math.max(this.#maxNs, maxNs);
  }

  /** Adds `count` commands that took `latencyNs` each. */
  add(latencyNs: number, count: number): void {
    const bucket = bucketOf(latencyNs);
    this.#filled = undefined;
    this.#counts[bucket] = this.#counts[bucket]! + count;
    this.#count += count;
    this.#sumNs += latencyNs * count;
    this.#maxNs = Math.max(this.#maxNs, latencyNs);
  }

  /** Commands in all. */
  get count(): number {
    return this.#count;
  }

  get sumNs(): number {
    return this.#sumNs;
  }

  /** Highest latency, ns. */
  get maxNs(): number {
    return this.#maxNs;
  }

  /**
   * The latency that `percentile` per cent of all commands do not exceed, ns: the highest of its bucket, as HdrHistogram has
   * it. 0 where nothing was recorded.
   */
  atPercentile(percentile: number): number {
    const wanted = (Math.min(percentile, 100) / 100) * this.#count;
    // Rounded up; but by what a multiplication may be too large, no command more.
    const least = Math.max(1, Math.ceil(wanted - wanted * Number.EPSILON));
    let seen = 0;
    const counts = this.#counts;
    for (const bucket of this.#buckets()) {
      seen += counts[bucket]!;
      if (seen >= least) return percentile === 0 ? lowestNs(bucket) : highestNs(bucket);
    }
    return 0;
  }

  /** How many commands took `latencyNs` or less; those of the bucket in which it lies are counted in. */
  countUpTo(latencyNs: number): number {
    const last = bucketOf(latencyNs);
    let seen = 0;
    for (const bucket of this.#buckets()) {
      if (bucket > last) break;
      seen += this.#counts[bucket]!;
    }
    return seen;
  }

  summary(): LatencySummary {
    const at = (percentile: number) => Math.min(this.atPercentile(percentile), this.#maxNs);
    return {
      count: this.#count,
      minNs: this.atPercentile(0),
      maxNs: this.#maxNs,
      meanNs: this.#count === 0 ? 0 : Math.round(this.#sumNs / this.#count),
      p50Ns: at(50),
      p90Ns: at(90),
      p99Ns: at(99),
      p999Ns: at(99.9),
      p9999Ns: at(99.99),
    };
  }

  /** All buckets that are not empty, from the lowest latency up. */
  pairs(): LatencyCount[] {
    return this.#buckets().map((bucket) => [lowestNs(bucket), this.#counts[bucket]!]);
  }

  #buckets(): readonly number[] {
    if (this.#filled !== undefined) return this.#filled;
    const filled: number[] = [];
    const counts = this.#counts;
    const last = bucketOf(this.#maxNs);
    for (let bucket = 0; bucket <= last; bucket++) if (counts[bucket] !== 0) filled.push(bucket);
    this.#filled = filled;
    return filled;
  }
}
