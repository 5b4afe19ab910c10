import type { Clock } from '../clock/clock.js';
import type { LatencyBoard } from '../metrics/latency-board.js';
import type { LatencyRecorder } from '../metrics/latency-recorder.js';
import { gatewayStages } from '../metrics/latency-stages.js';
import type { TraceReader } from '../metrics/trace-ring.js';
import { OpenTurns } from './open-turns.js';

const DECODE = gatewayStages.indexOf('decode');
const RING_WAIT = gatewayStages.indexOf('ringWait');
const RETURN = gatewayStages.indexOf('return');
const WHOLE = gatewayStages.indexOf('whole');

/**
 * How long a gateway's commands have taken. It remembers when each turn's were received and shown, learns from the shard
 * when they were gathered and answered, and records all of a turn's commands at once.
 */
export class TurnTrace {
  readonly #clock: Clock;
  readonly #recorder: LatencyRecorder;
  /** By shard. */
  readonly #readers: readonly TraceReader[];
  readonly #turns: readonly OpenTurns[];
  #isMarked = false;

  constructor(board: LatencyBoard, gateway: number, clock: Clock) {
    this.#clock = clock;
    this.#recorder = board.gatewayRecorder(gateway);
    const shards = Array.from({ length: board.shards }, (_, shard) => shard);
    this.#readers = shards.map((shard) => board.traceReader(shard, gateway));
    this.#turns = shards.map(() => new OpenTurns());
  }

  /** Commands received at `receivedNs` are shown to a shard at `shownNs`, ns since the origin. */
  shown(shard: number, receivedNs: number, shownNs: number): void {
    this.#turns[shard]!.add(receivedNs, shownNs);
  }

  /** Before events are taken from the rings: what the shards have told by now is about events that this turn sends. */
  mark(): void {
    this.#isMarked = false;
    for (let shard = 0; shard < this.#readers.length; shard++)
      if (this.#readers[shard]!.mark()) this.#isMarked = true;
  }

  /** What was marked has been handed to the sockets. */
  handed(): void {
    if (!this.#isMarked) return;
    const nowNs = this.#clock.nowNs();
    for (let shard = 0; shard < this.#readers.length; shard++) {
      const reader = this.#readers[shard]!;
      while (reader.next()) this.#record(reader, this.#turns[shard]!, nowNs);
    }
  }

  /** The events of a shard were lost on this gateway: nobody was handed what is marked. */
  lost(): void {
    for (const reader of this.#readers) while (reader.next()) this.#recorder.drop(reader.count);
    this.#isMarked = false;
  }

  #record(entry: TraceReader, turns: OpenTurns, nowNs: number): void {
    const recorder = this.#recorder;
    const { count, gatheredNs } = entry;
    // A turn that is not known any more, or of a gateway before this one.
    if (!turns.find(entry.stamp, gatheredNs)) {
      recorder.drop(count);
      return;
    }
    recorder.record(DECODE, turns.shownNs - turns.receivedNs, count);
    recorder.record(RING_WAIT, gatheredNs - turns.shownNs, count);
    recorder.record(RETURN, nowNs - entry.publishedNs, count);
    recorder.record(WHOLE, nowNs - turns.receivedNs, count);
  }
}
