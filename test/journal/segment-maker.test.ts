import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDisk } from '../../src/journal/disk.js';
import { FRAME_HEADER_WORDS } from '../../src/journal/frame.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { shardDirectory } from '../../src/journal/segment.js';
import { PreparedSegments, type SegmentMaker as SourceMaker } from '../../src/journal/segment-maker.js';
import { MAX_GROUP_LINES } from '../../src/model/limits.js';
import { LINE_WORDS } from '../../src/wire/order-record.js';
import { readAll, SMALL_SEGMENT_BYTES, START_NS, segmentPath, upTo, writeOrder } from './journal-fixture.js';

// A thread starts from a file of JavaScript, so the maker comes from what was built.
const built = new URL('../../dist/src/journal/segment-maker.js', import.meta.url).href;
const { SegmentMaker } = (await import(built)) as { SegmentMaker: typeof SourceMaker };

const LARGE = 64 * 1024 * 1024;
let directory: string;
let makers: SourceMaker[] = [];

function startMaker(segmentBytes = SMALL_SEGMENT_BYTES, mailbox?: SharedArrayBuffer): SourceMaker {
  const maker = new SegmentMaker({ directory, segmentBytes, mailbox });
  makers.push(maker);
  return maker;
}

function prepared(
  mailbox?: SharedArrayBuffer,
  shard = 0,
  segmentBytes = SMALL_SEGMENT_BYTES,
): PreparedSegments {
  return new PreparedSegments({ directory, shard, segmentBytes, mailbox }, nodeDisk);
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (holds()) return;
    await sleep(5);
  }
  throw new Error('it did not happen within ten seconds');
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickloom-maker-'));
  for (let shard = 0; shard < 3; shard++) mkdirSync(shardDirectory(directory, shard));
});

afterEach(async () => {
  for (const maker of makers) await maker.stop();
  makers = [];
  rmSync(directory, { recursive: true, force: true });
});

describe('segments made ahead', () => {
  it('are made by the thread when asked for, whole and zero', async () => {
    const { mailbox } = startMaker();
    const segments = [0, 1, 2].map((shard) => prepared(mailbox, shard));
    for (const [shard, source] of segments.entries()) source.request(shard + 1);
    await until(() => [0, 1, 2].every((shard) => existsSync(segmentPath(directory, shard + 1, shard))));
    for (const [shard, source] of segments.entries()) {
      const path = segmentPath(directory, shard + 1, shard);
      source.take(shard + 1);
      expect(statSync(path).size).toBe(SMALL_SEGMENT_BYTES);
      expect(readFileSync(path).every((byte) => byte === 0)).toBe(true);
      expect(readdirSync(shardDirectory(directory, shard))).toHaveLength(1);
    }
  });

  it('are made in a hurry for a shard that waits', () => {
    const { mailbox } = startMaker(LARGE);
    const source = prepared(mailbox, 1, LARGE);
    // Blocks this thread, as a shard's is: nothing but the maker's own thread can end it.
    source.take(1);
    expect(statSync(segmentPath(directory, 1, 1)).size).toBe(LARGE);
    source.request(2);
    source.take(2);
    expect(statSync(segmentPath(directory, 2, 1)).size).toBe(LARGE);
  });

  it('are made by the shard where no maker runs, or no more', async () => {
    prepared().take(1);
    expect(statSync(segmentPath(directory, 1)).size).toBe(SMALL_SEGMENT_BYTES);
    const maker = startMaker();
    const source = prepared(maker.mailbox);
    await maker.stop();
    expect(await maker.ended).toBeUndefined();
    source.request(2);
    source.take(2);
    expect(existsSync(segmentPath(directory, 2))).toBe(true);
    // A maker that takes its place goes on with the same mailbox.
    startMaker(SMALL_SEGMENT_BYTES, maker.mailbox);
    source.request(3);
    await until(() => existsSync(segmentPath(directory, 3)));
  });

  it('are dropped when the maker is stopped before they are whole', async () => {
    const maker = startMaker(LARGE);
    prepared(maker.mailbox, 0, LARGE).request(1);
    await until(() => existsSync(`${segmentPath(directory, 1)}.making`));
    await maker.stop();
    expect(readdirSync(shardDirectory(directory, 0))).toEqual([]);
  });

  it('fail where the disk fails, and the shard learns why', () => {
    const { mailbox } = startMaker();
    rmSync(shardDirectory(directory, 2), { recursive: true });
    const source = prepared(mailbox, 2);
    source.request(1);
    expect(() => source.take(1)).toThrow(/ENOENT/);
    mkdirSync(shardDirectory(directory, 2));
    source.take(1);
    expect(existsSync(segmentPath(directory, 1, 2))).toBe(true);
  });

  it('never take the place of one that is in use', () => {
    const { mailbox } = startMaker();
    const options = {
      directory,
      shard: 0,
      durability: 'fsync',
      segmentBytes: SMALL_SEGMENT_BYTES,
      run: 1,
      firstSequence: 1,
      firstSegment: 1,
      tail: { segment: 0, end: 0, lastFrame: 0 },
      timeNs: START_NS,
    } as const;
    const writer = new JournalWriter(options, nodeDisk, prepared(mailbox));
    const cursors = new Int32Array(16);
    let sequence = 1;
    for (let group = 0; group < 30; group++) {
      for (let i = 0; i < MAX_GROUP_LINES; i++)
        writeOrder(writer.frame, FRAME_HEADER_WORDS + i * LINE_WORDS, sequence + i);
      writer.append(MAX_GROUP_LINES, MAX_GROUP_LINES, sequence, START_NS, 0, 0, cursors);
      sequence += MAX_GROUP_LINES;
    }
    writer.close();
    const { ids, summary } = readAll(directory);
    expect(ids).toEqual(upTo(30 * MAX_GROUP_LINES));
    expect(summary.segments).toBe(5);
    expect(() => new JournalWriter(options, nodeDisk, prepared())).toThrow(
      /00000001\.segment.*in use already/,
    );
    expect(readAll(directory).summary.commands).toBe(30 * MAX_GROUP_LINES);
  });
});
