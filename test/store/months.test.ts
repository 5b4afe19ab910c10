import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, monthOf } from '../../src/store/months.js';

describe('months', () => {
  it('are those of UTC', () => {
    expect(monthOf(0n)).toBe('197001');
    expect(monthOf(1_798_761_599_999_999_999n)).toBe('202612');
    expect(monthOf(1_798_761_600_000_000_000n)).toBe('202701');
  });

  it('hold every nanosecond once', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (timeNs) => {
        const { from, to } = boundsOf(monthOf(timeNs));
        expect(timeNs >= from && timeNs < to).toBe(true);
        expect(monthOf(from)).toBe(monthOf(to - 1n));
        expect(monthOf(to)).not.toBe(monthOf(from));
      }),
    );
  });
});
