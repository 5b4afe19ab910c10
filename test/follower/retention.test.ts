import { describe, expect, it } from 'vitest';
import { keptSnapshots, Retention } from '../../src/follower/retention.js';
import { noCursors } from '../../src/journal/log-position.js';
import { segmentName, shardDirectory } from '../../src/journal/segment.js';
import { SnapshotWriting, snapshotSequences } from '../../src/journal/snapshot-file.js';
import { seeded } from '../journal/journal-fixture.js';
import { SimulatedDisk } from '../journal/simulated-disk.js';

describe('the snapshots that stay', () => {
  it('are the newest, one old enough for who resumes, and one between', () => {
    expect(keptSnapshots([], 100)).toEqual({ sequences: [], old: undefined });
    expect(keptSnapshots([50], 100)).toEqual({ sequences: [50], old: undefined });
    expect(keptSnapshots([90, 50], 100)).toEqual({ sequences: [90, 50], old: undefined });
    expect(keptSnapshots([149, 120, 90, 50], 100)).toEqual({ sequences: [149, 50], old: undefined });
    expect(keptSnapshots([150, 120, 90, 50], 100)).toEqual({ sequences: [150, 90, 50], old: 50 });
    expect(keptSnapshots([400, 300, 200, 100], 100)).toEqual({ sequences: [400, 300], old: 300 });
  });

  it('are also the one from which a store that is behind begins, and the oldest while nobody knows where a store is', () => {
    expect(keptSnapshots([400, 300, 200, 100], 100, 250)).toEqual({ sequences: [400, 300, 200], old: 200 });
    expect(keptSnapshots([400, 300, 200], 100, 0)).toEqual({ sequences: [400, 300, 200], old: undefined });
    expect(keptSnapshots([400, 300, 200], 100, 350)).toEqual({ sequences: [400, 300], old: 300 });
  });

  it('come to an old one in the end, however often there is a stop', () => {
    let snapshots: number[] = [];
    for (let sequence = 10; sequence < 5000; sequence += 10) {
      snapshots = [...keptSnapshots([sequence, ...snapshots], 100).sequences];
      expect(snapshots.length).toBeLessThanOrEqual(3);
      if (sequence > 400) expect(snapshots.at(-1)).toBeGreaterThanOrEqual(sequence - 300);
    }
  });
});

describe('old segments', () => {
  const directory = shardDirectory('/data', 0);

  /** Segments 1 to 6, and snapshots that lie in the segments that are named. */
  function shard(snapshots: Readonly<Record<number, number>>): SimulatedDisk {
    const disk = new SimulatedDisk(seeded(1));
    for (let number = 1; number <= 6; number++)
      disk.open(`${directory}/${segmentName(number)}`, 'create').close();
    for (const [sequence, segment] of Object.entries(snapshots)) {
      const position = {
        segment,
        offset: 4096,
        nextSequence: Number(sequence) + 1,
        timeNs: 1n,
        run: 1,
        cursors: noCursors(),
      };
      const head = { position, hash: { low: 0, high: 0 } };
      const writing = new SnapshotWriting(disk, directory, 0, head, new Uint8Array(64));
      while (!writing.step());
    }
    return disk;
  }
  const segments = (disk: SimulatedDisk, place = directory) =>
    disk
      .list(place)
      .filter((name) => name.endsWith('.segment'))
      .map((name) => Number(name.slice(0, 8)))
      .sort();

  it('go to the archive, from the older snapshot backwards', () => {
    const disk = shard({ 100: 3, 160: 4, 210: 5 });
    new Retention(disk, '/data', 0, 'archive', 100).taken();
    expect(segments(disk)).toEqual([3, 4, 5, 6]);
    expect(segments(disk, '/data/archive/shard-00')).toEqual([1, 2]);
    expect(snapshotSequences(disk, directory)).toEqual([210, 160, 100]);
  });

  it('are removed, or left, as it is wanted', () => {
    const removed = shard({ 100: 3, 210: 5 });
    new Retention(removed, '/data', 0, 'remove', 100).taken();
    expect(segments(removed)).toEqual([3, 4, 5, 6]);
    expect(segments(removed, '/data/archive/shard-00')).toEqual([]);
    const kept = shard({ 100: 3, 210: 5 });
    new Retention(kept, '/data', 0, 'keep', 100).taken();
    expect(segments(kept)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('stay while no snapshot is old enough, or the old one is bad', () => {
    const young = shard({ 100: 3, 150: 4 });
    new Retention(young, '/data', 0, 'remove', 100).taken();
    expect(segments(young)).toEqual([1, 2, 3, 4, 5, 6]);
    const bad = shard({ 100: 3, 210: 5 });
    const file = bad.open(`${directory}/0000000000000100.snapshot`, 'update');
    file.write(new Uint8Array([1]), 1, 20);
    new Retention(bad, '/data', 0, 'remove', 100).taken();
    expect(segments(bad)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
