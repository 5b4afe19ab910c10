import type { LatencyBoard } from './latency-board.js';
import { type LatencyCount, LatencyCounts, type LatencySummary } from './latency-counts.js';
import { type LatencyStage, latencyStages } from './latency-stages.js';

/** A stage in what `GET /histograms` answers. */
export interface StageReport extends LatencySummary {
  readonly stage: LatencyStage;
  /** All buckets that are not empty: counts of a later answer less those of an earlier one are those in between. */
  readonly counts: readonly LatencyCount[];
}

/** What `GET /histograms` answers. */
export interface LatencyReport {
  /** When counting began, and the time of the answer: ns since the epoch. */
  readonly startedNs: string;
  readonly timeNs: string;
  /** Commands of which no times could be kept. */
  readonly dropped: number;
  readonly stages: readonly StageReport[];
}

/** All stages as they are now; the times are ns since the epoch. */
export function latencyReport(board: LatencyBoard, startedNs: bigint, timeNs: bigint): LatencyReport {
  return {
    startedNs: startedNs.toString(),
    timeNs: timeNs.toString(),
    dropped: board.dropped,
    stages: latencyStages.map((stage) => {
      const counts = board.merged(stage);
      return { stage, ...counts.summary(), counts: counts.pairs() };
    }),
  };
}

/** A stage of a report as a histogram again. Its maximum is the report's, which is more exact than its bucket. */
export function countsOf({ counts, maxNs }: StageReport): LatencyCounts {
  const last = counts.at(-1);
  if (last === undefined) return new LatencyCounts();
  const [latencyNs, count] = last;
  return LatencyCounts.of([...counts.slice(0, -1), [latencyNs, count - 1], [maxNs, 1]]);
}
