import type { Clock } from '../clock/clock.js';
import { type FeedPosition, ForeignPosition, LogFeed } from '../follower/log-feed.js';
import type { JournalSource } from '../journal/journal-reader.js';
import type { LogEnd } from '../journal/live-reader.js';
import type { StoreBoard, StoreState } from '../metrics/store-board.js';
import { StoreState as State } from '../metrics/store-board.js';
import {
  CATCH_UP_FACTOR,
  LONGEST_STORE_RETRY_MS,
  STORE_CATCH_UP_COMMANDS,
  STORE_RETRY_MS,
} from '../model/limits.js';
import type { Doorbell } from '../ring/doorbell.js';
import { AdaptiveBatcher } from './adaptive-batcher.js';
import type { OutageNews } from './outage-news.js';
import { type Batch, PositionMoved, type ShardSink, StoreAway, StoreRefused } from './sink.js';

/** How long it reads on before others get a turn of the event loop: what is written meanwhile must go on. */
const READ_NS = 1_000_000;

/** What a pipe works with, whatever it carries the log into. */
export interface PipeSettings {
  readonly source: JournalSource;
  readonly logEnd: LogEnd;
  /** The last sequence of the log that is safe. */
  readonly lastSequence: () => number;
  readonly clock: Clock;
  readonly board: StoreBoard;
  /** Of the store, on the board. */
  readonly store: number;
  readonly shard: number;
  readonly writeTargetNs: number;
  /** How long the newest events may wait: writes that are not full begin no faster than that. */
  readonly delayMs: number;
  readonly hashSalt?: number;
  /** Rung when the log has grown, and to have it look at what it was told. */
  readonly doorbell: Doorbell;
  readonly news: OutageNews;
  /** Called each time the store was reached, with the position in it. */
  readonly reached?: (position: FeedPosition) => void;
}

export interface ShardPipeParts<B extends Batch> extends PipeSettings {
  readonly sink: ShardSink<B>;
}

/** A pipe, whatever its batches are. */
export type Pipe = Pick<ShardPipe<Batch>, 'run' | 'finish' | 'stop' | 'close' | 'position'>;

/**
 * Carries a shard's log into a store: reads, gathers a batch while the one before it is written, and goes on from the store's
 * own position after whatever happened. Nothing is read on while the store is away: what waits stands in the log.
 */
export class ShardPipe<B extends Batch> {
  readonly #parts: ShardPipeParts<B>;
  readonly #batcher: AdaptiveBatcher;
  #feed: LogFeed | undefined;
  /** Sealed and not known to be in the store, in order. */
  #pending: B[] = [];
  #gathering: B | undefined;
  #writing: Promise<void> | undefined;
  /** When the last write began. */
  #begunNs = Number.NEGATIVE_INFINITY;
  #position: FeedPosition = { sequence: 0, hash: undefined };
  #isFinishing = false;
  #isStopped = false;

  constructor(parts: ShardPipeParts<B>) {
    this.#parts = parts;
    this.#batcher = new AdaptiveBatcher();
  }

  /** Up to where the store is known to be complete. */
  get position(): FeedPosition {
    return this.#position;
  }

  /** Ends once all that is in the log is in the store; without the rest where the store is away. */
  finish(): void {
    this.#isFinishing = true;
    this.#parts.doorbell.ring();
  }

  /** Ends as soon as it can. */
  stop(): void {
    this.#isStopped = true;
    this.#parts.doorbell.ring();
  }

