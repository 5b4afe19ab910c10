import type { LatencyBoard } from './latency-board.js';
import { latencyStages } from './latency-stages.js';
import type { Exposition } from './prometheus.js';

/** Upper ends of the buckets in seconds: from what memory takes to what nobody waits for, three for each power of ten. */
const BUCKETS_SECONDS = [-6, -5, -4, -3, -2, -1]
  .flatMap((power) => [1, 2.5, 5].map((factor) => Number(`${factor}e${power}`)))
  .concat(1, 2.5, 5, 10);

/** Writes the latencies of all stages. A command is counted in the bucket up to which its HDR bucket reaches from below. */
export function writeLatency(out: Exposition, board: LatencyBoard): void {
  out.histogram(
    'tickloom_stage_latency_seconds',
    'How long commands took in a stage of their way through the exchange.',
    latencyStages.map((stage) => {
      const counts = board.merged(stage);
      return {
        labels: { stage },
        buckets: BUCKETS_SECONDS.map((seconds) => ({
          upTo: seconds,
          count: counts.countUpTo(Math.round(seconds * 1e9)),
        })),
        sum: counts.sumNs / 1e9,
        count: counts.count,
      };
    }),
  );
  out.metric('tickloom_latency_dropped_total', 'counter', 'Commands of which no latency could be recorded.', [
    { value: board.dropped },
  ]);
}
