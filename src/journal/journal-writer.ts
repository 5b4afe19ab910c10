import { join } from 'node:path';
import { groupLinesFor, LINE_BYTES, MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES } from '../model/limits.js';
import { writeBig, writeWhole } from '../wire/words.js';
import type { Disk, DiskFile } from './disk.js';
import { JournalWriteError } from './faults.js';
import {
  FRAME_BYTES,
  FRAME_CURSORS,
  FRAME_FIRST_SEQUENCE,
  FRAME_HASH_HIGH,
  FRAME_HASH_LOW,
  FRAME_HEADER_BYTES,
  FRAME_LINES,
  FRAME_MAGIC,
  FRAME_RUN,
  FRAME_SEQUENCES,
  FRAME_TIME,
  frameBytes,
  isCountPossible,
  isFrameWhole,
  SECTOR_BYTES,
  sealFrame,
} from './frame.js';
import type { JournalTail } from './journal-reader.js';
import {
  type Durability,
  isHeaderWhole,
  makeShardDirectory,
  SEGMENT_HEADER_BYTES,
  segmentName,
  shardDirectory,
  writeSegmentHeader,
} from './segment.js';

export interface JournalWriterOptions {
  /** The data directory. */
  readonly directory: string;
  readonly shard: number;
  readonly durability: Durability;
  /** A multiple of 4,096 from MIN_SEGMENT_BYTES to MAX_SEGMENT_BYTES. */
  readonly segmentBytes: number;
  /** Which start of the exchange on this directory, from 1. A shard that restarts within one keeps its number. */
  readonly run: number;
  /** Sequence of the first command to be appended: `nextSequence` of what `readJournal` returned. */
  readonly firstSequence: number;
  /** `nextSegment` of what `readJournal` returned. */
  readonly firstSegment: number;
  /** `tail` of what `readJournal` returned. */
  readonly tail: JournalTail;
  /** Now, in ns since the epoch. */
  readonly timeNs: bigint;
}

/** Where the writer gets zero-filled segments from; see `PreparedSegments`. */
export interface SegmentSource {
  /** Asks for a segment to be made ahead. */
  request(number: number): void;
  /** Returns once a segment is there under its name, whole and unused: waits for it, or makes it. */
  take(number: number): void;
  /** Has a segment of another size ready under another name, for when `take` cannot. Throws the disk's error. */
  keepReserve(): void;
  /** Gives the reserve the name of a segment, and returns its size; 0 where there is none. */
  takeReserve(number: number): number;
  /** Whether the disk has room for a segment and the reserve, as far as it says. */
  hasRoom(): boolean;
}

/**
 * Writes the journal of one shard: one frame per group, one write and one sync per frame.
 *
 * A writer never goes on in an old segment: it begins a new one, whose header closes the one before it for good. So
 * what a crash left behind the end of the log is never looked at again.
 */
export class JournalWriter {
  /** Scratch for the next frame: 32 words of header, written by `append`, then the lines, gathered here by the shard. */
  readonly frame: Int32Array;
  /** Most lines of one frame. */
  readonly maxLines: number;
  readonly #bytes: Uint8Array;
  readonly #options: JournalWriterOptions;
  readonly #disk: Disk;
  readonly #prepared: SegmentSource;
  readonly #durability: Durability;
  readonly #synced: boolean;
  #file: DiskFile | undefined;
  #closed = false;
  /** Number of the segment that was begun last. */
  #segment: number;
  /** Number of the segment that was taken from `#prepared` last. */
  #taken = 0;
  #takenBytes: number;
  /** Byte at which the frames of that segment end, the last one synced. */
  #end: number;
  /** Size of that segment. */
  #segmentBytes: number;
  /** Nothing more is written to that segment: it failed, or another one is to be begun. */
  #failed = false;
  #uncertain = false;
  #onReserve = false;
  #nextSequence: number;
  #lastTimeNs: bigint;

  /**
   * Syncs all that the log holds, and begins a new segment.
   *
   * Throws RangeError for options out of range, JournalWriteError where the disk refuses.
   */
  constructor(options: JournalWriterOptions, disk: Disk, prepared: SegmentSource) {
    const { segmentBytes, firstSegment, tail, durability } = options;
    if (segmentBytes % 4096 !== 0 || segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES)
      throw new RangeError(
        `segment bytes ${segmentBytes} are not a multiple of 4096 from ${MIN_SEGMENT_BYTES} to ${MAX_SEGMENT_BYTES}`,
      );
    if (firstSegment !== tail.segment + 1)
      throw new RangeError(`segment ${firstSegment} does not follow on segment ${tail.segment}`);
    this.maxLines = groupLinesFor(segmentBytes);
    this.frame = new Int32Array(frameBytes(this.maxLines) / 4);
    this.#bytes = new Uint8Array(this.frame.buffer);
    this.#options = options;
    this.#disk = disk;
    this.#prepared = prepared;
    this.#durability = durability;
    this.#synced = durability === 'fsync';
    this.#segmentBytes = segmentBytes;
    this.#takenBytes = segmentBytes;
    this.#segment = tail.segment;
    this.#end = tail.end;
    this.#nextSequence = options.firstSequence;
    this.#lastTimeNs = tail.timeNs ?? 0n;
    if (durability === 'none') return;
    settle(disk, shardDirectory(options.directory, options.shard), tail);
    this.#guard(shardDirectory(options.directory, options.shard), () =>
      makeShardDirectory(disk, options.directory, options.shard),
    );
    this.rotate(options.firstSequence, options.timeNs);
    if (!this.#onReserve) this.#keepReserve();
  }

