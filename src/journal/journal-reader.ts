import { join } from 'node:path';
import { MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES } from '../model/limits.js';
import { readWhole } from '../wire/words.js';
import { type Disk, nodeDisk } from './disk.js';
import { damageAt, type JournalDamage } from './faults.js';
import {
  FRAME_CURSOR_WORDS,
  FRAME_CURSORS,
  FRAME_FIRST_SEQUENCE,
  FRAME_HASH_HIGH,
  FRAME_HASH_LOW,
  FRAME_RUN,
  FRAME_SEQUENCES,
  FRAME_TIME,
  frameCommands,
  frameEnd,
  isZero,
} from './frame.js';
import { type FramePosition, frameFault, judgeTail } from './frame-check.js';
import { type LogPosition, noCursors } from './log-position.js';
import {
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_WORDS,
  type SegmentHeader,
  segmentName,
  segmentNumber,
  shardDirectory,
} from './segment.js';

/** A frame that was being written when the exchange died: nobody was told of it, and it is not part of the log. */
export interface JournalCut {
  readonly file: string;
  /** Byte of the file at which it begins. */
  readonly offset: number;
  /** Its length; where its header is lost, the length of what is there. */
  readonly bytes: number;
}

/** Where the log ends on disk: what a writer that goes on must know. */
export interface JournalTail {
  /** Number of the oldest segment that is there; 1 where this is left out. */
  readonly oldestSegment?: number;
  /** Number of the newest segment that was used; 0 where there is none. */
  readonly segment: number;
  /** Byte at which its frames end. */
  readonly end: number;
  /** Byte at which its last frame begins; 0 where it has none. */
  readonly lastFrame: number;
  /** Time of the last frame of the log in ns since the epoch; none in an empty log. */
  readonly timeNs?: bigint;
}

export interface JournalSummary {
  /** How many segments, frames and commands were read. */
  readonly segments: number;
  readonly frames: number;
  readonly commands: number;
  /** Sequence of the next command, from 1. */
  readonly nextSequence: number;
  /** Number of the segment that a writer must begin, from 1. */
  readonly nextSegment: number;
  /** Time of the last frame in ns since the epoch; 0 where there is none. */
  readonly lastTimeNs: bigint;
  /** The event hash that the last frame carries: as of the frame before it. */
  readonly lastHash: { readonly low: number; readonly high: number } | undefined;
  /** How far the last frame says that each input ring was consumed. */
  readonly lastCursors: Int32Array;
  /** Run of the last frame; 0 where there is none. */
  readonly lastFrameRun: number;
  /** The newest run in the log; 0 where there is none. A start of the exchange takes the next one. */
  readonly run: number;
  readonly tail: JournalTail;
  /** What was cut off, if anything. */
  readonly cut: JournalCut | undefined;
}

export interface JournalSource {
  /** The data directory. */
  readonly directory: string;
  readonly shard: number;
  readonly disk?: Disk;
}

/** A snapshot's place in the log is none: the log ends before it, or has another frame there. One sentence. */
export class PositionMismatch extends Error {
  override readonly name = 'PositionMismatch';
}

/**
 * Reads the journal of a shard in order, changing nothing, and calls `onFrame` with each good frame: `words` hold
 * its segment and are used again, `at` is the word of its header; the layout is in `frame.ts`. Use nothing of what
 * `onFrame` was given when this throws, for damage may be found after frames that were good.
 *
 * With `from`, it begins there: of the segments before, it looks at the names alone. Without, at the beginning of the log,
 * which must be there still. The summary counts what was read; all else in it is of the whole log.
 *
 * Throws JournalDamage with file and offset, JournalVersionMismatch, PositionMismatch, or the disk's error. A torn last
 * frame is no error: see `cut` in what is returned.
 */
export function readJournal(
  source: JournalSource,
  onFrame: (words: Int32Array, at: number) => void,
  from?: LogPosition,
): JournalSummary {
  const { shard, disk = nodeDisk } = source;
  const directory = shardDirectory(source.directory, shard);
  const { segments, oldestSegment } = usedSegments(disk, directory, shard, from);
  const reader = new Reader(
    segments.reduce((most, segment) => Math.max(most, segment.header.segmentBytes), 0),
    oldestSegment,
    onFrame,
    from,
  );
  for (let i = 0; i < segments.length; i++) {
    const { path, header } = segments[i]!;
    reader.read(disk, path, header, segments[i + 1]?.header.previousEnd);
  }
  return reader.summary(segments.length);
}

interface UsedSegment {
  readonly path: string;
  readonly header: SegmentHeader;
}

/** The numbers of the segments in a directory, used and unused, in order. */
export function segmentNumbers(disk: Disk, directory: string): number[] {
  return disk
    .list(directory)
    .map(segmentNumber)
    .filter((number) => number !== undefined)
    .sort((a, b) => a - b);
}

