import { crc32 } from 'node:zlib';
import { LINE_BYTES, MAX_ORDER_LINES } from '../model/limits.js';
import { LINE_WORDS, orderLines } from '../wire/order-record.js';

/**
 * The frame: one group of commands as it stands in the journal, little-endian, at a multiple of 64 bytes. A header of
 * 128 bytes, then the lines of the order records.
 *
 * ```
 * word  byte
 *  0     0  │ magic "TLFR"                                                         │
 *  1     4  │ bytes of the frame, header included, u32: 128 + 64 × lines           │
 *  2     8  │ sequence of the first command, u64 (no commands: of the next one)    │
 *  4    16  │ sequence numbers that its commands take, u32                         │
 *  5    20  │ crc32 of the whole frame, this word taken as zero                    │
 *  6    24  │ time of all its commands, ns since the epoch, u64                    │
 *  8    32  │ event hash as of the frame before, low half                          │
 *  9    36  │ event hash as of the frame before, high half                         │
 * 10    40  │ number of lines, u32                                                 │
 * 11    44  │ run: which start of the exchange on this directory, u32 from 1       │
 * 12    48  │ crc32 of words 0 to 15, words 5 and 12 taken as zero                 │
 * 13    52  │ sectors of the file of which the frame's part is all zero, u32       │
 * 14    56  │ zero                                                                 │
 * 16    64  │ how far each of 16 input rings was consumed, u32 wrapping            │
 * 32   128  │ lines                                                                │
 * ```
 *
 * A frame without commands carries the event hash alone; idle and shutdown write one.
 *
 * Word 4 is not the number of commands: one that may make several orders takes several numbers (`sequencesOf`). The next
 * frame begins at the sequence of this one plus word 4.
 *
 * Words 12 and 13 tell a torn frame from a damaged one. A disk writes a sector of 512 bytes whole or not at all, and
 * segments are zero ahead of use: after a power cut, each sector's part of the last frame is either right or zero. The
 * first 64 bytes always lie in one sector, so their checksum is right or they are all zero; and where it is right,
 * word 13 says how many parts are zero with nothing lost.
 */
export const FRAME_MAGIC = 0x5246_4c54; // "TLFR"
export const FRAME_HEADER_WORDS = 32;
export const FRAME_HEADER_BYTES = 128;

export const FRAME_BYTES = 1;
export const FRAME_FIRST_SEQUENCE = 2;
export const FRAME_SEQUENCES = 4;
export const FRAME_CHECKSUM = 5;
export const FRAME_TIME = 6;
export const FRAME_HASH_LOW = 8;
export const FRAME_HASH_HIGH = 9;
export const FRAME_LINES = 10;
export const FRAME_RUN = 11;
export const FRAME_HEADER_CHECKSUM = 12;
export const FRAME_ZERO_SECTORS = 13;
export const FRAME_CURSORS = 16;
export const FRAME_CURSOR_WORDS = 16;

/** Most numbers that a command takes for each of its lines: a bracket, three, by whatever lines it comes. */
const MAX_SEQUENCES_PER_LINE = 3;

/** What a disk writes whole or not at all. Disks with sectors of 4 KiB keep the promise for each eighth. */
export const SECTOR_BYTES = 512;
export const SECTOR_WORDS = SECTOR_BYTES / 4;

/** Words that the checksum of the header covers. */
const CHECKED_HEADER_BYTES = 64;

/** Bytes of a frame of that many lines. */
export function frameBytes(lines: number): number {
  return FRAME_HEADER_BYTES + lines * LINE_BYTES;
}

/** The word after the last one of the frame at word `at`. */
export function frameEnd(words: Int32Array, at: number): number {
  return at + FRAME_HEADER_WORDS + words[at + FRAME_LINES]! * LINE_WORDS;
}

/** The number of commands in the frame at word `at`. */
export function frameCommands(words: Int32Array, at: number): number {
  const end = frameEnd(words, at);
  let commands = 0;
  // A length of zero cannot be; but who only counts must come to an end.
  for (
    let line = at + FRAME_HEADER_WORDS;
    line < end;
    line += Math.max(1, orderLines(words[line]!)) * LINE_WORDS
  )
    commands++;
  return commands;
}

/** Whether commands in that many lines can take that many sequence numbers. */
export function isCountPossible(sequences: number, lines: number): boolean {
  return (
    sequences >= 0 && sequences <= lines * MAX_SEQUENCES_PER_LINE && lines <= sequences * MAX_ORDER_LINES
  );
}

/**
 * Completes a frame in scratch memory: fills in the number of zero sectors and both checksums. The frame starts at
 * word 0 and its lines and all other words of the header stand; `position` is the byte of the file where it will be,
 * and `bytes` are the same memory as `words`.
 */
export function sealFrame(words: Int32Array, bytes: Uint8Array, position: number): void {
  const length = words[FRAME_BYTES]!;
  words[FRAME_HEADER_CHECKSUM] = 0;
  words[FRAME_ZERO_SECTORS] = countZeroSectors(words, 0, length / 4, position / 4);
  words[FRAME_HEADER_CHECKSUM] = headerChecksum(words, bytes, 0);
  words[FRAME_CHECKSUM] = frameChecksum(words, bytes, 0);
}

/** Word 5 as it must be, of the frame at word `at`. `bytes` are the same memory as `words`. */
export function frameChecksum(words: Int32Array, bytes: Uint8Array, at: number): number {
  const stored = words[at + FRAME_CHECKSUM]!;
  words[at + FRAME_CHECKSUM] = 0;
  const sum = crc32(bytes.subarray(at * 4, at * 4 + words[at + FRAME_BYTES]!)) | 0;
  words[at + FRAME_CHECKSUM] = stored;
  return sum;
}

/** Whether the frame at word `at`, whose length is right, is as it was sealed. */
export function isFrameWhole(words: Int32Array, bytes: Uint8Array, at: number): boolean {
  return words[at] === FRAME_MAGIC && frameChecksum(words, bytes, at) === words[at + FRAME_CHECKSUM];
}

/** Word 12 as it must be, of the frame at word `at`. `bytes` are the same memory as `words`. */
export function headerChecksum(words: Int32Array, bytes: Uint8Array, at: number): number {
  const frameSum = words[at + FRAME_CHECKSUM]!;
  const stored = words[at + FRAME_HEADER_CHECKSUM]!;
  words[at + FRAME_CHECKSUM] = 0;
  words[at + FRAME_HEADER_CHECKSUM] = 0;
  const sum = crc32(bytes.subarray(at * 4, at * 4 + CHECKED_HEADER_BYTES)) | 0;
  words[at + FRAME_CHECKSUM] = frameSum;
  words[at + FRAME_HEADER_CHECKSUM] = stored;
  return sum;
}

/** In how many sectors the words from `at` on are all zero, where word `at` stands at word `fileWord` of the file. */
export function countZeroSectors(words: Int32Array, at: number, length: number, fileWord: number): number {
  const end = at + length;
  let zeros = 0;
  let from = at;
  let to = at + SECTOR_WORDS - (fileWord % SECTOR_WORDS);
  while (from < end) {
    if (isZero(words, from, Math.min(to, end))) zeros++;
    from = to;
    to += SECTOR_WORDS;
  }
  return zeros;
}

/** True where all words from `from` up to `to` are zero. */
export function isZero(words: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (words[i] !== 0) return false;
  return true;
}
