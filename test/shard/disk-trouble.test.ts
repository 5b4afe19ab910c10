import { describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { JournalWriteError } from '../../src/journal/faults.js';
import type { JournalWriter } from '../../src/journal/journal-writer.js';
import { DiskState, ShardBoard } from '../../src/metrics/shard-board.js';
import { DISK_RETRY_MS } from '../../src/model/limits.js';
import { DiskTrouble } from '../../src/shard/disk-trouble.js';

/** What of a journal is looked at. */
function journal(state: { uncertain?: boolean; onReserve?: boolean; hasRoom?: boolean }): JournalWriter {
  const writer = {
    uncertain: false,
    onReserve: false,
    ...state,
    leaveReserve: () => {
      if (state.hasRoom !== true) return false;
      writer.onReserve = false;
      return true;
    },
  };
  return writer as unknown as JournalWriter;
}

function failing(times: number): { append: () => void; calls: () => number } {
  let calls = 0;
  return {
    append: () => {
      if (calls++ < times) throw new JournalWriteError('f', new Error('EIO'));
    },
    calls: () => calls,
  };
}

describe('a shard whose disk', () => {
  const board = () => new ShardBoard(ShardBoard.allocate(1));
  const noPause = () => {
    throw new Error('no pause was expected');
  };

  it('fails once goes on in a new segment, and nobody notices', () => {
    const words = board();
    const trouble = new DiskTrouble(words, 0, journal({ uncertain: true }), new TestClock(), noPause);
    const { append, calls } = failing(1);
    expect(trouble.append(append)).toBe(true);
    expect(calls()).toBe(2);
    expect(words.disk(0)).toBe(DiskState.Well);
  });

  it('goes on failing tries until the group is safe, and the gateways know', () => {
    const words = board();
    const seen: number[] = [];
    const trouble = new DiskTrouble(words, 0, journal({ uncertain: true }), new TestClock(), () =>
      seen.push(words.disk(0)),
    );
    expect(trouble.append(failing(5).append)).toBe(true);
    expect(seen).toEqual(Array(4).fill(DiskState.Failing));
    expect(words.disk(0)).toBe(DiskState.Well);
    // Where the exchange is to stop meanwhile, the group is neither acknowledged nor refused.
    words.stop();
    expect(() => trouble.append(failing(5).append)).toThrow(JournalWriteError);
  });

  it('is full refuses what is not in the log, and tries again when it is time', () => {
    const words = board();
    const clock = new TestClock();
    const told: string[] = [];
    const trouble = new DiskTrouble(words, 0, journal({}), clock, noPause, (sentence) => told.push(sentence));
    expect(trouble.append(failing(1).append)).toBe(false);
    expect(trouble.admission).toBe('none');
    expect(words.disk(0)).toBe(DiskState.Reserve);
    trouble.tryAgain(1, 0n);
    expect(trouble.admission).toBe('none');
    clock.advance(DISK_RETRY_MS * 1e6);
    trouble.tryAgain(1, 0n);
    expect(trouble.admission).toBe('all');
    expect(trouble.append(failing(0).append)).toBe(true);
    expect(words.disk(0)).toBe(DiskState.Well);
    expect(told[0]).toContain('EIO');
    expect(told[1]).toBe('the disk is well again');
    expect(told).toHaveLength(2);
  });

  it('is on its reserve takes cancels, until there is room', () => {
    const words = board();
    const clock = new TestClock();
    const state = { onReserve: true, hasRoom: false };
    const trouble = new DiskTrouble(words, 0, journal(state), clock, noPause);
    expect(trouble.admission).toBe('reserve');
    clock.advance(DISK_RETRY_MS * 1e6);
    trouble.tryAgain(1, 0n);
    expect(trouble.admission).toBe('reserve');
    state.hasRoom = true;
    clock.advance(DISK_RETRY_MS * 1e6);
    trouble.tryAgain(1, 0n);
    expect(trouble.admission).toBe('all');
    expect(words.disk(0)).toBe(DiskState.Well);
  });

  it('was failing when its thread died is well for the next one, or no command would come to show it', () => {
    const words = board();
    words.setDisk(0, DiskState.Failing);
    new DiskTrouble(words, 0, journal({}), new TestClock(), noPause);
    expect(words.disk(0)).toBe(DiskState.Well);
  });
});
