import { join } from 'node:path';
import { readWhole } from '../wire/words.js';
import type { Disk } from './disk.js';
import { FRAME_FIRST_SEQUENCE, FRAME_SEQUENCES, FRAME_TIME, frameEnd } from './frame.js';
import { frameFault } from './frame-check.js';
import { segmentNumbers } from './journal-reader.js';
import {
  makeShardDirectory,
  readSegmentHeader,
  SEGMENT_HEADER_WORDS,
  type SegmentHeader,
  segmentName,
  shardDirectory,
} from './segment.js';
import { BadSnapshot, readSnapshot, snapshotName, snapshotSequences } from './snapshot-file.js';

/** What was copied of one shard. */
export interface BackedUpShard {
  readonly shard: number;
  /** Sequence of the snapshot that was copied; 0 where there was none. */
  readonly snapshot: number;
  readonly segments: number;
  /** Sequence of the last command in the copy. */
  readonly sequence: number;
  readonly bytes: number;
}

/** Segments went while they were copied, again and again. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Snapshots come minutes apart, so that a second attempt finds what it needs. */
const ATTEMPTS = 5;

/**
 * Copies a shard so that an exchange can start from the copy: the newest good snapshot and the log behind it, up to a frame
 * that is whole. The exchange may be running meanwhile: what it had acknowledged when the copy began is in the copy. The
 * copy is synced.
 *
 * @throws BackupError, JournalDamage, or the disk's error
 */
export function backUpShard(disk: Disk, from: string, to: string, shard: number): BackedUpShard {
  makeShardDirectory(disk, to, shard);
  for (let attempt = 1; ; attempt++) {
    try {
      return copyShard(disk, shardDirectory(from, shard), shardDirectory(to, shard), shard);
    } catch (error) {
      // A segment or snapshot that retention has taken away meanwhile: a newer snapshot stands for it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (attempt === ATTEMPTS)
        throw new BackupError(
          `shard ${shard}: files of ${shardDirectory(from, shard)} went ${ATTEMPTS} times while they were copied; try again`,
        );
      for (const name of disk.list(shardDirectory(to, shard)))
        disk.remove(join(shardDirectory(to, shard), name));
    }
  }
}

function copyShard(disk: Disk, from: string, to: string, shard: number): BackedUpShard {
  let snapshot = 0;
  let firstSegment = 1;
  let bytes = 0;
  for (const sequence of snapshotSequences(disk, from)) {
    try {
      const found = readSnapshot(disk, from, shard, sequence);
      bytes += copyWhole(disk, join(from, snapshotName(sequence)), join(to, snapshotName(sequence)));
      snapshot = sequence;
      firstSegment = found.position.segment;
      break;
    } catch (error) {
      if (!(error instanceof BadSnapshot)) throw error;
    }
  }
  let segments = 0;
  let sequence = snapshot;
  for (const number of segmentNumbers(disk, from)) {
    if (number < firstSegment) continue;
    const copied = copySegment(disk, join(from, segmentName(number)), join(to, segmentName(number)));
    if (copied === undefined) break;
    segments++;
    sequence = Math.max(sequence, copied.sequence);
    bytes += copied.bytes;
  }
  disk.syncDirectory(to);
  return { shard, snapshot, segments, sequence, bytes };
}

/** Copies the header and the frames that are whole; undefined for a segment that was not begun. */
function copySegment(disk: Disk, from: string, to: string): { sequence: number; bytes: number } | undefined {
  const source = disk.open(from, 'read');
  try {
    const header = readSegmentHeader(source);
    if (header === undefined) return undefined;
    const words = new Int32Array(header.segmentBytes / 4);
    const bytes = new Uint8Array(words.buffer);
    source.read(bytes, header.segmentBytes, 0);
    const { end, sequence } = wholeFrames(words, bytes, header);
    const target = disk.open(to, 'create');
    try {
      target.write(bytes, end * 4, 0);
      // A start never writes behind the end of an old segment: a hole in the file will do.
      if (end * 4 < header.segmentBytes) target.write(new Uint8Array(1), 1, header.segmentBytes - 1);
      target.sync();
    } finally {
      target.close();
    }
    return { sequence, bytes: end * 4 };
  } finally {
    source.close();
  }
}

/** The word at which the whole frames end, and the sequence of their last command. */
function wholeFrames(
  words: Int32Array,
  bytes: Uint8Array,
  header: SegmentHeader,
): { end: number; sequence: number } {
  const position = { run: header.run, nextSequence: header.firstSequence, timeLow: 0, timeHigh: 0 };
  let at = SEGMENT_HEADER_WORDS;
  while (at < words.length && frameFault(words, bytes, at, words.length, position) === undefined) {
    position.nextSequence = readWhole(words, at + FRAME_FIRST_SEQUENCE) + words[at + FRAME_SEQUENCES]!;
    position.timeLow = words[at + FRAME_TIME]! >>> 0;
    position.timeHigh = words[at + FRAME_TIME + 1]! >>> 0;
    at = frameEnd(words, at);
  }
  return { end: at, sequence: position.nextSequence - 1 };
}

function copyWhole(disk: Disk, from: string, to: string): number {
  const source = disk.open(from, 'read');
  try {
    const length = source.size();
    const bytes = new Uint8Array(length);
    source.read(bytes, length, 0);
    const target = disk.open(to, 'create');
    try {
      target.write(bytes, length, 0);
      target.sync();
    } finally {
      target.close();
    }
    return length;
  } finally {
    source.close();
  }
}
