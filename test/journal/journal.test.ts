import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk, DiskFile } from '../../src/journal/disk.js';
import { nodeDisk } from '../../src/journal/disk.js';
import { JournalDamage, JournalVersionMismatch, JournalWriteError } from '../../src/journal/faults.js';
import { SEGMENT_HEADER_BYTES, shardDirectory } from '../../src/journal/segment.js';
import { MAX_GROUP_LINES } from '../../src/model/limits.js';
import { MATCHING_RULES_VERSION } from '../../src/model/versions.js';
import { readAll, SMALL_SEGMENT_BYTES, START_NS, segmentPath, TestJournal, upTo } from './journal-fixture.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickloom-journal-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('a journal', () => {
  it('reads empty where nothing was written', () => {
    const { summary } = readAll(directory);
    expect(summary).toMatchObject({ segments: 0, frames: 0, nextSequence: 1, nextSegment: 1, run: 0 });
    expect(summary.lastTimeNs).toBe(0n);
    expect(summary.lastHash).toBeUndefined();
  });

  it('gives back frames without commands, small ones and the largest, over many segments', () => {
    const journal = new TestJournal(directory);
    journal.append(0);
    journal.append(1);
    journal.append(3, 3);
    for (let i = 0; i < 20; i++) {
      journal.append(MAX_GROUP_LINES);
      journal.append(17);
    }
    journal.append(0);
    journal.writer.close();

    const { ids, counts, summary } = readAll(directory);
    const last = 1 + 3 + 20 * (MAX_GROUP_LINES + 17);
    expect(ids).toEqual(upTo(last));
    expect(counts.length).toBe(44);
    expect(summary).toMatchObject({
      frames: 44,
      commands: last,
      nextSequence: last + 1,
      run: 1,
      cut: undefined,
    });
    expect(summary.segments).toBeGreaterThan(2);
    expect(summary.nextSegment).toBe(summary.segments + 1);
    expect(summary.lastTimeNs).toBe(START_NS + 44_000n);
    expect(summary.lastHash).toEqual({ low: last + 1, high: -last - 1 });
    expect(summary.lastCursors[0]).toBe(1 + 9 + 20 * (MAX_GROUP_LINES + 17));
    for (let number = 1; number <= summary.segments; number++)
      expect(statSync(segmentPath(directory, number)).size).toBe(SMALL_SEGMENT_BYTES);
  });

  it('fills a segment to its last byte', () => {
    const journal = new TestJournal(directory);
    // 4,190,208 bytes of frames: 7 of 524,416, and what is left.
    const room = SMALL_SEGMENT_BYTES - SEGMENT_HEADER_BYTES;
    for (let i = 0; i < 7; i++) journal.append(MAX_GROUP_LINES);
    journal.append((room - 7 * (128 + 64 * MAX_GROUP_LINES) - 128) / 64);
    expect(existsSync(segmentPath(directory, 2))).toBe(false);
    expect(readAll(directory).summary).toMatchObject({ segments: 1, cut: undefined });
    journal.append(1);
    journal.writer.close();
    const { ids, summary } = readAll(directory);
    expect(ids).toEqual(upTo(journal.sequence - 1));
    expect(summary.segments).toBe(2);
  });

  it('goes on in a new segment at each start, and takes the one that was made ahead', () => {
    for (let start = 1; start <= 4; start++) {
      const journal = new TestJournal(directory);
      if (start !== 2) for (let i = 0; i < start; i++) journal.append(2);
      journal.writer.close();
    }
    const { ids, summary } = readAll(directory);
    expect(ids).toEqual(upTo(2 * (1 + 3 + 4)));
    expect(summary).toMatchObject({ segments: 4, nextSegment: 5, run: 4 });

    writeFileSync(segmentPath(directory, 5), new Uint8Array(SMALL_SEGMENT_BYTES));
    writeFileSync(`${segmentPath(directory, 6)}.making`, 'left over');
    expect(readAll(directory).summary).toMatchObject({ segments: 4, nextSegment: 5 });
    const before = statSync(segmentPath(directory, 5)).ino;
    const journal = new TestJournal(directory);
    journal.append(1);
    expect(statSync(segmentPath(directory, 5)).ino).toBe(before);
    expect(readAll(directory).ids).toEqual(upTo(17));
  });

  it('makes a segment anew that was made ahead in another size', () => {
    const first = new TestJournal(directory);
    first.append(1);
    writeFileSync(segmentPath(directory, 2), new Uint8Array(SMALL_SEGMENT_BYTES + 4096));
    const second = new TestJournal(directory);
    second.append(1);
    expect(statSync(segmentPath(directory, 2)).size).toBe(SMALL_SEGMENT_BYTES);
    expect(readAll(directory).ids).toEqual([1, 2]);
  });

  it('goes on no earlier than it ended', () => {
    const first = new TestJournal(directory);
    first.append(1);
    const second = new TestJournal(directory);
    second.timeNs -= 2_000n;
    expect(() => second.append(1)).toThrow(/older than the one before it/);
    second.append(1);
    expect(readAll(directory).ids).toEqual([1, 2]);
  });

  it('keeps shards apart', () => {
    new TestJournal(directory, { shard: 0 }).append(1);
    new TestJournal(directory, { shard: 3 }).append(2);
    expect(readAll(directory, nodeDisk, 0).ids).toEqual([1]);
    expect(readAll(directory, nodeDisk, 3).ids).toEqual([1, 2]);
  });

  it('writes nothing with durability none, and the same bytes with os as with fsync', () => {
    const none = new TestJournal(directory, { durability: 'none' });
    none.append(5);
    none.writer.close();
    expect(existsSync(shardDirectory(directory, 0))).toBe(false);
    const left = new TestJournal(directory, { durability: 'os' });
    left.append(5);
    expect(readAll(directory).ids).toEqual(upTo(5));
    left.writer.close();
  });

  it('refuses to append what could not be read', () => {
    const journal = new TestJournal(directory);
    journal.append(4);
    const { writer, cursors } = journal;
    expect(() => writer.append(1, 1, 6, START_NS * 2n, 0, 0, cursors)).toThrow(/sequence 6 and not at 5/);
    expect(() => writer.append(1, 1, 5, START_NS, 0, 0, cursors)).toThrow(/older/);
    expect(() => writer.append(4, 1, 5, START_NS * 2n, 0, 0, cursors)).toThrow(RangeError);
    expect(() => writer.append(1, MAX_GROUP_LINES + 1, 5, START_NS * 2n, 0, 0, cursors)).toThrow(RangeError);
    journal.append(1);
    writer.close();
    expect(() => journal.append(1)).toThrow(/closed/);
    expect(readAll(directory).ids).toEqual(upTo(5));
  });
});

