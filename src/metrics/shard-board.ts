/*
 * Shared between threads: each shard writes its own block, gateways and the main thread read. The main thread writes
 * the stop word, shards read it.
 */

/** What a shard is doing. */
export const ShardPhase = { Starting: 0, Running: 1, Stopped: 2, Failed: 3 } as const;
export type ShardPhase = (typeof ShardPhase)[keyof typeof ShardPhase];

/**
 * What each shard says of itself, for health and metrics, and the one word by which all shards are told to stop.
 *
 * ```
 * word 0          stop: 0 run, 1 stop. Alone on 128 bytes.
 * byte 128 × (1 + shard):
 *   +0  phase, i32                    +24  groups journaled, f64
 *   +8  last sequence, f64            +32  live orders, f64
 *   +16 commands taken, f64           +40  gateways detached, f64
 * ```
 *
 * Figures are plain 64-bit stores: a reader may see one of the moment before.
 */
export class ShardBoard {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;

  static allocate(shards: number): SharedArrayBuffer {
    return new SharedArrayBuffer(128 * (1 + shards));
  }

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#numbers = new Float64Array(buffer);
  }

  get shards(): number {
    return this.#words.length / 32 - 1;
  }

  get stopping(): boolean {
    return Atomics.load(this.#words, 0) === 1;
  }

  stop(): void {
    Atomics.store(this.#words, 0, 1);
  }

  phase(shard: number): ShardPhase {
    return Atomics.load(this.#words, 32 * (1 + shard)) as ShardPhase;
  }

  setPhase(shard: number, phase: ShardPhase): void {
    Atomics.store(this.#words, 32 * (1 + shard), phase);
  }

  /** Written once per group by the shard. */
  report(shard: number, sequence: number, commands: number, liveOrders: number): void {
    const at = 16 * (1 + shard);
    this.#numbers[at + 1] = sequence;
    this.#numbers[at + 2] = this.#numbers[at + 2]! + commands;
    this.#numbers[at + 3] = this.#numbers[at + 3]! + 1;
    this.#numbers[at + 4] = liveOrders;
  }

  countDetached(shard: number): void {
    const at = 16 * (1 + shard);
    this.#numbers[at + 5] = this.#numbers[at + 5]! + 1;
  }

  /** Last sequence, commands and groups since the start, live orders, gateways detached. */
  figures(shard: number): ShardFigures {
    const at = 16 * (1 + shard);
    return {
      sequence: this.#numbers[at + 1]!,
      commands: this.#numbers[at + 2]!,
      groups: this.#numbers[at + 3]!,
      liveOrders: this.#numbers[at + 4]!,
      gatewaysDetached: this.#numbers[at + 5]!,
    };
  }
}

export interface ShardFigures {
  readonly sequence: number;
  readonly commands: number;
  readonly groups: number;
  readonly liveOrders: number;
  readonly gatewaysDetached: number;
}