  /** Number of the segment that is written, and the byte at which its safe frames end; 0 both where nothing is kept. */
  get segment(): number {
    return this.#durability === 'none' ? 0 : this.#segment;
  }

  get end(): number {
    return this.#durability === 'none' ? 0 : this.#end;
  }

  /** True where a group whose `append` failed may be found whole by a restart, until a `rotate` succeeds. */
  get uncertain(): boolean {
    return this.#uncertain;
  }

  /** True while the segment is the reserve: the disk had no room for another. */
  get onReserve(): boolean {
    return this.#onReserve;
  }

  /**
   * Appends a frame whose lines stand in `frame` from word 32 on, and returns once it is as safe as the durability says.
   *
   * Commands that take `sequences` numbers (0 for a frame that carries the hash alone) in `lines` lines, the first one
   * numbered `firstSequence`; `timeNs` is their time in ns since the epoch, never before that of the frame before; the
   * hash is that of the events as of the frame before; `cursors` are 16 words, how far each input ring was consumed.
   *
   * Throws RangeError where the frame does not follow on the one before it, and JournalWriteError where a write or sync
   * fails: then nothing of the group may be acknowledged. The lines stay in `frame`, and the next `append` goes to a new
   * segment, which leaves this attempt out of the log.
   */
  append(
    sequences: number,
    lines: number,
    firstSequence: number,
    timeNs: bigint,
    hashLow: number,
    hashHigh: number,
    cursors: Int32Array,
  ): void {
    if (this.#durability === 'none') return;
    this.#check(sequences, lines, firstSequence, timeNs);
    const { frame } = this;
    const length = FRAME_HEADER_BYTES + lines * LINE_BYTES;
    if (this.#failed || this.#end + length > this.#segmentBytes) this.rotate(firstSequence, timeNs);
    const file = this.#file!;

    frame.fill(0, 0, FRAME_HEADER_BYTES / 4);
    frame[0] = FRAME_MAGIC;
    frame[FRAME_BYTES] = length;
    writeWhole(frame, FRAME_FIRST_SEQUENCE, firstSequence);
    frame[FRAME_SEQUENCES] = sequences;
    writeBig(frame, FRAME_TIME, timeNs);
    frame[FRAME_HASH_LOW] = hashLow;
    frame[FRAME_HASH_HIGH] = hashHigh;
    frame[FRAME_LINES] = lines;
    frame[FRAME_RUN] = this.#options.run;
    frame.set(cursors, FRAME_CURSORS);
    sealFrame(frame, this.#bytes, this.#end);
    try {
      file.write(this.#bytes, length, this.#end);
      if (this.#synced) file.sync();
    } catch (error) {
      this.#failed = true;
      this.#uncertain = true;
      throw new JournalWriteError(file.path, error);
    }
    this.#end += length;
    this.#nextSequence += sequences;
    this.#lastTimeNs = timeNs;
  }

  /**
   * Leaves the segment at the last place that is safe and begins the next one at `firstSequence`. `append` does this
   * where it must. Call it after a failed `append` before telling anybody that the group was rejected: until then a
   * restart may find the group whole, and match it.
   *
   * Where no segment can be made, the reserve is taken in its place.
   *
   * Throws RangeError where that is not the next sequence, and JournalWriteError where the disk refuses; call it again,
   * and it tries the same segment again.
   */
  rotate(firstSequence: number, timeNs: bigint): void {
    const { directory, shard, run, durability } = this.#options;
    if (durability === 'none') return;
    if (this.#closed) throw new Error('the journal writer is closed');
    if (firstSequence !== this.#nextSequence)
      throw new RangeError(`a segment begins at sequence ${firstSequence} and not at ${this.#nextSequence}`);
    const number = this.#segment + 1;
    // Until the new header is safe this segment takes nothing more, whatever happens.
    this.#failed = true;
    this.#closeFile();
    const path = join(shardDirectory(directory, shard), segmentName(number));
    this.#guard(path, () => {
      // Once taken it stays the next one: its header may be on disk although writing it had failed.
      if (this.#taken !== number) this.#take(number);
      this.#taken = number;
      const segmentBytes = this.#takenBytes;
      const file = this.#disk.open(path, 'update');
      try {
        writeSegmentHeader(file, {
          shard,
          number,
          segmentBytes,
          run,
          firstSequence,
          createdNs: timeNs,
          previousEnd: this.#end,
          durability,
        });
      } catch (error) {
        file.close();
        throw error;
      }
      this.#file = file;
    });
    this.#segment = number;
    this.#segmentBytes = this.#takenBytes;
    this.#end = SEGMENT_HEADER_BYTES;
    this.#failed = false;
    this.#uncertain = false;
    if (!this.#onReserve) this.#prepared.request(number + 1);
  }

  /**
   * On the reserve: goes on in a segment of the usual size, if the disk has room for it again. Returns true once it does,
   * and a new reserve is kept.
   */
  leaveReserve(firstSequence: number, timeNs: bigint): boolean {
    if (!this.#onReserve) return true;
    if (!this.#prepared.hasRoom()) return false;
    try {
      this.rotate(firstSequence, timeNs);
    } catch (error) {
      if (error instanceof JournalWriteError) return false;
      throw error;
    }
    if (!this.#onReserve) this.#keepReserve();
    return !this.#onReserve;
  }

  /** Has the next segment under its name: a usual one, or else the reserve. Throws the disk's error. */
  #take(number: number): void {
    this.#takenBytes = this.#options.segmentBytes;
    try {
      this.#prepared.take(number);
      this.#onReserve = false;
    } catch (error) {
      const reserveBytes = this.#prepared.takeReserve(number);
      if (reserveBytes === 0) throw error;
      this.#takenBytes = reserveBytes;
      this.#onReserve = true;
    }
  }

  /** A disk without room for a reserve serves without one. */
  #keepReserve(): void {
    try {
      this.#prepared.keepReserve();
    } catch {
      // The next segment that cannot be made will say why.
    }
  }

  /** Closes the segment; with durability `os` it is synced first. Throws JournalWriteError. */
  close(): void {
    const file = this.#file;
    this.#closed = true;
    try {
      if (file !== undefined && !this.#synced) this.#guard(file.path, () => file.sync());
    } finally {
      this.#closeFile();
    }
  }

  /** Refuses what a reader would refuse: it is better found now than at the next start. */
  #check(sequences: number, lines: number, firstSequence: number, timeNs: bigint): void {
    if (this.#closed) throw new Error('the journal writer is closed');
    if (lines > this.maxLines || !isCountPossible(sequences, lines))
      throw new RangeError(`${sequences} sequence numbers for ${lines} lines do not make a frame`);
    if (firstSequence !== this.#nextSequence)
      throw new RangeError(`a frame begins at sequence ${firstSequence} and not at ${this.#nextSequence}`);
    if (timeNs < this.#lastTimeNs)
      throw new RangeError(
        `a frame of ${timeNs} ns is older than the one before it, of ${this.#lastTimeNs} ns`,
      );
  }

  #closeFile(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      file?.close();
    } catch {
      // What had to be safe was synced before; a close adds nothing to it.
    }
  }

  #guard<T>(path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw error instanceof JournalWriteError ? error : new JournalWriteError(path, error);
    }
  }
}

/**
 * Makes sure that all which recovery has read is on disk before anything is built on it. An earlier process may have
 * been killed between write and sync, or have left its writes to the operating system: syncing helps. Or its last sync
 * had failed: then the pages count as clean though they are not on disk, and only writing them once more brings them
 * there. That can have happened to the newest segment alone, to its header or its last frame.
 */
function settle(disk: Disk, directory: string, tail: JournalTail): void {
  for (let number = tail.oldestSegment ?? 1; number <= tail.segment; number++) {
    const path = join(directory, segmentName(number));
    try {
      const file = disk.open(path, 'update');
      try {
        if (number === tail.segment) {
          rewrite(file, 0, SECTOR_BYTES, isHeaderWhole);
          if (tail.lastFrame !== 0)
            rewrite(file, tail.lastFrame, tail.end - tail.lastFrame, (words, bytes) =>
              isFrameWhole(words, bytes, 0),
            );
        }
        file.sync();
      } finally {
        file.close();
      }
    } catch (error) {
      throw new JournalWriteError(path, error);
    }
  }
}

/**
 * Writes what is there once more. It is looked at again: what a failed sync has left in memory alone, the system may have
 * dropped since recovery read it, and what is now on disk must not be sealed into the log.
 */
function rewrite(
  file: DiskFile,
  position: number,
  length: number,
  isWhole: (words: Int32Array, bytes: Uint8Array) => boolean,
): void {
  const words = new Int32Array(length / 4);
  const bytes = new Uint8Array(words.buffer);
  if (file.read(bytes, length, position) < length) throw new Error('the file has become shorter');
  if (!isWhole(words, bytes))
    throw new Error(`what was read at byte ${position} is not there any more; start again`);
  file.write(bytes, length, position);
}
