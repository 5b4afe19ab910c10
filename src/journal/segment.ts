import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MATCHING_RULES_VERSION } from '../model/versions.js';
import { readBig, readWhole, writeBig, writeWhole } from '../wire/words.js';
import type { Disk, DiskFile } from './disk.js';
import { damageAt, JournalVersionMismatch } from './faults.js';
import { isZero, SECTOR_BYTES, SECTOR_WORDS } from './frame.js';

/**
 * The segment: one file of the journal, `<data>/shard-00/00000001.segment`, numbered from 1 without a gap. A header
 * of 4,096 bytes, then frames, then zeros. It is zero-filled ahead of use: a segment that was never used is all zero.
 *
 * ```
 * word  byte
 *  0     0  │ magic "TLSG"                                                          │
 *  1     4  │ format version = 1, u32                                               │
 *  2     8  │ crc32 of the first 512 bytes, this word taken as zero                 │
 *  3    12  │ version of the matching rules, u32                                    │
 *  4    16  │ shard, u32                                                            │
 *  5    20  │ number of the segment, u32 from 1                                     │
 *  6    24  │ bytes of the segment, header included, u32                            │
 *  7    28  │ run: which start of the exchange on this directory, u32 from 1        │
 *  8    32  │ sequence of the next command, the first one that it can hold, u64     │
 * 10    40  │ created, ns since the epoch, u64                                      │
 * 12    48  │ byte at which the frames of the segment before it end, u32 (0: none)  │
 * 13    52  │ durability: 1 each group synced, 2 left to the operating system       │
 * 14    56  │ zero up to byte 4095                                                  │
 * ```
 *
 * Magic, format version and checksum stay where they are in every version. The header is one sector, synced before
 * the first frame is written, and closes the segment before it for ever: what stands there behind the byte of word 12
 * (a frame that was torn, or whose sync failed) is not part of the log.
 */
export const SEGMENT_HEADER_BYTES = 4096;
export const SEGMENT_HEADER_WORDS = SEGMENT_HEADER_BYTES / 4;
export const JOURNAL_FORMAT_VERSION = 1;

const MAGIC = 0x4753_4c54; // "TLSG"
const WORD_FORMAT = 1;
const WORD_CHECKSUM = 2;
const WORD_RULES = 3;
const WORD_SHARD = 4;
const WORD_NUMBER = 5;
const WORD_BYTES = 6;
const WORD_RUN = 7;
const WORD_FIRST_SEQUENCE = 8;
const WORD_CREATED = 10;
const WORD_PREVIOUS_END = 12;
const WORD_DURABILITY = 13;

/** Eight digits. */
export const MAX_SEGMENT_NUMBER = 99_999_999;

/**
 * When `append` returns:
 *
 * - `fsync`: the group is on disk and survives a power cut. The default.
 * - `os`: the group is with the operating system: it survives a killed process, not a power cut.
 * - `none`: nothing is written at all.
 */
export type Durability = 'fsync' | 'os' | 'none';

export interface SegmentHeader {
  readonly shard: number;
  readonly number: number;
  /** Size of the whole file in bytes. */
  readonly segmentBytes: number;
  readonly run: number;
  readonly firstSequence: number;
  readonly createdNs: bigint;
  /** Byte at which the frames of the segment before it end; 0 in the first one. */
  readonly previousEnd: number;
  readonly durability: Exclude<Durability, 'none'>;
}

/** The directory of one shard's segments. */
export function shardDirectory(dataDirectory: string, shard: number): string {
  return join(dataDirectory, `shard-${String(shard).padStart(2, '0')}`);
}

/** Where segments of a shard go that no start needs any more. */
export function archiveDirectory(dataDirectory: string, shard: number): string {
  return shardDirectory(join(dataDirectory, 'archive'), shard);
}

