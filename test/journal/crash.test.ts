import { describe, expect, it } from 'vitest';
import { JournalWriteError } from '../../src/journal/faults.js';
import { MAX_GROUP_LINES } from '../../src/model/limits.js';
import { readAll, SMALL_SEGMENT_BYTES, seeded, segmentPath, TestJournal } from './journal-fixture.js';
import { PowerCut, SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = '/data';

/** What was promised so far, and what may be there besides of the groups that failed since. */
interface Promised {
  acknowledged: number;
  attempted: number;
}

/** Reads what is there, checks it against what was promised, and starts on it; what was read is promised from then on. */
function start(disk: SimulatedDisk, promised: Promised): TestJournal {
  const { ids, summary } = readAll(DIRECTORY, disk);
  expect(ids.findIndex((id, i) => id !== i + 1)).toBe(-1);
  expect(ids.length).toBeGreaterThanOrEqual(promised.acknowledged);
  expect(ids.length).toBeLessThanOrEqual(promised.attempted);
  const journal = new TestJournal(DIRECTORY, { disk, after: summary });
  promised.acknowledged = ids.length;
  promised.attempted = ids.length;
  return journal;
}

function append(journal: TestJournal, count: number, promised: Promised): void {
  promised.attempted = Math.max(promised.attempted, journal.sequence - 1 + count);
  journal.append(count);
  promised.acknowledged = journal.sequence - 1;
  promised.attempted = promised.acknowledged;
}

/** Two starts, with frames of all sizes and a rotation. */
function scenario(disk: SimulatedDisk, promised: Promised): void {
  const first = start(disk, promised);
  append(first, 1, promised);
  append(first, 30, promised);
  append(first, 0, promised);
  for (let i = 0; i < 8; i++) append(first, MAX_GROUP_LINES, promised);
  append(first, 5, promised);
  const second = start(disk, promised);
  append(second, 12, promised);
}

function untilPowerCut(action: () => void): void {
  try {
    action();
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (!(cause instanceof PowerCut)) throw error;
  }
}

describe('the power is cut', { timeout: 600_000 }, () => {
  const whole = new SimulatedDisk(seeded(1));
  scenario(whole, { acknowledged: 0, attempted: 0 });

  it('before each single call to the disk: all that was promised is there after it', () => {
    for (let call = 0; call <= whole.calls; call++)
      for (const killed of [false, true]) {
        const disk = new SimulatedDisk(seeded(call));
        const promised = { acknowledged: 0, attempted: 0 };
        disk.cutAt = call;
        untilPowerCut(() => scenario(disk, promised));
        // A killed process leaves all that it wrote with the operating system.
        if (killed) disk.cutAt = Number.POSITIVE_INFINITY;
        else disk.restart();
        const journal = start(disk, promised);
        append(journal, 3, promised);
        expect(readAll(DIRECTORY, disk).ids.length).toBe(promised.acknowledged);
        disk.restart();
        start(disk, promised);
      }
  });

  it('or the process killed, or a sync fails, over and over: all that was promised is there each time', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed);
      const disk = new SimulatedDisk(random);
      const promised = { acknowledged: 0, attempted: 0 };
      let failing = false;
      disk.failSync = (path) => failing && !path.endsWith('.making') && random() < 0.3;
      for (let life = 0; life < 12; life++) {
        disk.cutAt = disk.calls + Math.floor(random() * 80);
        untilPowerCut(() => {
          failing = random() < 0.2;
          let journal: TestJournal;
          try {
            journal = start(disk, promised);
          } catch (error) {
            // A start that cannot make sure of what it read does not start.
            if (error instanceof JournalWriteError && !(error.cause instanceof PowerCut)) return;
            throw error;
          }
          for (let group = 0; group < 30; group++) {
            const size = Math.floor(random() ** 4 * MAX_GROUP_LINES);
            failing = random() < 0.4;
            try {
              append(journal, size, promised);
            } catch (error) {
              if ((error as Error).cause instanceof PowerCut) throw error;
              // The next group takes the place of this one, or the process ends here.
              if (random() < 0.3) break;
            } finally {
              failing = false;
            }
          }
        });
        failing = false;
        if (random() < 0.6) disk.restart();
        else disk.cutAt = Number.POSITIVE_INFINITY;
      }
      start(disk, promised);
      expect(promised.acknowledged).toBeGreaterThan(0);
    }
  });

  it('while a segment is made: none is there under its name that is not whole', () => {
    for (let seed = 0; seed < 40; seed++) {
      const disk = new SimulatedDisk(seeded(seed));
      disk.cutAt = seed % 20;
      untilPowerCut(() => start(disk, { acknowledged: 0, attempted: 0 }));
      disk.restart();
      const size = disk.names.get(segmentPath(DIRECTORY, 1))?.current.length;
      expect([undefined, SMALL_SEGMENT_BYTES]).toContain(size);
      start(disk, { acknowledged: 0, attempted: 0 });
    }
  });
});
