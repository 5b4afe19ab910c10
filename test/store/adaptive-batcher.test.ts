import { describe, expect, it } from 'vitest';
import { LEAST_BATCH_ROWS, MOST_BATCH_ROWS } from '../../src/model/limits.js';
import { AdaptiveBatcher } from '../../src/store/adaptive-batcher.js';

const TARGET_NS = 10e6;

/** Full batches into a sink that takes so long for a write and for each row of it. */
function settle(batcher: AdaptiveBatcher, writeNs: number, rowNs: number, writes = 60): void {
  for (let i = 0; i < writes; i++) batcher.learn(batcher.size, writeNs + batcher.size * rowNs, TARGET_NS);
}

describe('the adaptive batcher', () => {
  it('finds the size that keeps a write under its target', () => {
    const batcher = new AdaptiveBatcher();
    settle(batcher, 2e6, 2_000);
    // 2 ms for the write leave 8 ms for rows of 2 µs.
    expect(batcher.size).toBeGreaterThan(3_600);
    expect(batcher.size).toBeLessThan(4_400);
    expect(batcher.rowsPerSecond).toBeGreaterThan(300_000);
    settle(batcher, 2e6, 8_000);
    expect(batcher.size).toBeGreaterThan(900);
    expect(batcher.size).toBeLessThan(1_100);
  });

  it('stays within its bounds', () => {
    const fast = new AdaptiveBatcher();
    settle(fast, 0, 1);
    expect(fast.size).toBe(MOST_BATCH_ROWS);
    const slow = new AdaptiveBatcher();
    settle(slow, 50e6, 1);
    expect(slow.size).toBe(LEAST_BATCH_ROWS);
  });

  it('does not take a small batch for a sign that large ones are quick', () => {
    const batcher = new AdaptiveBatcher();
    const before = batcher.size;
    for (let i = 0; i < 100; i++) batcher.learn(10, 1e5, TARGET_NS);
    expect(batcher.size).toBe(before);
  });

  it('grows again when a slow time is over, and when the target is longer', () => {
    const batcher = new AdaptiveBatcher();
    settle(batcher, 0, 2_000);
    settle(batcher, 40e6, 2_000, 3);
    expect(batcher.size).toBeLessThan(3_000);
    settle(batcher, 0, 2_000);
    expect(batcher.size).toBeGreaterThan(4_500);
    for (let i = 0; i < 60; i++) batcher.learn(batcher.size, batcher.size * 2_000, 10 * TARGET_NS);
    expect(batcher.size).toBeGreaterThan(45_000);
  });

  it('learns nothing from a write of nothing', () => {
    const batcher = new AdaptiveBatcher();
    const before = batcher.size;
    batcher.learn(0, 100e6, TARGET_NS);
    expect(batcher.size).toBe(before);
    expect(batcher.rowsPerSecond).toBe(0);
  });
});
