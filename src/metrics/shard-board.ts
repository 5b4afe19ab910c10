/*
 * Shared between threads: each shard writes its own block but for `diverged` and the last line, which its follower writes,
 * and `restarts`, which the main thread writes, as it does the stop word; gateways count instruments up; gateways, followers and the main thread read.
 */

import type { Drill } from './drill.js';

/** What a shard is doing. A halted one goes on only by a restart of the exchange. */
export const ShardPhase = {
  Starting: 0,
  Running: 1,
  Stopped: 2,
  Failed: 3,
  Recovering: 4,
  Halted: 5,
} as const;
export type ShardPhase = (typeof ShardPhase)[keyof typeof ShardPhase];

/** For people, by phase. */
export const shardPhaseNames = ['starting', 'running', 'stopped', 'failed', 'recovering', 'halted'] as const;

/** How a shard gets on with its disk: `Reserve` takes cancels only, `Failing` nothing at all. */
export const DiskState = { Well: 0, Reserve: 1, Failing: 2 } as const;
export type DiskState = (typeof DiskState)[keyof typeof DiskState];

export const diskStateNames = ['well', 'reserve', 'failing'] as const;

/**
 * What each shard says of itself, for health and metrics, and the one word by which all shards are told to stop.
 *
 * ```
 * word 0          stop: 0 run, 1 stop. The first 128 bytes are shared by all shards.
 * word 1          highest number of an instrument that was ever given
 * byte 128 + 256 × shard:
 *   +0  phase, i32                    +32  live orders, f64
 *   +4  restarts, i32                 +40  gateways detached, f64
 *   +8  last sequence, f64            +48  last sequence whose events all gateways have, f64
 *   +16 commands taken, f64           +56  state of the disk, i32
 *   +24 groups journaled, f64         +60  diverged: 1 where its follower found other events, i32
 *   +128 segment of the journal that is written, i32    +132  byte at which its safe frames end, i32
 *   +136 drill that the main thread asks for, i32
 *   +192 last sequence that its follower replayed, f64  +200  sequence of the newest snapshot, f64
 * ```
 *
 * Figures are plain 64-bit stores: a reader may see one of the moment before.
 */
export class ShardBoard {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;

  static allocate(shards: number): SharedArrayBuffer {
    return new SharedArrayBuffer(128 + 256 * shards);
  }

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#numbers = new Float64Array(buffer);
  }

  get shards(): number {
    return (this.#words.length - 32) / 64;
  }

  get stopping(): boolean {
    return Atomics.load(this.#words, 0) === 1;
  }

  stop(): void {
    Atomics.store(this.#words, 0, 1);
  }

  /** Main thread: the highest number of an instrument so far. */
  setLastInstrument(id: number): void {
    Atomics.store(this.#words, 1, id);
  }

  /** Any gateway: a number for an instrument that nobody has yet. */
  nextInstrument(): number {
    return Atomics.add(this.#words, 1, 1) + 1;
  }

  phase(shard: number): ShardPhase {
    return Atomics.load(this.#words, wordOf(shard) + PHASE) as ShardPhase;
  }

  setPhase(shard: number, phase: ShardPhase): void {
    Atomics.store(this.#words, wordOf(shard) + PHASE, phase);
  }

  /** How often the thread of a shard was started anew. */
  restarts(shard: number): number {
    return Atomics.load(this.#words, wordOf(shard) + RESTARTS);
  }

  countRestart(shard: number): void {
    Atomics.add(this.#words, wordOf(shard) + RESTARTS, 1);
  }

  disk(shard: number): DiskState {
    return Atomics.load(this.#words, wordOf(shard) + DISK) as DiskState;
  }

  setDisk(shard: number, state: DiskState): void {
    Atomics.store(this.#words, wordOf(shard) + DISK, state);
  }

  /** True once the follower has found that the shard's events are not those of its log. */
  diverged(shard: number): boolean {
    return Atomics.load(this.#words, wordOf(shard) + DIVERGED) === 1;
  }

  setDiverged(shard: number): void {
    Atomics.store(this.#words, wordOf(shard) + DIVERGED, 1);
  }

  /** What the shard is to do to itself. */
  drill(shard: number): Drill {
    return Atomics.load(this.#words, wordOf(shard) + DRILL) as Drill;
  }

  setDrill(shard: number, drill: Drill): void {
    Atomics.store(this.#words, wordOf(shard) + DRILL, drill);
  }

  /** Shard: how far its journal is safe. */
  setJournalEnd(shard: number, segment: number, end: number): void {
    const at = wordOf(shard);
    // A reader looks at the segment, the end, and the segment again: in between the end is the new segment's or less.
    if (this.#words[at + SEGMENT] !== segment) {
      Atomics.store(this.#words, at + END, 0);
      Atomics.store(this.#words, at + SEGMENT, segment);
    }
    Atomics.store(this.#words, at + END, end);
  }

  /** The segment that a shard writes, 0 before the first. */
  journalSegment(shard: number): number {
    return Atomics.load(this.#words, wordOf(shard) + SEGMENT);
  }

  /** The byte at which the safe frames of the segment that is written end; may be too small for a moment. */
  journalEnd(shard: number): number {
    return Atomics.load(this.#words, wordOf(shard) + END);
  }

  /** Written once per group by the shard. */
  report(shard: number, sequence: number, commands: number, liveOrders: number): void {
    const at = numberOf(shard);
    this.#numbers[at + 1] = sequence;
    this.#numbers[at + 2] = this.#numbers[at + 2]! + commands;
    this.#numbers[at + 3] = this.#numbers[at + 3]! + 1;
    this.#numbers[at + 4] = liveOrders;
  }

  countDetached(shard: number): void {
    const at = numberOf(shard);
    this.#numbers[at + 5] = this.#numbers[at + 5]! + 1;
  }

  /** Shard: all gateways can see the events of the commands up to this sequence. */
  setPublished(shard: number, sequence: number): void {
    this.#numbers[numberOf(shard) + 6] = sequence;
  }

  published(shard: number): number {
    return this.#numbers[numberOf(shard) + 6]!;
  }

  /** Follower: how far it is, and the newest snapshot. */
  reportFollower(shard: number, sequence: number, snapshot: number): void {
    const at = numberOf(shard);
    this.#numbers[at + 24] = sequence;
    this.#numbers[at + 25] = snapshot;
  }

  followed(shard: number): { readonly sequence: number; readonly snapshot: number } {
    const at = numberOf(shard);
    return { sequence: this.#numbers[at + 24]!, snapshot: this.#numbers[at + 25]! };
  }

  /** Last sequence, commands and groups since the start, live orders, gateways detached. */
  figures(shard: number): ShardFigures {
    const at = numberOf(shard);
    return {
      sequence: this.#numbers[at + 1]!,
      commands: this.#numbers[at + 2]!,
      groups: this.#numbers[at + 3]!,
      liveOrders: this.#numbers[at + 4]!,
      gatewaysDetached: this.#numbers[at + 5]!,
    };
  }
}

const PHASE = 0;
const RESTARTS = 1;
const DISK = 14;
const DIVERGED = 15;
const SEGMENT = 32;
const END = 33;
const DRILL = 34;

function wordOf(shard: number): number {
  return 32 + 64 * shard;
}

function numberOf(shard: number): number {
  return 16 + 32 * shard;
}

export interface ShardFigures {
  readonly sequence: number;
  readonly commands: number;
  readonly groups: number;
  readonly liveOrders: number;
  readonly gatewaysDetached: number;
}