describe('a disk that fails', () => {
  it('leaves the segment at the last synced place, and the group goes to a new one', () => {
    const disk = new FailingDisk();
    const journal = new TestJournal(directory, { disk });
    journal.append(3);
    disk.failures = 1;
    expect(() => journal.append(2)).toThrow(JournalWriteError);
    expect(() => readAll(directory)).not.toThrow();
    disk.failures = 1;
    expect(() => journal.append(2)).toThrow(/00000002\.segment: EIO/);
    journal.append(2);
    journal.append(2);
    journal.writer.close();
    const { ids, counts, summary } = readAll(directory);
    // The two failed frames stand in the first segment still, or nowhere.
    expect(ids).toEqual(upTo(7));
    expect(counts).toEqual([3, 2, 2]);
    expect(summary).toMatchObject({ segments: 2, cut: undefined });
  });

  it('can leave the segment without a group, so that the group may be rejected', () => {
    const disk = new FailingDisk();
    const journal = new TestJournal(directory, { disk });
    journal.append(3);
    disk.failures = 1;
    expect(() => journal.append(1)).toThrow(JournalWriteError);
    // Whole in the page cache: a restart now would match it.
    expect(readAll(directory).ids).toEqual(upTo(4));
    journal.writer.rotate(journal.sequence, journal.timeNs);
    expect(readAll(directory).ids).toEqual(upTo(3));
    journal.append(1);
    expect(readAll(directory).ids).toEqual(upTo(4));
  });
});

