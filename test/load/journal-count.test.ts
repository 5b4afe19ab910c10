import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countJournal } from '../../load/journal-count.js';
import { nodeDisk } from '../../src/journal/disk.js';
import { FRAME_CURSOR_WORDS, FRAME_HEADER_WORDS } from '../../src/journal/frame.js';
import { JournalWriter } from '../../src/journal/journal-writer.js';
import { segmentName, shardDirectory } from '../../src/journal/segment.js';
import { makeSegment } from '../../src/journal/segment-maker.js';
import { CommandKind } from '../../src/model/command.js';
import { LINE_WORDS, orderHead } from '../../src/wire/order-record.js';
import { SMALL_SEGMENT_BYTES } from '../journal/journal-fixture.js';

describe('the count of a journal', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Writes one frame for each list of kinds; a listing takes three lines, an amend two. */
  function write(shard: number, frames: readonly (readonly number[])[]): void {
    const writer = new JournalWriter(
      {
        directory,
        shard,
        durability: 'os',
        segmentBytes: SMALL_SEGMENT_BYTES,
        run: 1,
        firstSequence: 1,
        firstSegment: 1,
        tail: { segment: 0, end: 0, lastFrame: 0 },
        timeNs: 1n,
      },
      nodeDisk,
      {
        request: () => {},
        take: (number) => {
          makeSegment(nodeDisk, shardDirectory(directory, shard), number, SMALL_SEGMENT_BYTES, () => true);
        },
        keepReserve: () => {},
        takeReserve: () => 0,
        hasRoom: () => true,
      },
    );
    let sequence = 1;
    let timeNs = 1n;
    for (const kinds of frames) {
      let lines = 0;
      for (const kind of kinds) {
        const size = kind === CommandKind.List ? 3 : kind === CommandKind.Amend ? 2 : 1;
        const at = FRAME_HEADER_WORDS + lines * LINE_WORDS;
        writer.frame.fill(0x0303_0303, at, at + size * LINE_WORDS);
        writer.frame[at] = orderHead(kind, size, 0);
        lines += size;
      }
      writer.append(kinds.length, lines, sequence, timeNs++, 0, 0, new Int32Array(FRAME_CURSOR_WORDS));
      sequence += kinds.length;
    }
    writer.close();
  }

  it('finds the orders among the commands, over all shards', () => {
    const { New, Cancel, Amend, List, Settings } = CommandKind;
    write(0, [[Settings, List], [New, Amend, Cancel], [], [New]]);
    write(1, [[List], [New, New]]);
    expect(countJournal(directory, 2)).toMatchObject({ orders: 6, commands: 9, segments: 2 });
  });

  it('refuses a damaged journal', () => {
    write(0, [[CommandKind.New]]);
    truncateSync(join(shardDirectory(directory, 0), segmentName(1)), 8_192);
    expect(() => countJournal(directory, 1)).toThrow(/bytes and not/);
  });
});
