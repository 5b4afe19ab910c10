import { describe, expect, it } from 'vitest';
import { type Randomness, SeededRandomness, SystemRandomness } from '../../src/clock/randomness.js';

const take = (count: number, source: Randomness) => Array.from({ length: count }, () => source.next32());

/** A source that gives the listed numbers, then none. */
class Listed extends SeededRandomness {
  readonly #values: number[];
  constructor(...values: number[]) {
    super(0);
    this.#values = values;
  }
  override next32(): number {
    const value = this.#values.shift();
    if (value === undefined) throw new Error('the list is used up');
    return value;
  }
}

describe('SeededRandomness', () => {
  it('is xoshiro128** 1.1, by the numbers of its reference implementation', () => {
    expect(take(10, SeededRandomness.fromState(1, 2, 3, 4))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('fills its state by SplitMix64, by the numbers of its reference implementation', () => {
    // Seed 0: e220a8397b1dcdaf, 6e789e6aa1b965f4. Seed 1234567: 6457827717110365317, 3203168211198807973.
    expect(take(20, new SeededRandomness(0))).toEqual(
      take(20, SeededRandomness.fromState(0x7b1dcdaf, 0xe220a839, 0xa1b965f4, 0x6e789e6a)),
    );
    const words = [6457827717110365317n, 3203168211198807973n].flatMap((output) => [
      Number(output & 0xffff_ffffn),
      Number(output >> 32n),
    ]) as [number, number, number, number];
    expect(take(20, new SeededRandomness(1234567))).toEqual(take(20, SeededRandomness.fromState(...words)));
  });

  it('gives the same for the same seed, and other numbers for another', () => {
    expect(take(100, new SeededRandomness(42))).toEqual(take(100, new SeededRandomness(42n)));
    expect(take(4, new SeededRandomness(42))).not.toEqual(take(4, new SeededRandomness(43)));
    expect(take(4, new SeededRandomness(2n ** 64n - 1n))).not.toEqual(take(4, new SeededRandomness(0)));
  });

  it('refuses seeds that it cannot tell apart, and the state that never changes', () => {
    for (const seed of [-1, 0.5, 2 ** 53, Number.NaN, -1n, 2n ** 64n])
      expect(() => new SeededRandomness(seed)).toThrow(RangeError);
    expect(() => SeededRandomness.fromState(0, 0, 0, 0)).toThrow(RangeError);
  });

  it('throws away what would make some numbers likelier', () => {
    // 2^32 % 3 is 1: the last number belongs to no full three.
    expect(new Listed(2 ** 32 - 1, 2 ** 32 - 2).below(3)).toBe((2 ** 32 - 2) % 3);
    expect(new Listed(2 ** 31 + 1, 2 ** 31).below(2 ** 31 + 1)).toBe(2 ** 31);
    expect(new Listed(2 ** 32 - 1).below(2 ** 32)).toBe(2 ** 32 - 1);
    expect(new Listed(2 ** 32 - 1).below(16)).toBe(15);
  });
});

describe.each([
  ['SeededRandomness', () => new SeededRandomness(7)],
  ['SystemRandomness', () => new SystemRandomness()],
] as const)('%s', (_name, make) => {
  it('gives whole numbers of 32 bits, of which each bit is sometimes set and sometimes not', () => {
    const values = take(1_000, make());
    for (const value of values) expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
    expect(values.reduce((all, value) => all | value, 0) >>> 0).toBe(2 ** 32 - 1);
    expect(values.reduce((all, value) => all & value, -1)).toBe(0);
    expect(new Set(values).size).toBeGreaterThan(990);
  });

  it('gives every number below n, and no other', () => {
    const source = make();
    const seen = new Set<number>();
    for (let i = 0; i < 2_000; i++) seen.add(source.below(10));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(source.below(1)).toBe(0);
    for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1])
      expect(() => source.below(bad)).toThrow(RangeError);
  });
});
