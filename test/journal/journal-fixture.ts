import { join } from 'node:path';
import type { Disk } from '../../src/journal/disk.js';
import { nodeDisk } from '../../src/journal/disk.js';
import { FRAME_HEADER_WORDS, FRAME_SEQUENCES, frameEnd } from '../../src/journal/frame.js';
import { type JournalSummary, readJournal } from '../../src/journal/journal-reader.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { type Durability, segmentName, shardDirectory } from '../../src/journal/segment.js';
import { PreparedSegments } from '../../src/journal/segment-maker.js';
import { CommandKind, OrderType, Side, TimeInForce } from '../../src/model/command.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  orderHead,
  orderLines,
  orderTerms,
} from '../../src/wire/order-record.js';
import { readWhole, writeWhole } from '../../src/wire/words.js';

/** Room for a few of the largest frames. */
export const SMALL_SEGMENT_BYTES = 4 * 1024 * 1024;

export const START_NS = 1_700_000_000_000_000_000n;

/** Numbers from 0 to 1, the same ones for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Writes a new order of one or more lines, told apart by its client id, at word `at`. */
export function writeOrder(words: Int32Array, at: number, clientId: number, lines = 1): void {
  words.fill(0, at, at + lines * LINE_WORDS);
  words[at] = orderHead(CommandKind.New, lines, Side.Buy);
  words[at + 1] = orderTerms(OrderType.Limit, TimeInForce.GoodTillCancel, 0);
  words[at + ORDER_INSTRUMENT] = 1;
  words[at + ORDER_ACCOUNT] = 7;
  writeWhole(words, at + ORDER_CLIENT_ID, clientId);
  writeWhole(words, at + ORDER_PRICE, 10_000 + (clientId % 100));
  writeWhole(words, at + ORDER_SIZE, 1 + (clientId % 9));
}

/** A journal that a test writes: keeps the sequence, and the client id of each command is its sequence. */
export class TestJournal {
  readonly writer: JournalWriter;
  sequence: number;
  timeNs: bigint;
  readonly cursors = new Int32Array(16);

  constructor(
    directory: string,
    options: {
      disk?: Disk;
      after?: JournalSummary;
      durability?: Durability;
      segmentBytes?: number;
      shard?: number;
    } = {},
  ) {
    const { disk = nodeDisk, durability = 'fsync', segmentBytes = SMALL_SEGMENT_BYTES, shard = 0 } = options;
    const after = options.after ?? readJournal({ directory, shard, disk }, () => {});
    this.sequence = after.nextSequence;
    this.timeNs = after.lastTimeNs > START_NS ? after.lastTimeNs : START_NS;
    this.writer = new JournalWriter(
      {
        directory,
        shard,
        durability,
        segmentBytes,
        run: after.run + 1,
        firstSequence: after.nextSequence,
        firstSegment: after.nextSegment,
        tail: after.tail,
        timeNs: this.timeNs,
      },
      disk,
      new PreparedSegments({ directory, shard, segmentBytes }, disk),
    );
  }

  /** Appends a group of orders of one line each, or of `linesEach`. */
  append(count: number, linesEach = 1): void {
    const words = this.writer.frame;
    for (let i = 0; i < count; i++)
      writeOrder(words, FRAME_HEADER_WORDS + i * linesEach * LINE_WORDS, this.sequence + i, linesEach);
    this.timeNs += 1_000n;
    this.writer.append(
      count,
      count * linesEach,
      this.sequence,
      this.timeNs,
      this.sequence,
      -this.sequence,
      this.cursors,
    );
    this.sequence += count;
    this.cursors[0] = (this.cursors[0]! + count * linesEach) | 0;
  }
}

/** Reads a journal and returns the client ids in order besides the summary. */
export function readAll(
  directory: string,
  disk: Disk = nodeDisk,
  shard = 0,
): { ids: number[]; counts: number[]; summary: JournalSummary } {
  const ids: number[] = [];
  const counts: number[] = [];
  const summary = readJournal({ directory, shard, disk }, (words, at) => {
    const end = frameEnd(words, at);
    let line = at + FRAME_HEADER_WORDS;
    counts.push(words[at + FRAME_SEQUENCES]!);
    for (; line < end; line += orderLines(words[line]!) * LINE_WORDS)
      ids.push(readWhole(words, line + ORDER_CLIENT_ID));
  });
  return { ids, counts, summary };
}

/** 1 up to `last`. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

export function segmentPath(directory: string, number: number, shard = 0): string {
  return join(shardDirectory(directory, shard), segmentName(number));
}
