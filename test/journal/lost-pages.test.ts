import { describe, expect, it } from 'vitest';
import type { Disk } from '../../src/journal/disk.js';
import { JournalWriteError } from '../../src/journal/faults.js';
import { readAll, seeded, TestJournal } from './journal-fixture.js';
import { SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = '/data';

/** The disk as it is once the system has dropped a page that it could not write: zeros, for who opens it to write. */
function withoutPage(disk: SimulatedDisk, page: { from: number; to: number }): Disk {
  const dropped = Object.create(disk) as Disk;
  dropped.open = (path, how) => {
    const file = disk.open(path, how);
    if (how !== 'update' || !path.endsWith('1.segment')) return file;
    return {
      ...file,
      read(bytes, length, position) {
        const count = file.read(bytes, length, position);
        for (let i = 0; i < count; i++) if (position + i >= page.from && position + i < page.to) bytes[i] = 0;
        return count;
      },
    };
  };
  return dropped;
}

describe('a start on a log of which the system has dropped a page since it was read', () => {
  it.each([
    ['the last frame', 4096, 4608],
    ['the header', 0, 512],
  ])('does not seal what is left into the log: %s', (_, from, to) => {
    const disk = new SimulatedDisk(seeded(1));
    new TestJournal(DIRECTORY, { disk }).append(3);
    const { summary } = readAll(DIRECTORY, disk);
    const start = () => new TestJournal(DIRECTORY, { disk: withoutPage(disk, { from, to }), after: summary });
    expect(start).toThrow(JournalWriteError);
    expect(start).toThrow(`what was read at byte ${from} is not there any more`);
    // Nothing was changed.
    expect(readAll(DIRECTORY, disk).ids).toEqual([1, 2, 3]);
    new TestJournal(DIRECTORY, { disk }).append(2);
    expect(readAll(DIRECTORY, disk).ids).toEqual([1, 2, 3, 4, 5]);
  });
});
