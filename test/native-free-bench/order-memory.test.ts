import { describe, expect, it } from 'vitest';
import { measureOrderMemory, measureRangeMemory, priceRanges } from '../../native-free-bench/order-memory.js';

describe('the memory of orders', () => {
  it('is counted by the order', () => {
    const { perOrder } = measureOrderMemory(1, 20_000);
    expect(perOrder.arrayBytes).toBeGreaterThan(64);
  });

  it('has both ends of the range of prices', () => {
    expect(priceRanges).toContainEqual([1, 10 ** 12]);
    for (const [bidTicks, askTicks] of priceRanges)
      expect(measureRangeMemory(bidTicks, askTicks)).toMatchObject({ bidTicks, askTicks });
  });
});
