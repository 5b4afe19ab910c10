import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import type { Disk } from '../../src/journal/disk.js';
import { JournalDamage, JournalVersionMismatch } from '../../src/journal/faults.js';
import { FRAME_HEADER_WORDS, frameBytes, frameEnd } from '../../src/journal/frame.js';
import { type JournalSummary, readJournal } from '../../src/journal/journal-reader.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { SEGMENT_HEADER_BYTES } from '../../src/journal/segment.js';
import { PreparedSegments } from '../../src/journal/segment-maker.js';
import { MIN_SEGMENT_BYTES } from '../../src/model/limits.js';
import { recoverShard } from '../../src/shard/recovery.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../../src/wire/order-record.js';
import { instrument, record } from '../book/commands.js';
import { FlippedDisk } from './flipped-disk.js';
import { START_NS, seeded, segmentPath } from './journal-fixture.js';
import { SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = '/data';

/** A log of one full segment and one that was made ahead, and the engine that it comes to. */
function writeLog(): { disk: SimulatedDisk; engine: Engine } {
  const disk = new SimulatedDisk(seeded(1));
  const place = { directory: DIRECTORY, shard: 0, segmentBytes: MIN_SEGMENT_BYTES };
  const prepared = new PreparedSegments(place, disk);
  const { tail, nextSequence, nextSegment } = readJournal({ ...place, disk }, () => {});
  const writer = new JournalWriter(
    {
      ...place,
      durability: 'fsync',
      run: 1,
      firstSequence: nextSequence,
      firstSegment: nextSegment,
      tail,
      timeNs: START_NS,
    },
    disk,
    prepared,
  );
  const engine = new Engine({ shard: 0 });
  const hash = new EventHash();
  const random = seeded(7);
  const next = commandsOf(random);
  const cursors = new Int32Array(16);
  let end = SEGMENT_HEADER_BYTES;
  let sequence = 1;
  for (let frame = 0; ; frame++) {
    // Every fifth frame carries the hash alone.
    const commands = frame % 5 === 4 ? [] : Array.from({ length: 1 + Math.floor(random() * 40) }, next);
    const lines = commands.reduce((sum, words) => sum + orderLines(words[0]!), 0);
    if (end + frameBytes(lines) > MIN_SEGMENT_BYTES) break;
    let at = FRAME_HEADER_WORDS;
    for (const words of commands) {
      writer.frame.set(words.subarray(0, orderLines(words[0]!) * LINE_WORDS), at);
      at += orderLines(words[0]!) * LINE_WORDS;
    }
    const timeNs = START_NS + BigInt(frame) * 1_000n;
    const sequences = commands.reduce((sum, words) => sum + sequencesOf(words, 0), 0);
    writer.append(sequences, lines, sequence, timeNs, hash.low, hash.high, cursors);
    end += frameBytes(lines);
    cursors[0] = cursors[0]! + lines;
    for (const words of commands) {
      engine.apply(words, 0, sequence, Number(timeNs & 0xffff_ffffn) | 0, Number(timeNs >> 32n));
      sequence += sequencesOf(words, 0);
      hash.update(engine.events.words, 0, engine.events.length);
      engine.events.clear();
    }
  }
  writer.close();
  prepared.take(2);
  return { disk, engine };
}

/** A listing, then orders, cancels, mass quotes and texts. */
function commandsOf(random: () => number): () => Int32Array {
  let id = 0;
  const below = (bound: number) => Math.floor(random() * bound);
  return () => {
    id++;
    if (id === 1) return record({ kind: 'list', instrument: instrument(1) });
    const base = { account: 1 + below(4), clientId: below(5) === 0 ? `text-${id}` : id, instrument: 1 };
    const price = 1_000 + below(40);
    const choice = below(20);
    if (choice < 13) return record({ ...base, kind: 'new', side: 1 + below(2), price, size: 1 + below(9) });
    if (choice < 18) return record({ ...base, kind: 'cancel', target: { orderId: 1 + below(id) } });
    const quote = { instrument: 1, bidPrice: price, bidSize: 2, askPrice: price + 9, askSize: 3 };
    return record({ ...base, kind: 'massQuote', quotes: [quote] });
  };
}

/** The words of all frames, headers and lines, one behind the other; and what is said of the whole. */
function readFrames(disk: Disk, into: Int32Array): { length: number; summary: JournalSummary } {
  let length = 0;
  const summary = readJournal({ directory: DIRECTORY, shard: 0, disk }, (words, at) => {
    const end = frameEnd(words, at);
    into.set(words.subarray(at, end), length);
    length += end - at;
  });
  return { length, summary };
}

interface Flips {
  readonly flips: number;
  readonly refused: number;
  /** Read as before, and something behind the end of the log was reported as cut off. */
  readonly cut: number;
  /** Read as before. */
  readonly exact: number;
  readonly faults: readonly string[];
}

/** Reads with bits of a file flipped in turn; a sentence for each that is neither refused nor read as it was. */
function flipBits(disk: SimulatedDisk, number: number, step: number): Flips {
  const path = segmentPath(DIRECTORY, number);
  const flipped = new FlippedDisk(disk, path);
  const frames = new Int32Array(MIN_SEGMENT_BYTES / 4);
  const good = readFrames(disk, frames);
  const goodWords = frames.slice(0, good.length);
  const found = { flips: 0, refused: 0, cut: 0, exact: 0, faults: [] as string[] };
  for (; flipped.bit < MIN_SEGMENT_BYTES * 8; flipped.bit += step) {
    found.flips++;
    try {
      const { length, summary } = readFrames(flipped, frames);
      if (Buffer.compare(bytesOf(goodWords, good.length), bytesOf(frames, length)) !== 0)
        found.faults.push(`bit ${flipped.bit}: other frames`);
      else if (!isDeepStrictEqual({ ...summary, cut: undefined }, good.summary))
        found.faults.push(`bit ${flipped.bit}: another summary`);
      else if (summary.cut === undefined) found.exact++;
      else if (summary.cut.offset === good.summary.tail.end) found.cut++;
      else found.faults.push(`bit ${flipped.bit}: cut at ${summary.cut.offset}`);
    } catch (error) {
      if (isRefusal(error, path)) found.refused++;
      else found.faults.push(`bit ${flipped.bit}: ${error}`);
    }
  }
  return found;
}

function bytesOf(words: Int32Array, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, length * 4);
}

