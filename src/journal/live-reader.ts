import { join } from 'node:path';
import { readWhole } from '../wire/words.js';
import type { Disk, DiskFile } from './disk.js';
import { damageAt } from './faults.js';
import {
  FRAME_CURSOR_WORDS,
  FRAME_CURSORS,
  FRAME_FIRST_SEQUENCE,
  FRAME_SEQUENCES,
  FRAME_TIME,
  frameEnd,
} from './frame.js';
import { frameFault } from './frame-check.js';
import { type LogPosition, noCursors } from './log-position.js';
import {
  archiveDirectory,
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  shardDirectory,
} from './segment.js';

/** How far a log is safe, as its writer says. */
export interface LogEnd {
  /** Number of the segment that is written; 0 before the first. */
  segment(): number;
  /** The byte at which its safe frames end. May be too small just after a segment was begun, never too large. */
  end(): number;
}

/** What is read at once, at most: several of the largest frames. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/** Reads the log of a shard while it is written: what is safe, and nothing behind it. Changes nothing. */
export class LiveReader {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #archive: string;
  readonly #logEnd: LogEnd;
  readonly #words = new Int32Array(CHUNK_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  readonly #position = { run: 0, nextSequence: 1, timeLow: 0, timeHigh: 0 };
  readonly #cursors = noCursors();
  #segment: number;
  #offset: number;
  #file: DiskFile | undefined;
  /** Where the frames of this segment end, once another one was begun; 0 while it is not known. */
  #segmentEnd = 0;
  /** The chunk that was read: the word of its next frame, its end, and whether there was more behind it. */
  #at = 0;
  #limit = 0;
  #isCut = false;

  /** @param from where to begin; the segment must be there */
  constructor(source: { directory: string; shard: number; disk: Disk }, from: LogPosition, logEnd: LogEnd) {
    this.#disk = source.disk;
    this.#directory = shardDirectory(source.directory, source.shard);
    this.#archive = archiveDirectory(source.directory, source.shard);
    this.#logEnd = logEnd;
    this.#segment = from.segment;
    this.#offset = from.offset;
    this.#position.nextSequence = from.nextSequence;
    this.#position.run = from.run;
    this.#position.timeLow = Number(BigInt.asUintN(32, from.timeNs));
    this.#position.timeHigh = Number(BigInt.asUintN(32, from.timeNs >> 32n));
    this.#cursors.set(from.cursors);
  }

  /** Behind the last frame that was handed out. */
  get position(): LogPosition {
    const { run, nextSequence, timeLow, timeHigh } = this.#position;
    return {
      segment: this.#segment,
      offset: this.#offset,
      nextSequence,
      timeNs: (BigInt(timeHigh) << 32n) | BigInt(timeLow),
      run,
      cursors: this.#cursors.slice(),
    };
  }

  /** What the last frame that was handed out stands in. */
  get words(): Int32Array {
    return this.#words;
  }

  /**
   * Hands out frames that are safe by now, one chunk of them: `words` are used again, `at` is the word of a frame's header.
   * Returns false where there are none.
   *
   * Throws JournalDamage, or the disk's error.
   */
  read(onFrame: (words: Int32Array, at: number) => void): boolean {
    let at = this.next();
    if (at < 0) return false;
    do {
      onFrame(this.#words, at);
      at = this.#nextOfChunk();
    } while (at >= 0);
    return true;
  }

  /**
   * The word in `words` at which the next safe frame begins, -1 where there is none yet. It stands there until the next call.
   *
   * Throws JournalDamage, or the disk's error.
   */
  next(): number {
    for (;;) {
      const at = this.#nextOfChunk();
      if (at >= 0) return at;
      const available = this.#available();
      if (available > 0) this.#readChunk(available);
      else if (available === 0) return -1;
      else this.#nextSegment();
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Safe bytes that were not read yet; -1 where all of this segment was read and there is another. */
  #available(): number {
    for (;;) {
      const written = this.#logEnd.segment();
      if (written > this.#segment) break;
      const end = this.#logEnd.end();
      if (this.#logEnd.segment() !== written) continue;
      return written === this.#segment ? Math.max(0, end - this.#offset) : 0;
    }
    if (this.#segmentEnd === 0) this.#segmentEnd = this.#headerOf(this.#segment + 1).previousEnd;
    if (this.#offset > this.#segmentEnd)
      throw damageAt(
        this.#path(this.#segment),
        this.#segmentEnd,
        'frames behind the end of the segment were safe',
      );
    return this.#offset < this.#segmentEnd ? this.#segmentEnd - this.#offset : -1;
  }

  #nextSegment(): void {
    this.close();
    this.#segment++;
    const header = this.#headerOf(this.#segment);
    if (header.firstSequence !== this.#position.nextSequence)
      throw damageAt(this.#path(this.#segment), 0, `the segment begins at sequence ${header.firstSequence}`);
    this.#offset = SEGMENT_HEADER_BYTES;
    this.#segmentEnd = 0;
  }

  #readChunk(available: number): void {
    const path = this.#path(this.#segment);
    if (this.#file === undefined) {
      this.#position.run = this.#headerOf(this.#segment).run;
      this.#file = this.#open(this.#segment);
    }
    const length = Math.min(available, CHUNK_BYTES);
    if (this.#file.read(this.#bytes, length, this.#offset) < length)
      throw damageAt(path, this.#offset, `the file ends before byte ${this.#offset + length}`);
    this.#at = 0;
    this.#limit = length / 4;
    this.#isCut = length < available;
  }

  /** The next frame of the chunk that was read; -1 where it holds no more. */
  #nextOfChunk(): number {
    const words = this.#words;
    const at = this.#at;
    if (at >= this.#limit) return -1;
    const fault = frameFault(words, this.#bytes, at, this.#limit, this.#position);
    if (fault !== undefined) {
      // The last frame of a full chunk may go on behind it.
      if (at === 0 || !this.#isCut) throw damageAt(this.#path(this.#segment), this.#offset, fault);
      this.#limit = at;
      return -1;
    }
    const position = this.#position;
    position.nextSequence = readWhole(words, at + FRAME_FIRST_SEQUENCE) + words[at + FRAME_SEQUENCES]!;
    position.timeLow = words[at + FRAME_TIME]! >>> 0;
    position.timeHigh = words[at + FRAME_TIME + 1]! >>> 0;
    for (let i = 0; i < FRAME_CURSOR_WORDS; i++) this.#cursors[i] = words[at + FRAME_CURSORS + i]!;
    const next = frameEnd(words, at);
    this.#offset += (next - at) * 4;
    this.#at = next;
    return at;
  }

  #headerOf(segment: number) {
    const file = this.#open(segment);
    try {
      const header = readSegmentHeader(file);
      if (header === undefined)
        throw damageAt(this.#path(segment), 0, 'the segment was begun and its header is empty');
      return header;
    } finally {
      file.close();
    }
  }

  /** A segment may be on its way to the archive while it is looked for. */
  #open(segment: number): DiskFile {
    try {
      return this.#disk.open(this.#path(segment), 'read');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return this.#disk.open(join(this.#archive, segmentName(segment)), 'read');
    }
  }

  #path(segment: number): string {
    return join(this.#directory, segmentName(segment));
  }
}
