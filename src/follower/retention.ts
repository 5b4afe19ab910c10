import { join } from 'node:path';
import type { Disk } from '../journal/disk.js';
import { segmentNumbers } from '../journal/journal-reader.js';
import { archiveDirectory, segmentName, shardDirectory } from '../journal/segment.js';
import { BadSnapshot, readSnapshot, snapshotName, snapshotSequences } from '../journal/snapshot-file.js';
import { RESUME_COMMANDS } from '../model/limits.js';

/** What becomes of segments that no start needs any more. */
export type OldSegments = 'archive' | 'remove' | 'keep';

/**
 * Which snapshots and segments of a shard stay, besides those that a store which is behind begins from: the newest snapshot;
 * the newest one that lies RESUME_COMMANDS before it, from which a follower begins, and a start whose newest snapshot is bad;
 * one between the two, which will be the next such; and the segments from the older one on. While there is none so old, all
 * segments stay.
 */
export class Retention {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #archive: string;
  readonly #dataDirectory: string;
  readonly #shard: number;
  readonly #oldSegments: OldSegments;
  readonly #resumeCommands: number;
  readonly #lowestReader: () => number;

  /** @param lowestReader sequence that every other reader of the log has: it begins there again, and needs what follows */
  constructor(
    disk: Disk,
    dataDirectory: string,
    shard: number,
    oldSegments: OldSegments,
    resumeCommands = RESUME_COMMANDS,
    lowestReader: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.#lowestReader = lowestReader;
    this.#disk = disk;
    this.#dataDirectory = dataDirectory;
    this.#directory = shardDirectory(dataDirectory, shard);
    this.#archive = archiveDirectory(dataDirectory, shard);
    this.#shard = shard;
    this.#oldSegments = oldSegments;
    this.#resumeCommands = resumeCommands;
  }

  /** Sequence of the newest snapshot, 0 where there is none. */
  get newest(): number {
    return snapshotSequences(this.#disk, this.#directory)[0] ?? 0;
  }

  pathOf(sequence: number): string {
    return join(this.#directory, snapshotName(sequence));
  }

  /** A snapshot was taken: takes away what is not needed any more. Throws the disk's error. */
  taken(): void {
    const sequences = snapshotSequences(this.#disk, this.#directory);
    const kept = keptSnapshots(sequences, this.#resumeCommands, this.#lowestReader());
    let isChanged = false;
    for (const sequence of sequences) {
      if (kept.sequences.includes(sequence)) continue;
      this.#disk.remove(this.pathOf(sequence));
      isChanged = true;
    }
    if (kept.old !== undefined && this.#oldSegments !== 'keep') {
      const first = this.#segmentOf(kept.old);
      for (const number of segmentNumbers(this.#disk, this.#directory)) {
        if (number >= first) break;
        this.#takeAway(number);
        isChanged = true;
      }
    }
    if (isChanged) this.#disk.syncDirectory(this.#directory);
  }

  /** Syncs the segments up to this one: a snapshot must not be ahead of the log. */
  syncLog(segment: number): void {
    for (const number of segmentNumbers(this.#disk, this.#directory)) {
      if (number > segment) break;
      const file = this.#disk.open(join(this.#directory, segmentName(number)), 'update');
      try {
        file.sync();
      } finally {
        file.close();
      }
    }
  }

  #takeAway(number: number): void {
    const name = segmentName(number);
    const path = join(this.#directory, name);
    if (this.#oldSegments === 'remove') {
      this.#disk.remove(path);
      return;
    }
    this.#disk.makeDirectory(this.#archive);
    this.#disk.rename(path, join(this.#archive, name));
    this.#disk.syncDirectory(this.#archive);
    this.#disk.syncDirectory(join(this.#dataDirectory, 'archive'));
  }

  /** The segment at which a start from this snapshot begins; 0 where the snapshot is bad: then all stay. */
  #segmentOf(sequence: number): number {
    try {
      return readSnapshot(this.#disk, this.#directory, this.#shard, sequence, false).position.segment;
    } catch (error) {
      if (error instanceof BadSnapshot) return 0;
      throw error;
    }
  }
}

/** Which of these snapshots, the newest first, stay; `old` is the one from which the log is still needed, if any. */
export function keptSnapshots(
  sequences: readonly number[],
  resumeCommands = RESUME_COMMANDS,
  lowestReader = Number.POSITIVE_INFINITY,
): { readonly sequences: readonly number[]; readonly old: number | undefined } {
  const newest = sequences[0];
  if (newest === undefined) return { sequences: [], old: undefined };
  const old = sequences.find((sequence) => sequence <= newest - resumeCommands);
  const ofReaders = sequences.find((sequence) => sequence <= lowestReader);
  const between = sequences.findLast((sequence) => sequence < newest && sequence > (old ?? 0));
  const oldest = old === undefined || ofReaders === undefined ? undefined : Math.min(old, ofReaders);
  // A reader that is not known to be anywhere yet may begin from the oldest, where the beginning of the log is gone.
  const forReaders = ofReaders ?? sequences.at(-1);
  const sequencesKept = [newest, between, old, forReaders].filter((sequence) => sequence !== undefined);
  return { sequences: [...new Set(sequencesKept)], old: oldest };
}
