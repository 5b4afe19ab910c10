import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MAX_SEQUENCE, SNAPSHOT_CHUNK_BYTES } from '../model/limits.js';
import { MATCHING_RULES_VERSION } from '../model/versions.js';
import { readBig, readWhole, writeBig, writeWhole } from '../wire/words.js';
import type { Disk, DiskFile } from './disk.js';
import { FRAME_CURSOR_WORDS, SECTOR_BYTES, SECTOR_WORDS } from './frame.js';
import type { LogPosition } from './log-position.js';

/**
 * The snapshot beside the log: one file of a shard's directory, `0000000000001234.snapshot`, named by the sequence of the
 * last command that it holds. A header of 512 bytes, then the engine's snapshot (`book/snapshot-layout.ts`).
 *
 * ```
 * word  byte
 *  0     0  │ magic "TLSN"                                                        │
 *  1     4  │ format version = 1, u32                                             │
 *  2     8  │ crc32 of the header, this word taken as zero                        │
 *  3    12  │ version of the matching rules, u32                                  │
 *  4    16  │ shard, u32                                                          │
 *  5    20  │ crc32 of the engine's snapshot                                      │
 *  6    24  │ its length in bytes, u64                                            │
 *  8    32  │ place in the log: sequence of the next command, u64                 │
 * 10    40  │ segment, u32                                                        │
 * 11    44  │ byte in it at which the next frame begins, u32                      │
 * 12    48  │ time of the last frame, ns since the epoch, u64                     │
 * 14    56  │ run of the last frame, u32                                          │
 * 15    60  │ zero                                                                │
 * 16    64  │ event hash after the last frame, low and high half                  │
 * 18    72  │ how far the last frame says that 16 input rings were consumed, u32  │
 * 34   136  │ zero up to byte 511                                                 │
 * ```
 *
 * It is written under another name, synced, and renamed: a file of this name is whole, or its disk has damaged it.
 */
const MAGIC = 0x4e53_4c54; // "TLSN"
const FORMAT_VERSION = 1;
const WORD_CHECKSUM = 2;
const WORD_RULES = 3;
const WORD_SHARD = 4;
const WORD_BODY_CHECKSUM = 5;
const WORD_BODY_BYTES = 6;
const WORD_NEXT_SEQUENCE = 8;
const WORD_SEGMENT = 10;
const WORD_OFFSET = 11;
const WORD_TIME = 12;
const WORD_RUN = 14;
const WORD_HASH = 16;
const WORD_CURSORS = 18;
const WORD_END = WORD_CURSORS + FRAME_CURSOR_WORDS;

const SEQUENCE_DIGITS = String(MAX_SEQUENCE).length + 1;

/** What a snapshot file holds besides the engine. */
export interface SnapshotHead {
  readonly position: LogPosition;
  readonly hash: { readonly low: number; readonly high: number };
}

export interface SnapshotFile extends SnapshotHead {
  readonly path: string;
  /** The engine's snapshot. */
  readonly engine: Uint8Array;
}

/** A snapshot that cannot be used; one sentence that names the file. The one before it may be good. */
export class BadSnapshot extends Error {
  override readonly name = 'BadSnapshot';

  constructor(path: string, why: string) {
    super(`the snapshot ${path} cannot be used: ${why}`);
  }
}

/** `0000000000001234.snapshot` */
export function snapshotName(sequence: number): string {
  return `${String(sequence).padStart(SEQUENCE_DIGITS, '0')}.snapshot`;
}

/** Sequences of the snapshots in a shard's directory, the newest first. */
export function snapshotSequences(disk: Disk, directory: string): number[] {
  return disk
    .list(directory)
    .filter((name) => /^\d{16}\.snapshot$/.test(name))
    .map((name) => Number(name.slice(0, SEQUENCE_DIGITS)))
    .sort((a, b) => b - a);
}

/**
 * Writes a snapshot, a chunk and a sync at a time, so that whoever writes it can do something else in between and the disk
 * has time for others. Nothing is there under its name until it is done.
 */
export class SnapshotWriting {
  readonly path: string;
  readonly sequence: number;
  /** Of the whole file. */
  readonly bytes: number;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #engine: Uint8Array;
  readonly #file: DiskFile;
  #written = 0;

