import type { Engine } from '../book/engine.js';
import type { Disk } from '../journal/disk.js';
import { LiveReader, type LogEnd } from '../journal/live-reader.js';
import type { LogPosition } from '../journal/log-position.js';
import { shardDirectory } from '../journal/segment.js';
import { SnapshotWriting } from '../journal/snapshot-file.js';
import { SNAPSHOT_COMMANDS } from '../model/limits.js';
import { Replay } from '../shard/recovery.js';
import type { EventHash } from '../wire/event-hash.js';
import { type EventFilter, EventHistory, type Missed, type Tail } from './event-history.js';
import { type OldSegments, Retention } from './retention.js';
import { WatchedInstruments } from './watched-instruments.js';

export interface FollowerParts {
  readonly directory: string;
  readonly shard: number;
  readonly disk: Disk;
  /** Where it begins: an engine, the hash of the events before, and the place in the log. */
  readonly engine: Engine;
  readonly hash: EventHash;
  readonly position: LogPosition;
  readonly logEnd: LogEnd;
  readonly oldSegments: OldSegments;
  /** Syncs the log before a snapshot that goes beyond what is synced: where the log is left to the operating system. */
  readonly syncLog?: boolean;
  readonly snapshotCommands?: number;
  readonly historyBytes?: number | undefined;
  /** Sequence that every store has: what the log holds behind it stays. */
  readonly lowestReader?: () => number;
  /** Commands whose events clients can be given at least, for which old snapshots and segments stay. */
  readonly resumeCommands?: number | undefined;
}

/** A client that has reconnected and wants what it missed. */
export interface ResumeRequest {
  readonly accounts: readonly number[];
  /** The last event that it saw: sequence of its command, and index; 0 and 0 for one that saw none. */
  readonly sequence: number;
  readonly index: number;
}

/** What a resume request is answered with: all events up to that sequence. */
export interface ResumeAnswer extends Missed {
  readonly upTo: number;
}

/** The events of an account or an order behind a sequence, up to another one. */
export interface TailAnswer extends Tail {
  readonly upTo: number;
}

/** A snapshot that was taken. */
export interface TakenSnapshot {
  readonly sequence: number;
  readonly path: string;
  readonly bytes: number;
}

/**
 * The reader beside a shard: replays the shard's log on books of its own, finds out where the shard's events were others,
 * keeps the last events for clients that reconnect, and writes snapshots, so that matching never pauses for one.
 */
export class Follower {
  /** What is told of instruments as it is replayed. */
  readonly watched: WatchedInstruments;
  readonly #parts: FollowerParts;
  readonly #replay: Replay;
  readonly #reader: LiveReader;
  readonly #history: EventHistory;
  readonly #retention: Retention;
  #writing: SnapshotWriting | undefined;
  #isWanted = false;
  #newest: TakenSnapshot;
  /** Sequence up to which there is a snapshot, or a writing was begun. */
  #snapshotAt: number;

  constructor(parts: FollowerParts) {
    const { engine, hash, shard, directory, disk } = parts;
    this.#parts = parts;
    this.#history = new EventHistory(engine.sequence, parts.historyBytes);
    this.watched = new WatchedInstruments(engine);
    this.#replay = new Replay(shard, engine, hash, ({ events }) => {
      this.#history.add(events.words, events.length);
      this.watched.take(events.words, events.length);
    });
    this.#reader = new LiveReader({ directory, shard, disk }, parts.position, parts.logEnd);
    this.#retention = new Retention(
      disk,
      directory,
      shard,
      parts.oldSegments,
      parts.resumeCommands,
      parts.lowestReader,
    );
    this.#snapshotAt = this.#retention.newest;
    this.#newest = { sequence: this.#snapshotAt, path: this.#retention.pathOf(this.#snapshotAt), bytes: 0 };
  }

  /** The newest snapshot that is on disk; sequence 0 where there is none. */
  get newestSnapshot(): TakenSnapshot {
    return this.#newest;
  }

  /** Sequence of the last command that was replayed. */
  get sequence(): number {
    return this.#replay.engine.sequence;
  }

  get engine(): Engine {
    return this.#replay.engine;
  }

  /** The commands after this one are those whose events are kept. */
  get historyBefore(): number {
    return this.#history.before;
  }

  /**
   * Replays what is safe and was not replayed yet, a chunk of it. Returns false where there was nothing.
   *
   * @throws RecoveryError where the shard's events were others; JournalDamage
   */
  read(): boolean {
    const isMore = this.#reader.read(this.#replay.take);
    if (this.sequence - this.#snapshotAt >= (this.#parts.snapshotCommands ?? SNAPSHOT_COMMANDS))
      this.#isWanted = true;
    return isMore;
  }

  /** Has a snapshot written of where the follower is by then. Does nothing where there is one, or one is under way. */
  wantSnapshot(): void {
    if (this.#writing === undefined && this.sequence > this.#snapshotAt) this.#isWanted = true;
  }

  /**
   * Goes on with the snapshot that is wanted, a chunk of it. Returns the snapshot once it is whole.
   *
   * @throws the disk's error; then the snapshot is given up until the next one is due
   */
  write(): TakenSnapshot | undefined {
    if (this.#writing === undefined) {
      if (!this.#isWanted) return undefined;
      this.#isWanted = false;
      this.#begin();
      return undefined;
    }
    const writing = this.#writing;
    try {
      if (!writing.step()) return undefined;
    } catch (error) {
      this.#writing = undefined;
      throw error;
    }
    this.#writing = undefined;
    this.#newest = { sequence: writing.sequence, path: writing.path, bytes: writing.bytes };
    this.#retention.taken();
    return this.#newest;
  }

  /** True where `write` has something to do. */
  get hasToWrite(): boolean {
    return this.#isWanted || this.#writing !== undefined;
  }

  resume({ accounts, sequence, index }: ResumeRequest): ResumeAnswer {
    return { ...this.#history.missed(accounts, sequence, index), upTo: this.sequence };
  }

  tail(of: EventFilter, after: number): TailAnswer {
    return { ...this.#history.tail(of, after), upTo: this.sequence };
  }

  close(): void {
    this.#reader.close();
    this.#writing?.abandon();
  }

  #begin(): void {
    const { disk, directory, shard } = this.#parts;
    const { engine, hash } = this.#replay;
    // Also where it fails: the next one is tried when so many commands have passed again.
    this.#snapshotAt = engine.sequence;
    const head = { position: this.#reader.position, hash: { low: hash.low, high: hash.high } };
    if (this.#parts.syncLog === true) this.#retention.syncLog(head.position.segment);
    this.#writing = new SnapshotWriting(
      disk,
      shardDirectory(directory, shard),
      shard,
      head,
      engine.snapshot(),
    );
  }
}
