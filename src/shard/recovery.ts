import { Engine } from '../book/engine.js';
import type { Disk } from '../journal/disk.js';
import { nodeDisk } from '../journal/disk.js';
import {
  FRAME_FIRST_SEQUENCE,
  FRAME_HASH_HIGH,
  FRAME_HASH_LOW,
  FRAME_HEADER_WORDS,
  FRAME_SEQUENCES,
  FRAME_TIME,
  frameEnd,
} from '../journal/frame.js';
import {
  type JournalSource,
  type JournalSummary,
  PositionMismatch,
  readJournal,
} from '../journal/journal-reader.js';
import type { LogPosition } from '../journal/log-position.js';
import { shardDirectory } from '../journal/segment.js';
import { BadSnapshot, readSnapshot, snapshotSequences } from '../journal/snapshot-file.js';
import { EventHash } from '../wire/event-hash.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../wire/order-record.js';
import { readWhole } from '../wire/words.js';

/** A log whose frames are whole but which this program does not replay to the same events. */
export class RecoveryError extends Error {}

/** Commands in a row of one frame that were replayed together. */
export interface ReplayedRun {
  /** Hold the records, from word `from` up to `to`. */
  readonly words: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly firstSequence: number;
  /** Time of the frame. */
  readonly timeLow: number;
  readonly timeHigh: number;
}

/** Called with the events of some replayed commands in a row, before they are cleared. The run is used again. */
export type OnReplayed = (engine: Engine, run: ReplayedRun) => void;

/** Events past this many words are hashed before the rest of a large frame is replayed: they are in the cache still. */
const FLUSH_WORDS = 1 << 13;

/**
 * Replays frames into an engine. Each frame names the hash of all events before it, so an engine that matches otherwise
 * than the one that wrote the log is found out at the first frame that differs.
 */
export class Replay {
  readonly engine: Engine;
  readonly hash: EventHash;
  readonly #shard: number;
  readonly #onReplayed: OnReplayed | undefined;
  /** First and last sequence of the frame before: it is whose events a different hash is about. */
  #first = 0;
  #last = 0;
  /** The frame under way: its first sequence, the one behind its last, and the word at which it ends. */
  #frameFirst = 0;
  #frameNext = 0;
  #end = 0;
  #nextSequence = 0;
  readonly #run = {
    words: new Int32Array(0) as Int32Array,
    from: 0,
    to: 0,
    firstSequence: 0,
    timeLow: 0,
    timeHigh: 0,
  };

  constructor(shard: number, engine: Engine, hash: EventHash, onReplayed?: OnReplayed) {
    this.#shard = shard;
    this.engine = engine;
    this.hash = hash;
    this.#onReplayed = onReplayed;
    this.#last = engine.sequence;
    this.#first = engine.sequence;
  }

  /** Replays the frame at word `at`. @throws RecoveryError where its hash is not that of the events before it */
  readonly take = (words: Int32Array, at: number): void => {
    this.begin(words, at);
    while (this.step());
  };

  /** Begins with the frame at word `at`. @throws RecoveryError where its hash is not that of the events before it */
  begin(words: Int32Array, at: number): void {
    const { hash } = this;
    if (words[at + FRAME_HASH_LOW] !== hash.low || words[at + FRAME_HASH_HIGH] !== hash.high)
      throw new RecoveryError(
        `shard ${this.#shard}: the events of the commands ${this.#first} to ${this.#last} do not come out as they were when the log was written; ` +
          'this program matches by other rules than the one that wrote it, or one of the two made a mistake',
      );
    const run = this.#run;
    run.words = words;
    run.to = at + FRAME_HEADER_WORDS;
    run.timeLow = words[at + FRAME_TIME]!;
    run.timeHigh = words[at + FRAME_TIME + 1]!;
    this.#frameFirst = readWhole(words, at + FRAME_FIRST_SEQUENCE);
    this.#nextSequence = this.#frameFirst;
    this.#frameNext = this.#frameFirst + words[at + FRAME_SEQUENCES]!;
    this.#end = frameEnd(words, at);
  }

  /**
   * Goes on with the frame, as far as its events stay in the cache. Returns whether there is more of it.
   *
   * @throws RecoveryError where the frame contradicts itself
   */
  step(): boolean {
    const { engine } = this;
    const { events } = engine;
    const run = this.#run;
    const { words, timeLow, timeHigh } = run;
    run.from = run.to;
    run.firstSequence = this.#nextSequence;
    let sequence = this.#nextSequence;
    let line = run.from;
    while (line < this.#end && events.length <= FLUSH_WORDS) {
      const lines = orderLines(words[line]!);
      // No writer writes it; but a start must come to an end.
      if (lines === 0)
        throw new RecoveryError(`shard ${this.#shard}: the command ${sequence} of the log has no length`);
      engine.apply(words, line, sequence, timeLow, timeHigh);
      sequence += sequencesOf(words, line);
      line += lines * LINE_WORDS;
    }
    run.to = line;
    this.#nextSequence = sequence;
    this.#flush();
    if (line < this.#end) return true;
    if (sequence !== this.#frameNext)
      throw new RecoveryError(
        `shard ${this.#shard}: a frame says that it ends at sequence ${this.#frameNext - 1} but ends at sequence ${sequence - 1}`,
      );
    if (sequence !== this.#frameFirst) {
      this.#first = this.#frameFirst;
      this.#last = sequence - 1;
    }
    return false;
  }

  #flush(): void {
    const { events } = this.engine;
    if (events.length === 0) return;
    this.hash.update(events.words, 0, events.length);
    this.#onReplayed?.(this.engine, this.#run);
    events.clear();
  }
}