/** Names the file, and a byte of it. */
function isRefusal(error: unknown, path: string): boolean {
  if (error instanceof JournalVersionMismatch) return error.file === path;
  if (!(error instanceof JournalDamage) || !error.message.includes(path)) return false;
  const offset = /at byte (\d+) of/.exec(error.message)?.[1];
  return offset !== undefined && Number(offset) <= MIN_SEGMENT_BYTES;
}

describe('every bit flipped in turn', { timeout: 600_000 }, () => {
  let disk: SimulatedDisk;
  let engine: Engine;

  const { stackTraceLimit } = Error;

  beforeAll(() => {
    ({ disk, engine } = writeLog());
    // Half a million errors: nobody reads where they come from.
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it('begins with a log that is good and nearly fills its segment', () => {
    const replayed = new Engine({ shard: 0 });
    const summary = recoverShard({ directory: DIRECTORY, shard: 0, disk }, replayed, new EventHash());
    expect(summary).toMatchObject({ segments: 1, cut: undefined });
    expect(summary.frames).toBeGreaterThan(10);
    expect(summary.tail.end).toBeGreaterThan(MIN_SEGMENT_BYTES * 0.9);
    expect(Buffer.compare(replayed.snapshot(), engine.snapshot())).toBe(0);
  });

  it('of a segment is refused or read exactly', () => {
    const { faults, ...found } = flipBits(disk, 1, 1);
    expect(faults.slice(0, 20)).toEqual([]);
    expect(found.flips).toBe(MIN_SEGMENT_BYTES * 8);
    expect(found.exact).toBe(0);
    // Behind the first zero sector it may be what is left of a frame whose first sector was lost: the log is whole
    // without it, and what was cut off is said.
    const end = readFrames(disk, new Int32Array(MIN_SEGMENT_BYTES / 4)).summary.tail.end;
    expect(found.cut).toBe((MIN_SEGMENT_BYTES - Math.ceil((end + 1) / 512) * 512) * 8);
  });

  it('of a segment made ahead is refused', () => {
    // All bits are one rule; this comes to each bit of a byte, and to each byte of a word.
    const { faults, flips, refused } = flipBits(disk, 2, 7);
    expect(faults.slice(0, 20)).toEqual([]);
    expect(refused).toBe(flips);
  });

  it('of a snapshot is refused or restored exactly', () => {
    const bytes = engine.snapshot();
    expect(bytes.length).toBeGreaterThan(12 * 1024);
    const flipped = bytes.slice();
    const faults: string[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      try {
        if (Buffer.compare(Engine.restore(flipped).snapshot(), bytes) !== 0) faults.push(`bit ${bit}`);
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) faults.push(`bit ${bit}: ${error}`);
      }
      flipped[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(faults.slice(0, 20)).toEqual([]);
  });
});