  /**
   * Works until it is told to finish.
   *
   * @throws StoreRefused at the first attempt; ForeignPosition, LogGone, StoreDamaged; what reading the log throws
   */
  async run(): Promise<void> {
    const { news, shard } = this.#parts;
    let retryMs = STORE_RETRY_MS;
    let wasReached = false;
    while (!this.#isStopped) {
      try {
        this.#show(State.Starting);
        await this.#open();
        wasReached = true;
        news.back(shard);
        retryMs = STORE_RETRY_MS;
        this.#show(State.Well);
        await this.#pump();
        return;
      } catch (error) {
        if (error instanceof StoreRefused && !wasReached) throw error;
        if (!(error instanceof StoreAway || error instanceof PositionMoved || error instanceof StoreRefused))
          throw error;
        this.#writing = undefined;
        this.#show(State.Away);
        this.#parts.board.countRetry(this.#parts.store, this.#parts.shard);
        news.away(shard, error.message);
        await this.#parts.sink.disconnect();
        const isMoved = error instanceof PositionMoved;
        // Nobody waits for a store that is away while the exchange ends: the log has it all.
        if (this.#isFinishing && !isMoved) return;
        await pause(isMoved ? STORE_RETRY_MS : retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_STORE_RETRY_MS);
      }
    }
  }

  close(): void {
    this.#feed?.close();
    this.#show(State.Stopped);
  }

  /** Finds out where the store is, and what of the batches under way it has. */
  async #open(): Promise<void> {
    const { sink, reached } = this.#parts;
    const stored = await sink.open();
    if (stored.sequence > this.#parts.lastSequence())
      throw new ForeignPosition(
        `it is at sequence ${stored.sequence} of shard ${this.#parts.shard}, and the log ends at ${this.#parts.lastSequence()}: it holds another log, or this one was restored from an older copy`,
      );
    while (isAt(stored, this.#pending[0]?.to)) this.#committed(this.#pending.shift()!);
    const expected = this.#pending[0]?.from ?? this.#gathering?.from ?? this.#feed?.position;
    if (!isAt(stored, expected)) await this.#beginAt(stored);
    this.#setPosition(stored);
    reached?.(stored);
  }

  /** Reads the log anew from there: at the first start, and where the store is elsewhere than it was left. */
  async #beginAt(stored: FeedPosition): Promise<void> {
    const { source, logEnd, hashSalt, sink } = this.#parts;
    this.#feed?.close();
    this.#pending = [];
    this.#gathering = undefined;
    this.#feed = LogFeed.open(source, logEnd, stored, hashSalt);
    await sink.begin(this.#feed);
    await this.#passOver(this.#feed);
  }

  /** Before it counts as reached: what a store has may be of another log. */
  async #passOver(feed: LogFeed): Promise<void> {
    const { sink, clock } = this.#parts;
    const batch = this.#newBatch(feed.position);
    this.#gathering = batch;
    while (feed.isPassing && !this.#isStopped) {
      const until = clock.nowNs() + READ_NS;
      let isMore = true;
      while (isMore && feed.isPassing && clock.nowNs() < until)
        isMore = feed.read((run) => sink.add(run, batch));
      // What the shard has told it did is a moment later in its log.
      await (isMore ? turnOfOthers() : pause(1));
    }
  }

  async #pump(): Promise<void> {
    for (;;) {
      this.#startWriting();
      if (this.#gather()) await turnOfOthers();
      else if (this.#writing !== undefined) await this.#writing;
      else if (this.#isStopped || (this.#isFinishing && !this.#hasGathered)) return;
      else await this.#rest();
    }
  }

  get #hasGathered(): boolean {
    return (this.#gathering?.rows ?? 0) > 0;
  }

  /** Until the next small batch is due; where there is none, until the log has grown. */
  async #rest(): Promise<void> {
    const { doorbell, delayMs } = this.#parts;
    if (this.#hasGathered) {
      await pause(Math.max(1, this.#dueInNs() / 1e6));
      return;
    }
    doorbell.prepare();
    if (this.#gather() || this.#hasGathered || this.#isFinishing || this.#isStopped) {
      doorbell.stay();
      return;
    }
    await new Promise<void>((resolve) => {
      if (!doorbell.whenRung(resolve)) resolve();
    });
    await pause(delayMs);
  }

  #dueInNs(): number {
    return this.#isFinishing ? 0 : this.#begunNs + this.#parts.delayMs * 1e6 - this.#parts.clock.nowNs();
  }

  #startWriting(): void {
    const batch = this.#pending[0];
    if (batch === undefined || this.#writing !== undefined) return;
    this.#writing = this.#write(batch);
    // Its error is seen where it is waited for.
    this.#writing.catch(() => {});
  }

  async #write(batch: B): Promise<void> {
    const { sink, clock, board, store, shard } = this.#parts;
    this.#begunNs = clock.nowNs();
    await sink.write(batch);
    const tookNs = clock.nowNs() - this.#begunNs;
    this.#batcher.learn(batch.rows, tookNs, this.#targetNs(batch.to.sequence));
    board.countWrite(store, shard, batch.rows, tookNs);
    this.#pending.shift();
    this.#writing = undefined;
    this.#committed(batch);
  }

  /** Longer where it is far behind. */
  #targetNs(sequence: number): number {
    const { lastSequence, writeTargetNs } = this.#parts;
    const isFarBehind = lastSequence() - sequence > STORE_CATCH_UP_COMMANDS;
    return isFarBehind ? writeTargetNs * CATCH_UP_FACTOR : writeTargetNs;
  }

  #committed(batch: B): void {
    this.#setPosition(batch.to);
    this.#parts.sink.release(batch);
  }

  /**
   * Gathers the next batch, for a moment. One batch is written, one waits behind it: that is all that is held in memory.
   * Returns false where there is nothing to gather before a write is done or the log has grown.
   */
  #gather(): boolean {
    if (this.#isStopped || this.#pending.length > 1) return false;
    const { sink, clock } = this.#parts;
    const feed = this.#feed!;
    this.#gathering ??= this.#newBatch(feed.position);
    const batch = this.#gathering;
    const until = clock.nowNs() + READ_NS;
    let isMore = true;
    while (isMore && batch.rows < this.#batcher.size && clock.nowNs() < until)
      isMore = feed.read((run) => sink.add(run, batch));
    const isFull = batch.rows >= this.#batcher.size;
    const isDue = this.#pending.length === 0 && !isMore && batch.rows > 0 && this.#dueInNs() <= 0;
    if (isFull || isDue) {
      batch.to = feed.position;
      sink.seal(batch);
      this.#pending.push(batch);
      this.#gathering = undefined;
    }
    return isMore || isDue;
  }

  #newBatch(from: FeedPosition): B {
    const batch = this.#parts.sink.makeBatch();
    batch.from = from;
    return batch;
  }

  #setPosition(position: FeedPosition): void {
    this.#position = position;
    const waiting = this.#pending.reduce((rows, batch) => rows + batch.rows, this.#gathering?.rows ?? 0);
    const { board, store, shard } = this.#parts;
    board.report(store, shard, position.sequence, this.#batcher.size, this.#batcher.rowsPerSecond, waiting);
  }

  #show(state: StoreState): void {
    this.#parts.board.setState(this.#parts.store, this.#parts.shard, state);
  }
}

/** The same place of the same log: another log may have as many commands. */
function isAt(stored: FeedPosition, position: FeedPosition | undefined): boolean {
  if (position === undefined || stored.sequence !== position.sequence) return false;
  return stored.sequence === 0 || stored.hash === position.hash;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
