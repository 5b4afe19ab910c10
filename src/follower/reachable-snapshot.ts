import { type Disk, nodeDisk } from '../journal/disk.js';
import { shardDirectory } from '../journal/segment.js';
import { BadSnapshot, readSnapshot, snapshotSequences } from '../journal/snapshot-file.js';

/**
 * The oldest good snapshot of each shard of a data directory: who rebuilds a shard elsewhere has some time to get hold of it,
 * and needs the commands behind it. Each snapshot is read once, to see that it is good.
 */
export class ReachableSnapshot {
  readonly #directory: string;
  readonly #disk: Disk;
  /** By shard: what was found to be good last. */
  readonly #good = new Map<number, number>();

  constructor(directory: string, disk = nodeDisk) {
    this.#directory = directory;
    this.#disk = disk;
  }

  /** Sequence of the oldest good snapshot of a shard, 0 where there is none. */
  sequence(shard: number): number {
    const directory = shardDirectory(this.#directory, shard);
    for (const sequence of snapshotSequences(this.#disk, directory).reverse()) {
      if (this.#good.get(shard) === sequence) return sequence;
      if (!this.#isGood(directory, shard, sequence)) continue;
      this.#good.set(shard, sequence);
      return sequence;
    }
    return 0;
  }

  #isGood(directory: string, shard: number, sequence: number): boolean {
    try {
      readSnapshot(this.#disk, directory, shard, sequence);
      return true;
    } catch (error) {
      // One that is taken away at this moment is as good as bad.
      if (error instanceof BadSnapshot || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
}
