import type { Clock } from '../clock/clock.js';
import type { LatencyBoard } from '../metrics/latency-board.js';
import type { LatencyRecorder } from '../metrics/latency-recorder.js';
import { shardStages } from '../metrics/latency-stages.js';
import type { TraceWriter } from '../metrics/trace-ring.js';
import { LINE_WORDS, ORDER_RECEIVED, orderLines } from '../wire/order-record.js';

const SYNC = shardStages.indexOf('sync');
const MATCH = shardStages.indexOf('match');

/**
 * When a shard has gathered, synced and published a group. It records its own stages, once for the whole group, and tells
 * each gateway the times of its commands, once for each of the gateway's turns: they have one receive stamp.
 */
export class GroupTrace {
  readonly #clock: Clock;
  readonly #recorder: LatencyRecorder;
  /** By gateway. */
  readonly #writers: readonly TraceWriter[];
  #gatheredNs = 0;
  #syncedNs = 0;

  constructor(board: LatencyBoard, shard: number, clock: Clock) {
    this.#clock = clock;
    this.#recorder = board.shardRecorder(shard);
    this.#writers = Array.from({ length: board.gateways }, (_, gateway) => board.traceWriter(shard, gateway));
  }

  /** A gateway's commands stand in `frame`, `lines` lines from word `from` on. */
  note(gateway: number, frame: Int32Array, from: number, lines: number): void {
    if (lines === 0) return;
    const end = from + lines * LINE_WORDS;
    let stamp = frame[from + ORDER_RECEIVED]!;
    let count = 0;
    for (let at = from; at < end; at += (orderLines(frame[at]!) || 1) * LINE_WORDS) {
      const received = frame[at + ORDER_RECEIVED]!;
      if (received !== stamp) {
        this.#add(gateway, stamp, count);
        stamp = received;
        count = 0;
      }
      count++;
    }
    this.#add(gateway, stamp, count);
  }

  #add(gateway: number, stamp: number, count: number): void {
    if (!this.#writers[gateway]!.add(stamp, count)) this.#recorder.drop(count);
  }

  /** The group is gathered. */
  gathered(): void {
    this.#gatheredNs = this.#clock.nowNs();
    this.#syncedNs = this.#gatheredNs;
  }

  /** Its commands are on disk. */
  synced(commands: number): void {
    this.#syncedNs = this.#clock.nowNs();
    this.#recorder.record(SYNC, this.#syncedNs - this.#gatheredNs, commands);
  }

  /** All is matched, reads with it, and is about to be shown. */
  matched(commands: number): void {
    const nowNs = this.#clock.nowNs();
    if (commands > 0) this.#recorder.record(MATCH, nowNs - this.#syncedNs, commands);
    for (let i = 0; i < this.#writers.length; i++) this.#writers[i]!.time(this.#gatheredNs, nowNs);
  }

  /**
   * Shows the gateways their times. To be called when they can see the events, and before they are woken: an entry that is
   * seen is about events that are seen.
   */
  show(): void {
    for (let i = 0; i < this.#writers.length; i++) this.#writers[i]!.show();
  }
}
