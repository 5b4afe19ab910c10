import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { HIGHEST_LATENCY_NS } from '../model/limits.js';
import type { LatencyCounts } from './latency-counts.js';
import type { LatencyStage } from './latency-stages.js';

const NS_PER_US = 1_000;
const NS_PER_MS = 1_000_000;

/** Points of the text for each halving of what is left to 100 %: HdrHistogram's own default. */
const POINTS_PER_HALF = 5;

/** HdrHistogram's own, with the same counts. */
export function hdrHistogram(counts: LatencyCounts): Histogram {
  const histogram = build({
    // Counts of 64-bit numbers: one of 32 bits may wrap.
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_LATENCY_NS,
    numberOfSignificantValueDigits: 3,
  });
  const pairs = counts.pairs();
  for (const [latencyNs, count] of pairs.slice(0, -1)) histogram.recordValueWithCount(latencyNs, count);
  const last = pairs.at(-1);
  // The maximum is known more exactly than its bucket.
  if (last !== undefined) histogram.recordValueWithCount(counts.maxNs, last[1]);
  return histogram;
}

/** The percentile text (`.hgrm`) that HdrHistogram's plotter opens, in microseconds. It passes over the comment. */
export function percentileText(stage: LatencyStage, counts: LatencyCounts): string {
  const distribution = hdrHistogram(counts).outputPercentileDistribution(POINTS_PER_HALF, NS_PER_US);
  return `# Stage ${stage}; values in microseconds.\n${distribution}`;
}

/**
 * A log of HdrHistogram's format 1.3 with one interval for each stage, tagged with its name: V2 histograms of nanoseconds,
 * their maxima in milliseconds.
 *
 * @param startedNs when counting began, ns since the epoch
 * @param timeNs when it was read, ns since the epoch
 */
export function histogramLog(
  stages: Iterable<readonly [LatencyStage, LatencyCounts]>,
  startedNs: bigint,
  timeNs: bigint,
): string {
  const seconds = (ns: bigint) => (Number(ns / 1_000_000n) / 1e3).toFixed(3);
  const lines = [
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${seconds(startedNs)} (seconds since epoch), ${new Date(Number(startedNs / 1_000_000n)).toISOString()}]`,
    // Times of intervals are since this.
    `#[BaseTime: ${seconds(startedNs)} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ];
  for (const [stage, counts] of stages) {
    const maxMs = (counts.maxNs / NS_PER_MS).toFixed(3);
    const encoded = encodeIntoCompressedBase64(hdrHistogram(counts));
    lines.push(`Tag=${stage},0.000,${seconds(timeNs - startedNs)},${maxMs},${encoded}`);
  }
  return `${lines.join('\n')}\n`;
}