describe('damage', () => {
  const message = (action: () => void): string => {
    try {
      action();
    } catch (error) {
      expect(error).toBeInstanceOf(JournalDamage);
      return (error as Error).message;
    }
    throw new Error('no damage was found');
  };

  /** Three segments, by rotation. */
  function threeSegments(): void {
    const journal = new TestJournal(directory);
    for (let i = 0; i < 18; i++) journal.append(MAX_GROUP_LINES);
    journal.writer.close();
    expect(readAll(directory).summary.segments).toBe(3);
  }

  it('is a missing segment, except for the last', () => {
    threeSegments();
    rmSync(segmentPath(directory, 2));
    expect(message(() => readAll(directory))).toBe(
      `The journal is damaged at byte 0 of ${segmentPath(directory, 2)}: the file is missing.`,
    );
  });

  it('is a missing first segment', () => {
    threeSegments();
    rmSync(segmentPath(directory, 1));
    expect(message(() => readAll(directory))).toMatch(/00000001\.segment: the file is missing/);
  });

  it('is a truncated file, at whatever length', () => {
    for (const number of [1, 3])
      for (const length of [0, 100, 512, 4096, 5000, SMALL_SEGMENT_BYTES / 2, SMALL_SEGMENT_BYTES - 1]) {
        rmSync(shardDirectory(directory, 0), { recursive: true, force: true });
        threeSegments();
        truncateSync(segmentPath(directory, number), length);
        expect(message(() => readAll(directory))).toMatch(
          /has \d+ bytes and not|shorter than a segment's header/,
        );
      }
  });

  it('is a segment in the place of another, or of another shard', () => {
    threeSegments();
    const second = readFileSync(segmentPath(directory, 2));
    writeFileSync(segmentPath(directory, 3), second);
    expect(message(() => readAll(directory))).toMatch(/its number is 2/);
    new TestJournal(directory, { shard: 1 }).append(1);
    writeFileSync(segmentPath(directory, 1, 1), readFileSync(segmentPath(directory, 1)));
    expect(message(() => readAll(directory, nodeDisk, 1))).toMatch(/belongs to shard 0/);
  });

  it('is an emptied segment before a used one', () => {
    threeSegments();
    writeFileSync(segmentPath(directory, 2), new Uint8Array(SMALL_SEGMENT_BYTES));
    expect(message(() => readAll(directory))).toMatch(/empty and a later one is not/);
  });

  it('is a log cut short behind a closed segment', () => {
    threeSegments();
    const first = readFileSync(segmentPath(directory, 1));
    // The last frame of the first segment, taken out without a trace: its seven frames are of 524,416 bytes.
    first.fill(0, SEGMENT_HEADER_BYTES + 6 * 524_416);
    writeFileSync(segmentPath(directory, 1), first);
    expect(message(() => readAll(directory))).toMatch(
      /byte 3150592 .* no frame where the next one should begin/,
    );
  });

  it('names durability os where that explains it', () => {
    const journal = new TestJournal(directory, { durability: 'os' });
    journal.append(1);
    journal.append(1);
    const bytes = readFileSync(segmentPath(directory, 1));
    bytes.fill(0, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES + 192);
    writeFileSync(segmentPath(directory, 1), bytes);
    expect(message(() => readAll(directory))).toMatch(/durability "os", which does not survive a power cut/);
  });
});

describe('another version', () => {
  it.each([
    [1, 'journal format', 1],
    [3, 'matching rules', MATCHING_RULES_VERSION],
  ])('in word %i of a header is refused with what to do', async (word, what, version) => {
    const { crc32 } = await import('node:zlib');
    new TestJournal(directory).append(1);
    const path = segmentPath(directory, 1);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(9, word * 4);
    // Flipped alone it is damage; with a checksum that fits it is another version.
    writeFileSync(path, bytes);
    expect(() => readAll(directory)).toThrow(JournalDamage);
    bytes.writeUInt32LE(0, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 512)), 8);
    writeFileSync(path, bytes);
    expect(() => readAll(directory)).toThrow(JournalVersionMismatch);
    expect(() => readAll(directory)).toThrow(
      `${path} was written with ${what} version 9 and this program has version ${version}: ` +
        'start the program version that wrote it, or name another data directory.',
    );
  });
});

/** The real disk, of which the next syncs fail. */
class FailingDisk implements Disk {
  failures = 0;
  readonly list = nodeDisk.list;
  readonly makeDirectory = nodeDisk.makeDirectory;
  readonly rename = nodeDisk.rename;
  readonly remove = nodeDisk.remove;
  readonly syncDirectory = nodeDisk.syncDirectory;
  readonly freeBytes = nodeDisk.freeBytes;

  open(path: string, how: 'read' | 'update' | 'create'): DiskFile {
    const file = nodeDisk.open(path, how);
    const sync = file.sync.bind(file);
    // Segments in the making do not fail, so that the test says what does.
    if (!path.endsWith('.making'))
      file.sync = () => {
        if (this.failures-- > 0) throw new Error('EIO: i/o error, fdatasync');
        sync();
      };
    return file;
  }
}