/**
 * Replays a shard's log into an engine: books, sequence numbers, client ids and instruments come out as they were.
 *
 * @param from where the engine and the hash stand, if not at the beginning
 * @throws JournalDamage, JournalVersionMismatch, PositionMismatch, RecoveryError
 */
export function recoverShard(
  log: JournalSource,
  engine: Engine,
  hash: EventHash,
  from?: LogPosition,
  onReplayed?: OnReplayed,
): JournalSummary {
  return readJournal(log, new Replay(log.shard, engine, hash, onReplayed).take, from);
}

export interface RecoveryOptions {
  readonly hashSalt?: number;
  /** Only a snapshot of so many commands or fewer is used. */
  readonly atMost?: number | undefined;
  readonly onReplayed?: OnReplayed | undefined;
}

/** A shard as its directory tells it: the newest good snapshot, and the rest of the log. */
export interface RecoveredShard {
  readonly engine: Engine;
  readonly hash: EventHash;
  readonly summary: JournalSummary;
  /** Sequence of the snapshot that it began from; 0: from the beginning of the log. */
  readonly snapshot: number;
  /** Why snapshots that are newer could not be used, a sentence each. */
  readonly badSnapshots: readonly { readonly sequence: number; readonly why: string }[];
}

/** @throws JournalDamage, JournalVersionMismatch, RecoveryError */
export function openShard(source: JournalSource, options: RecoveryOptions = {}): RecoveredShard {
  const { disk = nodeDisk, shard } = source;
  const badSnapshots: { sequence: number; why: string }[] = [];
  for (const sequence of snapshotSequences(disk, shardDirectory(source.directory, shard))) {
    if (sequence > (options.atMost ?? Number.POSITIVE_INFINITY)) continue;
    try {
      const { engine, hash, position } = restoreSnapshot(disk, source, sequence, options.hashSalt);
      const summary = recoverShard(source, engine, hash, position, options.onReplayed);
      return { engine, hash, summary, snapshot: sequence, badSnapshots };
    } catch (error) {
      if (!(error instanceof BadSnapshot || error instanceof PositionMismatch)) throw error;
      badSnapshots.push({ sequence, why: error.message });
    }
  }
  const engine = new Engine({ shard, hashSalt: options.hashSalt ?? 0 });
  const hash = new EventHash();
  const summary = recoverShard(source, engine, hash, undefined, options.onReplayed);
  return { engine, hash, summary, snapshot: 0, badSnapshots };
}

/** An engine as a snapshot has it, and where that stands. @throws BadSnapshot */
export function restoreSnapshot(
  disk: Disk,
  { directory, shard }: JournalSource,
  sequence: number,
  hashSalt = 0,
): { engine: Engine; hash: EventHash; position: LogPosition } {
  const snapshot = readSnapshot(disk, shardDirectory(directory, shard), shard, sequence);
  let engine: Engine;
  try {
    engine = Engine.restore(snapshot.engine, { hashSalt });
  } catch (error) {
    throw new BadSnapshot(snapshot.path, error instanceof Error ? error.message : String(error));
  }
  if (engine.sequence !== sequence)
    throw new BadSnapshot(snapshot.path, `the engine in it stands at sequence ${engine.sequence}`);
  const hash = new EventHash();
  hash.low = snapshot.hash.low;
  hash.high = snapshot.hash.high;
  return { engine, hash, position: snapshot.position };
}