/** The used segments in order, from that of the position on, with what can be checked from their headers alone. */
function usedSegments(
  disk: Disk,
  directory: string,
  shard: number,
  from: LogPosition | undefined,
): { segments: UsedSegment[]; oldestSegment: number } {
  const numbers = segmentNumbers(disk, directory);
  // Segments before a position may be on their way to be taken away: whether some are missing says nothing.
  const oldestSegment = from?.segment ?? numbers[0] ?? 1;
  if (from !== undefined && !numbers.includes(from.segment))
    throw new PositionMismatch(`${join(directory, segmentName(from.segment))} is missing`);
  // Segments are taken away from the front, behind a snapshot.
  if (from === undefined && oldestSegment !== 1)
    throw damageAt(join(directory, segmentName(1)), 0, 'the file is missing, and no snapshot stands for it');
  const used: UsedSegment[] = [];
  let unused = '';
  let expected = oldestSegment;
  for (const number of numbers) {
    if (number < oldestSegment) continue;
    const path = join(directory, segmentName(number));
    if (number !== expected) throw damageAt(join(directory, segmentName(expected)), 0, 'the file is missing');
    expected++;
    const header = headerOf(disk, path);
    if (header === undefined) {
      unused = path;
      continue;
    }
    if (unused !== '') throw damageAt(unused, 0, 'the segment is empty and a later one is not');
    const fault = headerFault(header, shard, number, used.at(-1)?.header);
    if (fault !== undefined) throw damageAt(path, 0, fault);
    used.push({ path, header });
  }
  if (from !== undefined && used.length === 0)
    throw new PositionMismatch(`${join(directory, segmentName(from.segment))} was never used`);
  return { segments: used, oldestSegment };
}

/** The header of one segment, checked against the size of its file; undefined for one made ahead and never used. */
function headerOf(disk: Disk, path: string): SegmentHeader | undefined {
  const file = disk.open(path, 'read');
  try {
    const size = file.size();
    const header = readSegmentHeader(file);
    if (header === undefined) {
      if (size > MAX_SEGMENT_BYTES || size % 4 !== 0)
        throw damageAt(path, size, `the empty segment has an impossible length of ${size} bytes`);
      const words = new Int32Array(size / 4);
      file.read(new Uint8Array(words.buffer), size, 0);
      if (!isZero(words, 0, words.length))
        throw damageAt(path, 0, 'the header is zero and there is something behind it');
      return undefined;
    }
    if (size !== header.segmentBytes)
      throw damageAt(path, size, `the file has ${size} bytes and not ${header.segmentBytes}`);
    return header;
  } finally {
    file.close();
  }
}

function headerFault(
  header: SegmentHeader,
  shard: number,
  number: number,
  before: SegmentHeader | undefined,
): string | undefined {
  const { segmentBytes, previousEnd } = header;
  if (header.shard !== shard) return `the segment belongs to shard ${header.shard}`;
  if (header.number !== number) return `the segment says that its number is ${header.number}`;
  if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES || segmentBytes % 4096 !== 0)
    return `the header says ${segmentBytes} bytes`;
  if (number === 1)
    return previousEnd === 0 ? undefined : 'the first segment says that there was one before it';
  const most = before?.segmentBytes ?? MAX_SEGMENT_BYTES;
  if (previousEnd < SEGMENT_HEADER_BYTES || previousEnd > most || previousEnd % 64 !== 0)
    return `the header says that the segment before it ends at byte ${previousEnd}`;
  if (before === undefined) return undefined;
  if (header.run < before.run) return `run ${header.run} follows run ${before.run}`;
  return undefined;
}

/** Walks the frames of one segment after the other. */
class Reader {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #onFrame: (words: Int32Array, at: number) => void;
  #frames = 0;
  #commands = 0;
  readonly #position = { run: 0, nextSequence: 1, timeLow: 0, timeHigh: 0 } satisfies FramePosition;
  #hash: { low: number; high: number } | undefined;
  readonly #cursors = noCursors();
  #lastFrameRun = 0;
  readonly #oldestSegment: number;
  #from: LogPosition | undefined;
  #tail: JournalTail;
  #cut: JournalCut | undefined;

  constructor(
    segmentBytes: number,
    oldestSegment: number,
    onFrame: (words: Int32Array, at: number) => void,
    from: LogPosition | undefined,
  ) {
    this.#words = new Int32Array(segmentBytes / 4);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#onFrame = onFrame;
    this.#oldestSegment = oldestSegment;
    this.#tail = { oldestSegment, segment: 0, end: 0, lastFrame: 0 };
    this.#from = from;
    if (from === undefined) return;
    const position = this.#position;
    position.run = from.run;
    position.nextSequence = from.nextSequence;
    position.timeLow = Number(BigInt.asUintN(32, from.timeNs));
    position.timeHigh = Number(BigInt.asUintN(32, from.timeNs >> 32n));
    this.#cursors.set(from.cursors);
    this.#lastFrameRun = from.run;
  }

