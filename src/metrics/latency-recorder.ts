/*
 * Shared between threads: the one thread whose stages these are writes; any thread reads.
 */
import { HIGHEST_LATENCY_NS } from '../model/limits.js';
import { bucketOf, LATENCY_BUCKETS } from './hdr-layout.js';
import type { LatencyStage } from './latency-stages.js';

/** Numbers before the counts: whole lines of 128 bytes, so that no two threads share one. */
const HEAD_NUMBERS = 32;

/** Where the sums and maxima of all stages stand: those of four on one cache line of 64 bytes. */
const SUMS_AT = 8;

/**
 * The HDR histograms of one thread's stages, of 64-bit numbers:
 *
 * ```
 * number 0                     commands of which no times could be kept
 *        8 + 2 × stage         sum of all latencies of a stage in ns; after it the highest one
 *        32 + buckets × stage  counts of a stage, by bucket
 * ```
 *
 * A count that is a 32-bit integer would wrap within hours: one bucket may take most of a million commands a second. A
 * 64-bit number counts exactly for two centuries at that rate. Figures are plain stores, as there is one writer: a reader may
 * see one of the moment before.
 */
export class LatencyRecorder {
  readonly stages: readonly LatencyStage[];
  readonly #numbers: Float64Array;

  /** Bytes for so many stages. */
  static bytes(stages: number): number {
    return 8 * (HEAD_NUMBERS + LATENCY_BUCKETS * stages);
  }

  /** @param stages in the order in which they stand in memory */
  constructor(buffer: SharedArrayBuffer, byteOffset: number, stages: readonly LatencyStage[]) {
    this.stages = stages;
    this.#numbers = new Float64Array(buffer, byteOffset, LatencyRecorder.bytes(stages.length) / 8);
  }

  /** Writer: `count` commands took `latencyNs` each in the stage at that place. What is negative counts as 0. */
  record(stage: number, latencyNs: number, count: number): void {
    const numbers = this.#numbers;
    const valueNs = Math.min(Math.max(latencyNs, 0), HIGHEST_LATENCY_NS);
    const countAt = HEAD_NUMBERS + LATENCY_BUCKETS * stage + bucketOf(valueNs);
    numbers[countAt] = numbers[countAt]! + count;
    const sumAt = SUMS_AT + 2 * stage;
    numbers[sumAt] = numbers[sumAt]! + valueNs * count;
    if (valueNs > numbers[sumAt + 1]!) numbers[sumAt + 1] = valueNs;
  }

  /** Writer: so many commands were done without their times. */
  drop(count: number): void {
    this.#numbers[0] = this.#numbers[0]! + count;
  }

  /** Commands of which no times could be kept. */
  get dropped(): number {
    return this.#numbers[0]!;
  }

  /** Sum of all latencies of the stage at that place, ns. */
  sumNs(stage: number): number {
    return this.#numbers[SUMS_AT + 2 * stage]!;
  }

  /** Highest latency of the stage at that place, ns. */
  maxNs(stage: number): number {
    return this.#numbers[SUMS_AT + 2 * stage + 1]!;
  }

  /** The counts of the stage at that place, by bucket: the memory itself, which goes on counting. */
  counts(stage: number): Float64Array {
    const at = HEAD_NUMBERS + LATENCY_BUCKETS * stage;
    return this.#numbers.subarray(at, at + LATENCY_BUCKETS);
  }
}
