import { Engine } from '../book/engine.js';
import { type Disk, nodeDisk } from '../journal/disk.js';
import type { JournalSource } from '../journal/journal-reader.js';
import { segmentNumbers } from '../journal/journal-reader.js';
import { type LogPosition, noCursors } from '../journal/log-position.js';
import { SEGMENT_HEADER_BYTES, shardDirectory } from '../journal/segment.js';
import { BadSnapshot, snapshotSequences } from '../journal/snapshot-file.js';
import { RESUME_COMMANDS } from '../model/limits.js';
import { restoreSnapshot } from '../shard/recovery.js';
import { EventHash } from '../wire/event-hash.js';

/** Where a follower begins. */
export interface FollowerStart {
  readonly engine: Engine;
  readonly hash: EventHash;
  readonly position: LogPosition;
}

/** The place before the first frame of a log. */
export const LOG_START: LogPosition = {
  segment: 1,
  offset: SEGMENT_HEADER_BYTES,
  nextSequence: 1,
  timeNs: 0n,
  run: 0,
  cursors: noCursors(),
};

/**
 * Begins far enough before the end of the log for clients to resume: at the newest snapshot that is `resumeCommands` old,
 * or at the beginning of the log, or where that is gone at the oldest snapshot that is good.
 *
 * @param sequence at which the log ends
 * @throws BadSnapshot where neither a snapshot nor the beginning of the log is there
 */
export function startFollower(
  source: JournalSource,
  sequence: number,
  hashSalt: number,
  resumeCommands = RESUME_COMMANDS,
): FollowerStart {
  const { disk = nodeDisk, directory, shard } = source;
  const oldEnough: number[] = [];
  const younger: number[] = [];
  for (const taken of snapshotSequences(disk, shardDirectory(directory, shard))) {
    if (taken <= sequence - resumeCommands) oldEnough.push(taken);
    else if (taken <= sequence) younger.unshift(taken);
  }
  const first = restoreFirst(disk, source, oldEnough, hashSalt);
  if (first !== undefined) return first;
  if (segmentNumbers(disk, shardDirectory(directory, shard))[0] === 1)
    return { engine: new Engine({ shard, hashSalt }), hash: new EventHash(), position: LOG_START };
  const oldest = restoreFirst(disk, source, younger, hashSalt);
  if (oldest !== undefined) return oldest;
  throw new BadSnapshot(shardDirectory(directory, shard), 'no snapshot is good, and the log begins later');
}

function restoreFirst(
  disk: Disk,
  source: JournalSource,
  sequences: readonly number[],
  hashSalt: number,
): FollowerStart | undefined {
  for (const sequence of sequences) {
    try {
      return restoreSnapshot(disk, source, sequence, hashSalt);
    } catch (error) {
      if (!(error instanceof BadSnapshot)) throw error;
    }
  }
  return undefined;
}