  /**
   * Reads one segment. `end` is the byte at which the header of the next segment says that its frames end; undefined in
   * the newest segment, whose end must be found.
   */
  read(disk: Disk, path: string, header: SegmentHeader, end: number | undefined): void {
    const position = this.#position;
    const from = this.#from;
    this.#from = undefined;
    if (from !== undefined) checkPosition(path, header, end, from);
    else if (header.firstSequence !== position.nextSequence)
      throw damageAt(
        path,
        0,
        `the segment begins at sequence ${header.firstSequence} and not at ${position.nextSequence}`,
      );
    position.run = header.run;
    this.#load(disk, path, end ?? header.segmentBytes);

    const words = this.#words;
    const limit = (end ?? header.segmentBytes) / 4;
    let at = from === undefined ? SEGMENT_HEADER_WORDS : from.offset / 4;
    let last = 0;
    while (at < limit) {
      const fault = frameFault(words, this.#bytes, at, limit, position);
      if (fault !== undefined) {
        if (end !== undefined) throw damage(path, at, fault, header);
        this.#finish(path, at, limit, fault, header);
        break;
      }
      this.#take(at);
      last = at;
      at = frameEnd(words, at);
    }
    if (last !== 0) this.#note(last);
    this.#tail = {
      oldestSegment: this.#oldestSegment,
      segment: header.number,
      end: at * 4,
      lastFrame: last * 4,
    };
  }

  summary(segments: number): JournalSummary {
    const { nextSequence, run, timeLow, timeHigh } = this.#position;
    const timeNs = (BigInt(timeHigh) << 32n) | BigInt(timeLow);
    return {
      segments,
      frames: this.#frames,
      commands: this.#commands,
      nextSequence,
      nextSegment: this.#tail.segment + 1,
      lastTimeNs: timeNs,
      lastHash: this.#hash,
      lastCursors: this.#cursors,
      lastFrameRun: this.#lastFrameRun,
      run,
      tail: { ...this.#tail, timeNs },
      cut: this.#cut,
    };
  }

  #load(disk: Disk, path: string, length: number): void {
    const file = disk.open(path, 'read');
    try {
      const read = file.read(this.#bytes, length, 0);
      if (read < length) throw damageAt(path, read, `the file ends before byte ${length}`);
    } finally {
      file.close();
    }
  }

  /** A good frame: hands it out and moves on. Nothing is allocated here. */
  #take(at: number): void {
    const words = this.#words;
    const position = this.#position;
    position.nextSequence = readWhole(words, at + FRAME_FIRST_SEQUENCE) + words[at + FRAME_SEQUENCES]!;
    position.timeLow = words[at + FRAME_TIME]! >>> 0;
    position.timeHigh = words[at + FRAME_TIME + 1]! >>> 0;
    this.#frames++;
    this.#commands += frameCommands(words, at);
    this.#onFrame(words, at);
  }

  /** Keeps what the summary says of the last frame, before the next segment takes its place in memory. */
  #note(at: number): void {
    const words = this.#words;
    this.#hash = { low: words[at + FRAME_HASH_LOW]!, high: words[at + FRAME_HASH_HIGH]! };
    this.#lastFrameRun = words[at + FRAME_RUN]!;
    this.#cursors.set(words.subarray(at + FRAME_CURSORS, at + FRAME_CURSORS + FRAME_CURSOR_WORDS));
  }

  /** The frames of the newest segment have come to an end. */
  #finish(path: string, at: number, limit: number, fault: string, header: SegmentHeader): void {
    const tail = judgeTail(this.#words, this.#bytes, at, limit, this.#position, fault);
    if (tail.kind === 'damage') throw damage(path, at, tail.fault, header);
    if (tail.kind === 'torn') this.#cut = { file: path, offset: at * 4, bytes: tail.bytes };
  }
}

/** Whether a position can be in a segment, as its header and the end of its frames tell. */
function checkPosition(
  path: string,
  header: SegmentHeader,
  end: number | undefined,
  { offset, nextSequence, run }: LogPosition,
): void {
  if (
    offset < SEGMENT_HEADER_BYTES ||
    offset > (end ?? header.segmentBytes) ||
    header.firstSequence > nextSequence ||
    run > header.run
  )
    throw new PositionMismatch(`sequence ${nextSequence} cannot be at byte ${offset} of ${path}`);
}

function damage(path: string, at: number, fault: string, header: SegmentHeader): JournalDamage {
  const hint =
    header.durability === 'os'
      ? ' (the segment was written with durability "os", which does not survive a power cut)'
      : '';
  return damageAt(path, at * 4, fault + hint);
}