/** `00000001.segment` */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.segment`;
}

/** The number in a segment's file name; undefined where it is another file's. */
export function segmentNumber(name: string): number | undefined {
  return /^\d{8}\.segment$/.test(name) ? Number(name.slice(0, 8)) : undefined;
}

/** Writes a header, and syncs it. */
export function writeSegmentHeader(file: DiskFile, header: SegmentHeader): void {
  const words = new Int32Array(SECTOR_WORDS);
  const bytes = new Uint8Array(words.buffer);
  words[0] = MAGIC;
  words[WORD_FORMAT] = JOURNAL_FORMAT_VERSION;
  words[WORD_RULES] = MATCHING_RULES_VERSION;
  words[WORD_SHARD] = header.shard;
  words[WORD_NUMBER] = header.number;
  words[WORD_BYTES] = header.segmentBytes;
  words[WORD_RUN] = header.run;
  writeWhole(words, WORD_FIRST_SEQUENCE, header.firstSequence);
  writeBig(words, WORD_CREATED, header.createdNs);
  words[WORD_PREVIOUS_END] = header.previousEnd;
  words[WORD_DURABILITY] = header.durability === 'fsync' ? 1 : 2;
  words[WORD_CHECKSUM] = crc32(bytes) | 0;
  file.write(bytes, SECTOR_BYTES, 0);
  file.sync();
}

/**
 * Reads the header of a segment; undefined where the segment was never used (its header is zero).
 *
 * Throws JournalDamage, or JournalVersionMismatch where the header is right and of another version.
 */
export function readSegmentHeader(file: DiskFile): SegmentHeader | undefined {
  const { path } = file;
  const words = new Int32Array(SEGMENT_HEADER_WORDS);
  const bytes = new Uint8Array(words.buffer);
  if (file.read(bytes, SEGMENT_HEADER_BYTES, 0) < SEGMENT_HEADER_BYTES)
    throw damageAt(path, 0, `the file is shorter than a segment's header, which no crash leaves`);
  if (!isZero(words, SECTOR_WORDS, SEGMENT_HEADER_WORDS))
    throw damageAt(path, SECTOR_BYTES, 'the rest of the header is not zero');
  if (isZero(words, 0, SECTOR_WORDS)) return undefined;

  if (words[0] !== MAGIC) throw damageAt(path, 0, 'the header does not begin with the mark of a segment');
  if (!isHeaderWhole(words, bytes))
    throw damageAt(path, 0, 'the checksum of the header does not match its content');
  if (words[WORD_FORMAT] !== JOURNAL_FORMAT_VERSION)
    throw new JournalVersionMismatch(path, 'journal format', words[WORD_FORMAT]!, JOURNAL_FORMAT_VERSION);
  if (words[WORD_RULES] !== MATCHING_RULES_VERSION)
    throw new JournalVersionMismatch(path, 'matching rules', words[WORD_RULES]!, MATCHING_RULES_VERSION);
  return {
    shard: words[WORD_SHARD]!,
    number: words[WORD_NUMBER]!,
    segmentBytes: words[WORD_BYTES]!,
    run: words[WORD_RUN]!,
    firstSequence: readWhole(words, WORD_FIRST_SEQUENCE),
    createdNs: readBig(words, WORD_CREATED),
    previousEnd: words[WORD_PREVIOUS_END]!,
    durability: words[WORD_DURABILITY] === 1 ? 'fsync' : 'os',
  };
}

/** Whether the first sector of a segment, words 0 to 127, is as it was written. */
export function isHeaderWhole(words: Int32Array, bytes: Uint8Array): boolean {
  const stored = words[WORD_CHECKSUM]!;
  words[WORD_CHECKSUM] = 0;
  const sum = crc32(bytes.subarray(0, SECTOR_BYTES)) | 0;
  words[WORD_CHECKSUM] = stored;
  return words[0] === MAGIC && sum === stored;
}

/** Makes the directory of a shard, such that it survives a power cut. */
export function makeShardDirectory(disk: Disk, dataDirectory: string, shard: number): string {
  const directory = shardDirectory(dataDirectory, shard);
  disk.makeDirectory(directory);
  disk.syncDirectory(dataDirectory);
  return directory;
}
