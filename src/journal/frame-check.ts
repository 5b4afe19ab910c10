import { MAX_GROUP_LINES } from '../model/limits.js';
import { readWhole } from '../wire/words.js';
import {
  countZeroSectors,
  FRAME_BYTES,
  FRAME_CHECKSUM,
  FRAME_FIRST_SEQUENCE,
  FRAME_HEADER_CHECKSUM,
  FRAME_HEADER_WORDS,
  FRAME_LINES,
  FRAME_MAGIC,
  FRAME_RUN,
  FRAME_SEQUENCES,
  FRAME_TIME,
  FRAME_ZERO_SECTORS,
  frameBytes,
  frameChecksum,
  headerChecksum,
  isCountPossible,
  isZero,
  SECTOR_WORDS,
} from './frame.js';

/** What a frame must follow on. */
export interface FramePosition {
  readonly run: number;
  readonly nextSequence: number;
  /** Time of the frame before, low and high half. */
  readonly timeLow: number;
  readonly timeHigh: number;
}

/**
 * What is wrong with the frame at word `at`, whose last word may be the one before `limit`; undefined where it is good
 * and follows on. `bytes` are the same memory as `words`. Allocates one view.
 */
export function frameFault(
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
  limit: number,
  position: FramePosition,
): string | undefined {
  return (
    headFault(words, at, limit) ??
    (frameChecksum(words, bytes, at) === words[at + FRAME_CHECKSUM]
      ? undefined
      : 'the checksum of the frame does not match its content') ??
    orderFault(words, at, position)
  );
}

/** Whether there can be a frame at all, so that its checksum can be taken. */
function headFault(words: Int32Array, at: number, limit: number): string | undefined {
  if (words[at] !== FRAME_MAGIC) return 'there is no frame where the next one should begin';
  if (at + FRAME_HEADER_WORDS > limit) return 'the frame runs over the end';
  const lines = words[at + FRAME_LINES]!;
  if (lines < 0 || lines > MAX_GROUP_LINES || words[at + FRAME_BYTES] !== frameBytes(lines))
    return 'the length of the frame contradicts its number of lines';
  if (at + frameBytes(lines) / 4 > limit) return 'the frame runs over the end';
  return undefined;
}

/** Whether a frame follows on the one before it. */
function orderFault(words: Int32Array, at: number, position: FramePosition): string | undefined {
  const { run, nextSequence, timeLow, timeHigh } = position;
  const sequences = words[at + FRAME_SEQUENCES]!;
  const lines = words[at + FRAME_LINES]!;
  if (!isCountPossible(sequences, lines))
    return `the frame says ${sequences} sequence numbers for ${lines} lines`;
  if (words[at + FRAME_RUN] !== run)
    return `the frame is of run ${words[at + FRAME_RUN]} in a segment of run ${run}`;
  const first = readWhole(words, at + FRAME_FIRST_SEQUENCE);
  if (first !== nextSequence) return `the frame begins at sequence ${first} and not at ${nextSequence}`;
  const low = words[at + FRAME_TIME]! >>> 0;
  const high = words[at + FRAME_TIME + 1]! >>> 0;
  if (high < timeHigh || (high === timeHigh && low < timeLow))
    return 'the frame is older than the one before it';
  return undefined;
}

/** What stands where the frames of the newest segment end. */
export type Tail =
  | { readonly kind: 'end' }
  /** A frame that was being written; nobody was told of it. */
  | { readonly kind: 'torn'; readonly bytes: number }
  | { readonly kind: 'damage'; readonly fault: string };

const END: Tail = { kind: 'end' };

/**
 * Judges what follows the last good frame of the newest segment, from word `at` up to the segment's end at word
 * `limit`; `fault` says why it is no good frame. At most one frame can be there that was not synced, and nothing behind
 * it. It is torn where one of its sectors is still zero and all else is right; everything else is damage.
 */
export function judgeTail(
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
  limit: number,
  position: FramePosition,
  fault: string,
): Tail {
  if (words[at] === 0) return judgeWithoutHeader(words, bytes, at, limit);
  const damage: Tail = { kind: 'damage', fault };
  if (headFault(words, at, limit) !== undefined) return damage;
  if (headerChecksum(words, bytes, at) !== words[at + FRAME_HEADER_CHECKSUM]) return damage;
  if (orderFault(words, at, position) !== undefined) return damage;
  const length = words[at + FRAME_BYTES]! / 4;
  if (countZeroSectors(words, at, length, at) <= words[at + FRAME_ZERO_SECTORS]!) return damage;
  // What stands behind a frame was written after it was synced.
  if (!isZero(words, at + length, limit)) return damage;
  return { kind: 'torn', bytes: length * 4 };
}

/** The first word is zero: the end, or a frame whose first sector was not written. */
function judgeWithoutHeader(words: Int32Array, bytes: Uint8Array, at: number, limit: number): Tail {
  let last = limit - 1;
  while (last >= at && words[last] === 0) last--;
  if (last < at) return END;

  const sectorEnd = at + SECTOR_WORDS - (at % SECTOR_WORDS);
  if (!isZero(words, at, Math.min(sectorEnd, limit)))
    return { kind: 'damage', fault: 'the frame has no header, and the rest of the same sector is not zero' };
  if (last >= at + frameBytes(MAX_GROUP_LINES) / 4)
    return { kind: 'damage', fault: 'there is no frame, and more behind it than one frame can hold' };
  for (let next = sectorEnd; next <= last; next += 16)
    if (
      words[next] === FRAME_MAGIC &&
      headerChecksum(words, bytes, next) === words[next + FRAME_HEADER_CHECKSUM]
    )
      return { kind: 'damage', fault: `there is no frame, but at byte ${next * 4} there is another one` };
  return { kind: 'torn', bytes: (last + 1 - at) * 4 };
}
