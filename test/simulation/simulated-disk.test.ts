import { describe, expect, it } from 'vitest';
import { Chance, FaultCounts } from './faults.js';
import { SECTOR_BYTES } from './file-content.js';
import { DiskError, PowerCut, SimulatedDisk } from './simulated-disk.js';

const PATH = '/data/a';

function make(seed = 1): { disk: SimulatedDisk; faults: FaultCounts } {
  const faults = new FaultCounts();
  return { disk: new SimulatedDisk(new Chance(seed), faults), faults };
}

/** A file of so many sectors, each full of its number from 1, unsynced. */
function fill(disk: SimulatedDisk, sectors: number) {
  const file = disk.open(PATH, 'create');
  const bytes = Uint8Array.from(
    { length: sectors * SECTOR_BYTES },
    (_, i) => 1 + Math.floor(i / SECTOR_BYTES),
  );
  file.write(bytes, bytes.length, 0);
  return file;
}

/** The number in each sector of the file. */
function sectorsOf(disk: SimulatedDisk): number[] {
  const file = disk.open(PATH, 'read');
  const bytes = new Uint8Array(file.size());
  file.read(bytes, bytes.length, 0);
  const firsts = bytes.filter((_, i) => i % SECTOR_BYTES === 0);
  // A sector is there as a whole or not at all.
  expect(bytes.every((byte, i) => byte === firsts[Math.floor(i / SECTOR_BYTES)])).toBe(true);
  return [...firsts];
}

describe('a simulated disk', () => {
  it('keeps what was synced over a power cut', () => {
    const { disk } = make();
    fill(disk, 5).sync();
    disk.syncDirectory('/data');
    disk.cutPower();
    expect(() => disk.open(PATH, 'read')).toThrow(PowerCut);
    disk.restart();
    expect(sectorsOf(disk)).toEqual([1, 2, 3, 4, 5]);
  });

  it('loses whole sectors that were not synced, in any order, and names', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const { disk } = make(seed);
      fill(disk, 3);
      if (seed % 2 === 0) disk.syncDirectory('/data');
      disk.cutPower();
      disk.restart();
      const isThere = disk.list('/data').includes('a');
      if (seed % 2 === 0) expect(isThere).toBe(true);
      seen.add(isThere ? sectorsOf(disk).join() : 'none');
    }
    for (const content of ['none', '', '1,2,3', '0,2,0', '0,0,3', '1']) expect([...seen]).toContain(content);
  });

  it('counts as written what a failed sync has not written, as Linux does', () => {
    const lost = Array.from({ length: 20 }, (_, seed) => {
      const { disk, faults } = make(seed);
      const file = fill(disk, 4);
      disk.syncDirectory('/data');
      disk.failingSyncs = 1;
      expect(() => file.sync()).toThrow(DiskError);
      expect(faults.counts.failedSyncs).toBe(1);
      // The next one says that all is well.
      file.sync();
      // The system may show them for a while, or read them from the disk again.
      for (const [i, sector] of sectorsOf(disk).entries()) expect([0, i + 1]).toContain(sector);
      disk.cutPower();
      disk.restart();
      return sectorsOf(disk).filter((sector) => sector === 0).length;
    });
    expect(lost.some((sectors) => sectors > 0)).toBe(true);
  });

  it('takes a part of a write where it is short or full, in whole sectors, and says so', () => {
    const { disk, faults } = make();
    disk.shortWrites = 1;
    fill(disk, 4).sync();
    expect(sectorsOf(disk)).toEqual([1, 2, 3, 4]);
    expect(faults.counts.shortWrites).toBe(1);
    disk.remove(PATH);
    disk.capacity = 2 * SECTOR_BYTES + 100;
    expect(() => fill(disk, 4)).toThrow('ENOSPC');
    expect(sectorsOf(disk)).toEqual([1, 2]);
    expect(faults.counts.diskFull).toBeGreaterThan(0);
  });

  it('renames as a whole or not at all', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { disk } = make(seed);
      fill(disk, 1).sync();
      disk.syncDirectory('/data');
      disk.rename(PATH, '/data/b');
      disk.cutPower();
      disk.restart();
      expect(disk.list('/data')).toHaveLength(1);
    }
  });

  it('loses power where it was planned, before or after the call has its effect', () => {
    for (const isDone of [false, true]) {
      const { disk, faults } = make();
      const file = fill(disk, 1);
      disk.syncDirectory('/data');
      disk.cut = { kind: 'sync', after: 0, isDone };
      expect(() => file.sync()).toThrow(PowerCut);
      expect(disk.isOff).toBe(true);
      expect(faults.counts.powerCutsAtSync).toBe(1);
      disk.restart();
      if (isDone) expect(sectorsOf(disk)).toEqual([1]);
    }
  });

  it('has copies that share nothing with it', () => {
    const { disk } = make();
    fill(disk, 2);
    const copy = disk.copy();
    fill(disk, 1);
    expect(sectorsOf(copy)).toEqual([1, 2]);
    expect(sectorsOf(disk)).toEqual([1]);
  });
});
