import { allocateMarketBoard, isMarketBoardBegun } from '../follower/market-board.js';

/** A gateway, as far as it watches. */
export interface Watcher {
  /** The board of what was asked for by this number; undefined where there is none, or none any more. */
  watched(id: number, board: SharedArrayBuffer | undefined): void;
}

/** The followers, by shard, as far as they tell of instruments. */
export interface MarketTeller {
  watch(instrument: number, board: SharedArrayBuffer): void;
  unwatch(instrument: number): void;
}

interface Watched {
  readonly shard: number;
  readonly board: SharedArrayBuffer;
  /** Gateways, each with its number for it. */
  readonly watchers: Map<Watcher, number>;
  isTold: boolean;
}

/**
 * The boards on which followers tell of instruments: one per instrument that a gateway watches. It outlives a follower that dies,
 * and goes when the last gateway has lost interest.
 */
export class MarketBoards {
  readonly #followers: readonly MarketTeller[];
  readonly #byInstrument = new Map<number, Watched>();

  /** @param followers by shard; none where they are off */
  constructor(followers: readonly MarketTeller[]) {
    this.#followers = followers;
  }

  /** A gateway watches an instrument, which it does once at a time, and is told when the follower has begun. */
  watch(watcher: Watcher, id: number, instrument: number, shard: number): void {
    const known = this.#byInstrument.get(instrument);
    if (known !== undefined) {
      known.watchers.set(watcher, id);
      if (known.isTold) watcher.watched(id, known.board);
      return;
    }
    const follower = this.#followers[shard];
    if (follower === undefined) {
      watcher.watched(id, undefined);
      return;
    }
    const board = allocateMarketBoard();
    this.#byInstrument.set(instrument, { shard, board, watchers: new Map([[watcher, id]]), isTold: false });
    follower.watch(instrument, board);
  }

  unwatch(watcher: Watcher, id: number): void {
    for (const [instrument, { shard, watchers }] of this.#byInstrument) {
      if (watchers.get(watcher) !== id) continue;
      watchers.delete(watcher);
      if (watchers.size > 0) return;
      this.#byInstrument.delete(instrument);
      this.#followers[shard]?.unwatch(instrument);
      return;
    }
  }

  /** A follower has begun to tell of an instrument, or is gone for good. */
  told(instrument: number, isThere: boolean): void {
    const watched = this.#byInstrument.get(instrument);
    if (watched === undefined) return;
    // A follower that took the place of another says it again; and what it says may be of a board that is gone.
    if (isThere && (watched.isTold || !isMarketBoardBegun(watched.board))) return;
    watched.isTold = isThere;
    if (!isThere) this.#byInstrument.delete(instrument);
    for (const [watcher, id] of watched.watchers) watcher.watched(id, isThere ? watched.board : undefined);
  }
}
