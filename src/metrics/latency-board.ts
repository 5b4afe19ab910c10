/*
 * Shared between threads: the memory of all latency recorders and trace rings; each of them says who writes it. The thread
 * that allocates it writes the first 128 bytes, once.
 */
import { LatencyCounts } from './latency-counts.js';
import { LatencyRecorder } from './latency-recorder.js';
import { gatewayStages, type LatencyStage, shardStages } from './latency-stages.js';
import { TRACE_RING_BYTES, TraceReader, TraceWriter } from './trace-ring.js';

const HEAD_BYTES = 128;
const SHARD_BYTES = LatencyRecorder.bytes(shardStages.length);
const GATEWAY_BYTES = LatencyRecorder.bytes(gatewayStages.length);

/**
 * How long the commands have taken, stage by stage: a recorder for each thread, and the rings by which shards tell gateways
 * of the times that only they know.
 *
 * ```
 * word 0  shards      word 1  gateways
 * byte 128            recorders of the shards, recorders of the gateways, trace rings (shard by shard, by gateway)
 * ```
 */
export class LatencyBoard {
  readonly #buffer: SharedArrayBuffer;
  readonly #shards: number;
  readonly #gateways: number;
  readonly #recorders: readonly LatencyRecorder[];

  static allocate(shards: number, gateways: number): SharedArrayBuffer {
    const recorders = SHARD_BYTES * shards + GATEWAY_BYTES * gateways;
    const buffer = new SharedArrayBuffer(HEAD_BYTES + recorders + TRACE_RING_BYTES * shards * gateways);
    new Int32Array(buffer).set([shards, gateways]);
    return buffer;
  }

  /** Any thread, on memory from `allocate`. */
  constructor(buffer: SharedArrayBuffer) {
    const [shards, gateways] = new Int32Array(buffer, 0, 2);
    this.#buffer = buffer;
    this.#shards = shards!;
    this.#gateways = gateways!;
    this.#recorders = [
      ...Array.from({ length: this.#shards }, (_, shard) => this.shardRecorder(shard)),
      ...Array.from({ length: this.#gateways }, (_, gateway) => this.gatewayRecorder(gateway)),
    ];
  }

  get shards(): number {
    return this.#shards;
  }

  get gateways(): number {
    return this.#gateways;
  }

  /** Records `shardStages`. */
  shardRecorder(shard: number): LatencyRecorder {
    return new LatencyRecorder(this.#buffer, HEAD_BYTES + SHARD_BYTES * shard, shardStages);
  }

  /** Records `gatewayStages`. */
  gatewayRecorder(gateway: number): LatencyRecorder {
    const at = HEAD_BYTES + SHARD_BYTES * this.#shards + GATEWAY_BYTES * gateway;
    return new LatencyRecorder(this.#buffer, at, gatewayStages);
  }

  traceWriter(shard: number, gateway: number): TraceWriter {
    return new TraceWriter(this.#buffer, this.#traceByte(shard, gateway));
  }

  traceReader(shard: number, gateway: number): TraceReader {
    return new TraceReader(this.#buffer, this.#traceByte(shard, gateway));
  }

  /** What all threads have recorded of a stage since the start. */
  merged(stage: LatencyStage): LatencyCounts {
    const counts = new LatencyCounts();
    for (const recorder of this.#recorders) {
      const place = recorder.stages.indexOf(stage);
      if (place >= 0) counts.merge(recorder, place);
    }
    return counts;
  }

  /** Commands since the start of which no times could be kept. */
  get dropped(): number {
    return this.#recorders.reduce((sum, recorder) => sum + recorder.dropped, 0);
  }

  #traceByte(shard: number, gateway: number): number {
    const recorders = SHARD_BYTES * this.#shards + GATEWAY_BYTES * this.#gateways;
    return HEAD_BYTES + recorders + TRACE_RING_BYTES * (shard * this.#gateways + gateway);
  }
}