  constructor(disk: Disk, directory: string, shard: number, head: SnapshotHead, engine: Uint8Array) {
    this.sequence = head.position.nextSequence - 1;
    this.path = join(directory, snapshotName(this.sequence));
    this.bytes = SECTOR_BYTES + engine.byteLength;
    this.#disk = disk;
    this.#directory = directory;
    this.#engine = engine;
    this.#file = disk.open(`${this.path}.making`, 'create');
    try {
      this.#file.write(headerBytes(shard, head, engine), SECTOR_BYTES, 0);
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Writes the next chunk. Returns true once the snapshot is there and safe. Throws the disk's error, and leaves nothing. */
  step(): boolean {
    try {
      const rest = this.#engine.subarray(this.#written);
      const length = Math.min(rest.byteLength, SNAPSHOT_CHUNK_BYTES);
      if (length > 0) this.#file.write(rest, length, SECTOR_BYTES + this.#written);
      this.#file.sync();
      this.#written += length;
      if (this.#written < this.#engine.byteLength) return false;
      this.#file.close();
      this.#disk.rename(`${this.path}.making`, this.path);
      this.#disk.syncDirectory(this.#directory);
      return true;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Gives up and removes what was written. */
  abandon(): void {
    try {
      this.#file.close();
    } catch {
      // It may be closed already.
    }
    try {
      this.#disk.remove(`${this.path}.making`);
    } catch {
      // What is left has another name, and is overwritten by the next attempt.
    }
  }
}

function headerBytes(shard: number, { position, hash }: SnapshotHead, engine: Uint8Array): Uint8Array {
  const words = new Int32Array(SECTOR_WORDS);
  const bytes = new Uint8Array(words.buffer);
  words[0] = MAGIC;
  words[1] = FORMAT_VERSION;
  words[WORD_RULES] = MATCHING_RULES_VERSION;
  words[WORD_SHARD] = shard;
  words[WORD_BODY_CHECKSUM] = crc32(engine) | 0;
  writeWhole(words, WORD_BODY_BYTES, engine.byteLength);
  writeWhole(words, WORD_NEXT_SEQUENCE, position.nextSequence);
  words[WORD_SEGMENT] = position.segment;
  words[WORD_OFFSET] = position.offset;
  writeBig(words, WORD_TIME, position.timeNs);
  words[WORD_RUN] = position.run;
  words[WORD_HASH] = hash.low;
  words[WORD_HASH + 1] = hash.high;
  words.set(position.cursors, WORD_CURSORS);
  words[WORD_CHECKSUM] = crc32(bytes) | 0;
  return bytes;
}

/** Reads and checks a snapshot. Throws BadSnapshot. */
export function readSnapshot(
  disk: Disk,
  directory: string,
  shard: number,
  sequence: number,
  withEngine = true,
): SnapshotFile {
  const path = join(directory, snapshotName(sequence));
  const bad = (why: string) => new BadSnapshot(path, why);
  const words = new Int32Array(SECTOR_WORDS);
  const bytes = new Uint8Array(words.buffer);
  const file = disk.open(path, 'read');
  try {
    if (file.read(bytes, SECTOR_BYTES, 0) < SECTOR_BYTES) throw bad('it is shorter than its header');
    const stored = words[WORD_CHECKSUM]!;
    words[WORD_CHECKSUM] = 0;
    if ((crc32(bytes) | 0) !== stored || words[0] !== MAGIC)
      throw bad('the checksum of the header does not match its content');
    if (words[1] !== FORMAT_VERSION) throw bad(`it has format version ${words[1]}`);
    if (words[WORD_RULES] !== MATCHING_RULES_VERSION)
      throw bad(`it was taken with matching rules version ${words[WORD_RULES]}`);
    if (words[WORD_SHARD] !== shard) throw bad(`it is of shard ${words[WORD_SHARD]}`);
    const length = readWhole(words, WORD_BODY_BYTES);
    if (file.size() !== SECTOR_BYTES + length)
      throw bad(`it has ${file.size()} bytes and not ${SECTOR_BYTES + length}`);
    const nextSequence = readWhole(words, WORD_NEXT_SEQUENCE);
    if (nextSequence !== sequence + 1) throw bad(`it holds the commands up to ${nextSequence - 1}`);
    const engine = new Uint8Array(withEngine ? length : 0);
    if (withEngine) {
      file.read(engine, length, SECTOR_BYTES);
      if ((crc32(engine) | 0) !== words[WORD_BODY_CHECKSUM])
        throw bad('the checksum of its content does not match');
    }
    return {
      path,
      engine,
      hash: { low: words[WORD_HASH]!, high: words[WORD_HASH + 1]! },
      position: {
        segment: words[WORD_SEGMENT]!,
        offset: words[WORD_OFFSET]!,
        nextSequence,
        timeNs: readBig(words, WORD_TIME),
        run: words[WORD_RUN]!,
        cursors: words.slice(WORD_CURSORS, WORD_END),
      },
    };
  } finally {
    file.close();
  }
}
