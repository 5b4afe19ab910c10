import { Engine } from '../book/engine.js';
import { nodeDisk } from '../journal/disk.js';
import { type JournalSource, segmentNumbers } from '../journal/journal-reader.js';
import { LiveReader, type LogEnd } from '../journal/live-reader.js';
import { archiveDirectory, shardDirectory } from '../journal/segment.js';
import { BadSnapshot, snapshotSequences } from '../journal/snapshot-file.js';
import { EventFlag } from '../model/event.js';
import { Replay, type ReplayedRun, restoreSnapshot } from '../shard/recovery.js';
import { EventHash } from '../wire/event-hash.js';
import { EVENT_CODE, eventFlags, nextEvent } from '../wire/event-record.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../wire/order-record.js';
import { type FollowerStart, LOG_START } from './follower-start.js';

/** How far a reader has got: all up to a sequence, and the hash of all events until there (`EventHash`). */
export interface FeedPosition {
  readonly sequence: number;
  /** 16 hexadecimal digits; undefined where the reader has nothing yet. */
  readonly hash: string | undefined;
}

/** Commands in a row and their events. Good until the next read. */
export interface FedRun {
  readonly commands: ReplayedRun;
  /** Event records, words `from` up to `to`. */
  readonly events: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** What a reader has is not of this log. One sentence. */
export class ForeignPosition extends Error {}

/** The log that a reader needs is not there any more. One sentence. */
export class LogGone extends Error {}

/**
 * A shard's log, live or in catch-up, as commands with their events from a position on: what every store is made from. It
 * replays the log on books of its own, so it can begin wherever a snapshot or the beginning of the log is left.
 */
export class LogFeed {
  readonly #shard: number;
  readonly #reader: LiveReader;
  readonly #replay: Replay;
  readonly #from: FeedPosition;
  /** Of the events up to `from`, while those are passed over. */
  readonly #passed: EventHash;
  #isPassing: boolean;
  #isInFrame = false;
  #take: (run: FedRun) => void = () => {};

  private constructor(shard: number, reader: LiveReader, start: FollowerStart, from: FeedPosition) {
    this.#shard = shard;
    this.#reader = reader;
    this.#from = from;
    this.#passed = new EventHash();
    this.#passed.low = start.hash.low;
    this.#passed.high = start.hash.high;
    this.#isPassing = from.sequence > 0;
    this.#replay = new Replay(shard, start.engine, start.hash, (engine, run) => {
      if (this.#isPassing) this.#pass(engine.events.words, engine.events.length, run);
      else this.#take({ commands: run, events: engine.events.words, from: 0, to: engine.events.length });
    });
    if (start.position.nextSequence - 1 === from.sequence) this.#arrive();
  }

  /**
   * @param from what the reader has: it is fed what comes behind
   * @throws ForeignPosition, LogGone, BadSnapshot
   */
  static open(source: JournalSource, logEnd: LogEnd, from: FeedPosition, hashSalt = 0): LogFeed {
    const { disk = nodeDisk, directory, shard } = source;
    const start = feedStart(source, from.sequence, hashSalt);
    return new LogFeed(
      shard,
      new LiveReader({ disk, directory, shard }, start.position, logEnd),
      start,
      from,
    );
  }

  /** The books as they are behind the last run that was read. */
  get engine(): Engine {
    return this.#replay.engine;
  }

  /** True until all that the reader has was passed over: only then it is known to be of this log. */
  get isPassing(): boolean {
    return this.#isPassing;
  }

  /** Behind the last run that was read. */
  get position(): FeedPosition {
    return this.#isPassing
      ? this.#from
      : { sequence: this.#replay.engine.sequence, hash: this.#replay.hash.toString() };
  }

  /**
   * Reads some commands (a few hundred events) and hands them out, if they lie behind the position that it began from.
   * Returns false where there is nothing safe to read.
   *
   * @throws ForeignPosition; RecoveryError where the shard's events were others; JournalDamage
   */
  read(take: (run: FedRun) => void): boolean {
    this.#take = take;
    if (!this.#isInFrame) {
      const at = this.#reader.next();
      if (at < 0) return false;
      this.#replay.begin(this.#reader.words, at);
    }
    this.#isInFrame = this.#replay.step();
    return true;
  }

  close(): void {
    this.#reader.close();
  }

  /** Passes over what the reader has, and hands out what stands behind it. */
  #pass(words: Int32Array, length: number, run: ReplayedRun): void {
    const last = this.#from.sequence;
    let to = 0;
    let line = run.from;
    let sequence = run.firstSequence;
    while (line < run.to && sequence <= last) {
      // A repeated answer names the command that was answered first: only the mark of the last one says where events end.
      while ((eventFlags(words[to + EVENT_CODE]!) & EventFlag.LastOfCommand) === 0) to = nextEvent(words, to);
      to = nextEvent(words, to);
      sequence += sequencesOf(run.words, line);
      line += orderLines(run.words[line]!) * LINE_WORDS;
    }
    this.#passed.update(words, 0, to);
    if (this.#replay.engine.sequence < last) return;
    this.#arrive();
    if (to === length) return;
    this.#take({
      commands: { ...run, from: line, firstSequence: sequence },
      events: words,
      from: to,
      to: length,
    });
  }

  #arrive(): void {
    this.#isPassing = false;
    const hash = this.#passed.toString();
    if (this.#from.hash === undefined || this.#from.hash === hash) return;
    throw new ForeignPosition(
      `it holds the events of another log: up to sequence ${this.#from.sequence} of shard ${this.#shard} their hash is ${this.#from.hash}, and here ${hash}`,
    );
  }
}

/** The newest good snapshot that is not behind `sequence`, or the beginning of the log. */
function feedStart(source: JournalSource, sequence: number, hashSalt: number): FollowerStart {
  const { disk = nodeDisk, directory, shard } = source;
  for (const taken of snapshotSequences(disk, shardDirectory(directory, shard))) {
    if (taken > sequence) continue;
    try {
      return restoreSnapshot(disk, source, taken, hashSalt);
    } catch (error) {
      if (!(error instanceof BadSnapshot)) throw error;
    }
  }
  const first = [shardDirectory(directory, shard), archiveDirectory(directory, shard)].some(
    (room) => segmentNumbers(disk, room)[0] === 1,
  );
  if (!first)
    throw new LogGone(
      `shard ${shard}: the log behind sequence ${sequence} is needed, and its beginning is not in ${directory} any more; put the segments back into archive/`,
    );
  return { engine: new Engine({ shard, hashSalt }), hash: new EventHash(), position: LOG_START };
}
