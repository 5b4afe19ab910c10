/*
 * Shared between threads: each store's thread writes its own blocks; gateways, followers and the main thread read.
 */

/** What a store's pipe of one shard is doing. */
export const StoreState = { Off: 0, Starting: 1, Well: 2, Away: 3, Stopped: 4 } as const;
export type StoreState = (typeof StoreState)[keyof typeof StoreState];

/** For people, by state. */
export const storeStateNames = ['off', 'starting', 'well', 'away', 'stopped'] as const;

/** The stores that there may be, by their place on the board. */
export const storeNames = ['postgres', 'redis'] as const;
export type StoreName = (typeof storeNames)[number];

const BLOCK_BYTES = 128;

/** What a store's pipe of one shard has done and is doing. */
export interface StoreFigures {
  readonly state: StoreState;
  /** All commands up to this one are in the store; 0 while that is not known. */
  readonly sequence: number;
  readonly retries: number;
  /** Rows at which a batch is full, at present. */
  readonly batchRows: number;
  /** Rows that were read and are not in the store yet. */
  readonly waitingRows: number;
  /** While it writes. */
  readonly rowsPerSecond: number;
  /** Since the thread started. */
  readonly rows: number;
  readonly writes: number;
  readonly writeNs: number;
}

/**
 * What each store says of itself, for metrics, for retention, and for those who take orders: past a bound they take no new
 * ones.
 *
 * ```
 * byte 128 × (store × shards + shard):
 *   +0  state, i32            +16 batch size in rows, f64     +40 rows written, f64
 *   +4  retries, i32          +24 rows waiting, f64           +48 writes, f64
 *   +8  last sequence, f64    +32 rows per second, f64        +56 time in writes in ns, f64
 *   +64 last sequence of the log when the exchange started, f64: written by the main thread
 * ```
 *
 * Figures are plain 64-bit stores: a reader may see one of the moment before.
 */
export class StoreBoard {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #shards: number;

  static allocate(shards: number): SharedArrayBuffer {
    return new SharedArrayBuffer(BLOCK_BYTES * shards * storeNames.length);
  }

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#numbers = new Float64Array(buffer);
    this.#shards = buffer.byteLength / BLOCK_BYTES / storeNames.length;
  }

  name(store: number): StoreName {
    return storeNames[store]!;
  }

  state(store: number, shard: number): StoreState {
    return Atomics.load(this.#words, this.#wordOf(store, shard)) as StoreState;
  }

  setState(store: number, shard: number, state: StoreState): void {
    Atomics.store(this.#words, this.#wordOf(store, shard), state);
  }

  countRetry(store: number, shard: number): void {
    Atomics.add(this.#words, this.#wordOf(store, shard) + 1, 1);
  }

  report(
    store: number,
    shard: number,
    sequence: number,
    batchRows: number,
    rowsPerSecond: number,
    waitingRows: number,
  ): void {
    const at = this.#numberOf(store, shard);
    this.#numbers[at + 1] = sequence;
    this.#numbers[at + 2] = batchRows;
    this.#numbers[at + 3] = waitingRows;
    this.#numbers[at + 4] = rowsPerSecond;
  }

  countWrite(store: number, shard: number, rows: number, tookNs: number): void {
    const at = this.#numberOf(store, shard);
    this.#numbers[at + 5]! += rows;
    this.#numbers[at + 6]! += 1;
    this.#numbers[at + 7]! += tookNs;
  }

  figures(store: number, shard: number): StoreFigures {
    const at = this.#numberOf(store, shard);
    const numbers = this.#numbers;
    return {
      state: this.state(store, shard),
      sequence: numbers[at + 1]!,
      retries: Atomics.load(this.#words, this.#wordOf(store, shard) + 1),
      batchRows: numbers[at + 2]!,
      waitingRows: numbers[at + 3]!,
      rowsPerSecond: numbers[at + 4]!,
      rows: numbers[at + 5]!,
      writes: numbers[at + 6]!,
      writeNs: numbers[at + 7]!,
    };
  }

  /** Main thread: there will be this store. */
  begin(store: number, shard: number, lastSequence: number): void {
    this.#numbers[this.#numberOf(store, shard) + 8] = lastSequence;
    this.setState(store, shard, StoreState.Starting);
  }

  /**
   * By how many commands the store that is furthest behind is behind a shard that stands at `lastSequence`. One that was not
   * reached yet counts from the start of the exchange.
   */
  backlog(shard: number, lastSequence: number): number {
    let most = 0;
    for (let store = 0; store < storeNames.length; store++)
      most = Math.max(most, this.behind(store, shard, lastSequence));
    return most;
  }

  /** By how many commands one store is behind; 0 where there is none. */
  behind(store: number, shard: number, lastSequence: number): number {
    if (this.state(store, shard) === StoreState.Off) return 0;
    const at = this.#numberOf(store, shard);
    return lastSequence - (this.#numbers[at + 1]! || this.#numbers[at + 8]!);
  }

  /** The sequence that every store of a shard has; infinity where there is no store. */
  lowestSequence(shard: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (let store = 0; store < storeNames.length; store++)
      if (this.state(store, shard) !== StoreState.Off)
        lowest = Math.min(lowest, this.#numbers[this.#numberOf(store, shard) + 1]!);
    return lowest;
  }

  #wordOf(store: number, shard: number): number {
    return ((store * this.#shards + shard) * BLOCK_BYTES) / 4;
  }

  #numberOf(store: number, shard: number): number {
    return ((store * this.#shards + shard) * BLOCK_BYTES) / 8;
  }
}
