import type { LatencyBoard } from './latency-board.js';
import { type LatencyCount, LatencyCounts, type LatencySummary } from './latency-counts.js';
import { type LatencyStage, latencyStage, latencyStages } from './latency-stages.js';

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

const NS = /^\d{1,19}$/;

/** What is wrong with an answer that should be a report, in a few words; undefined where it is one. */
export function latencyReportFault(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return 'its answer is no object';
  const { startedNs, timeNs, dropped, stages } = answer as Partial<Record<keyof LatencyReport, unknown>>;
  for (const [name, text] of Object.entries({ startedNs, timeNs }))
    if (typeof text !== 'string' || !NS.test(text)) return `${name} is no time`;
  if (typeof dropped !== 'number') return 'dropped is no number';
  if (!Array.isArray(stages)) return 'stages is no list';
  return stages.every(isStageReport) ? undefined : 'a stage is not as it should be';
}

function isStageReport(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { stage, maxNs, counts } = value as Partial<Record<keyof StageReport, unknown>>;
  if (typeof stage !== 'string' || latencyStage(stage) === undefined || !isCount(maxNs)) return false;
  return Array.isArray(counts) && counts.every((pair) => Array.isArray(pair) && pair.every(isCount));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
