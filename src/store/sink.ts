import type { FedRun, FeedPosition, LogFeed } from '../follower/log-feed.js';

/** A store cannot be reached at present, or not write: it is tried again. One sentence. */
export class StoreAway extends Error {}

/** The store's position is not where this writer left it: somebody else has moved it, or a commit came through unheard. */
export class PositionMoved extends Error {}

/** It will never work as it is configured: a wrong password, no such database. One sentence that says what to do. */
export class StoreRefused extends Error {}

/** What is in a store contradicts the log: it must be built anew from it. One sentence. */
export class StoreDamaged extends Error {}

/** What one write takes into a store: everything between two positions of a shard's log, or nothing. */
export interface Batch {
  /** Grows as runs are added. */
  readonly rows: number;
  from: FeedPosition;
  to: FeedPosition;
}

/**
 * One shard's way into one store. A write moves rows and position together: by compare-and-set, so that what was written
 * already is never written twice, and a second writer finds itself fenced.
 */
export interface ShardSink<B extends Batch = Batch> {
  /**
   * Connects, where there is no connection, and reads up to where the shard is in the store; sequence 0 where it is not.
   *
   * @throws StoreAway, StoreRefused
   */
  open(): Promise<FeedPosition>;
  /** Learns what it must know to go on from that position. Called before the first batch behind it. */
  begin(feed: LogFeed): Promise<void>;
  /** An empty batch; its memory may be that of one that was written. */
  makeBatch(): B;
  /** Adds a run. @throws StoreDamaged */
  add(run: FedRun, batch: B): void;
  /** No run is added to the batch any more; `to` is set. */
  seal(batch: B): void;
  /** Settles once it is in the store for good. @throws StoreAway, PositionMoved, StoreRefused */
  write(batch: B): Promise<void>;
  /** Called when a batch is in the store: its memory may be used again. */
  release(batch: B): void;
  /** Drops the connection; `open` makes another. */
  disconnect(): Promise<void>;
}
