import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  initWebAssemblySync,
  JsHistogram,
} from 'hdr-histogram-js';
import { LatencyCounts } from '../src/metrics/latency-counts.js';

/** What a report says of a distribution, in microseconds. */
export interface LatencySummary {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Each half of what is left to 100 % has so many lines in a distribution file. */
const HGRM_TICKS = 5;

const MAX_LATENCY_NS = 120e9;
const NS_PER_US = 1_000;

let webAssemblyReady = false;

/**
 * Latencies of one run in an HDR histogram: nanoseconds, three significant digits, up to two minutes (what took longer
 * counts as two minutes). The WebAssembly build: it takes 13 ns a value where the other takes 95.
 */
export class LatencyRecorder {
  readonly #histogram: Histogram;

  constructor() {
    if (!webAssemblyReady) initWebAssemblySync();
    webAssemblyReady = true;
    this.#histogram = build({
      bitBucketSize: 32,
      autoResize: false,
      lowestDiscernibleValue: 1,
      highestTrackableValue: MAX_LATENCY_NS,
      numberOfSignificantValueDigits: 3,
      useWebAssembly: true,
    });
  }

  /** Records `count` orders that took `latencyNs` each. */
  record(latencyNs: number, count: number): void {
    const value = latencyNs > MAX_LATENCY_NS ? MAX_LATENCY_NS : latencyNs < 0 ? 0 : Math.round(latencyNs);
    if (count === 1) this.#histogram.recordValue(value);
    else this.#histogram.recordValueWithCount(value, count);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  reset(): void {
    this.#histogram.reset();
  }

  summaryUs(): LatencySummary {
    const at = (percentile: number) => this.#histogram.getValueAtPercentile(percentile) / NS_PER_US;
    if (this.count === 0) return { p50: 0, p99: 0, p999: 0, max: 0 };
    return { p50: at(50), p99: at(99), p999: at(99.9), max: this.#histogram.maxValue / NS_PER_US };
  }

  /** The whole distribution as text: HDR V2, compressed, base64. */
  encoded(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** Adds a distribution that `encoded` has written. */
  addEncoded(text: string): void {
    this.#histogram.add(decodeFromCompressedBase64(text, 32, true));
  }

  /** The distribution in microseconds, as HdrHistogram's plotter reads it. */
  hgrm(): string {
    return this.#histogram.outputPercentileDistribution(HGRM_TICKS, NS_PER_US);
  }

  /** The same distribution as the exchange's own histograms hold it. */
  counts(): LatencyCounts {
    const counts = new LatencyCounts();
    // The WebAssembly build gives its buckets to nobody; the one in JavaScript does.
    const histogram = decodeFromCompressedBase64(this.encoded(), 32, false);
    if (!(histogram instanceof JsHistogram)) throw new TypeError('the histogram has no buckets to read');
    const values = histogram.recordedValuesIterator;
    values.reset();
    while (values.hasNext()) {
      const { valueIteratedTo, countAddedInThisIterationStep } = values.next();
      counts.add(Math.min(valueIteratedTo, this.#histogram.maxValue), countAddedInThisIterationStep);
    }
    return counts;
  }
}
