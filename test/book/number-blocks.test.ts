import { describe, expect, it } from 'vitest';
import { NumberBlocks } from '../../src/book/number-blocks.js';
import { SeededRandomness } from '../../src/clock/randomness.js';

describe('number blocks', () => {
  it.each([1, 2, 3, 4])('hold what a map holds: seed %d', (seed) => {
    const randomness = new SeededRandomness(seed);
    const blocks = new NumberBlocks(seed - 1);
    const expected = new Map<string, { numbers: [number, number, number]; value: number; place: number }>();
    let next = 0;
    // Numbers in sequence, numbers with gaps, and numbers that differ in one of the three parts alone.
    const parts: (() => [number, number, number])[] = [
      () => [next++, 0, 1],
      () => [randomness.below(4000) | 0, 0, 2],
      () => [randomness.next32() | 0, randomness.below(3), 3],
      () => [5, randomness.below(50), randomness.below(50) - 25],
    ];
    for (let i = 1; i < 8000; i++) {
      const growing = i % 2000 < 1200;
      const numbers = parts[randomness.below(4)]!();
      const known = expected.get(numbers.join());
      expect(blocks.find(...numbers)).toBe(known?.value ?? 0);
      if (known === undefined) {
        expected.set(numbers.join(), { numbers, value: i, place: blocks.add(...numbers, i) });
      } else if (randomness.below(3) === 0) {
        known.value = -i;
        blocks.replaceAt(known.place, -i);
      }
      for (let gone = growing ? 0 : 2; gone > 0 && expected.size > 0; gone--) {
        const [key, { place, value }] = [...expected][randomness.below(Math.min(expected.size, 20))]!;
        blocks.removeAt(place, value);
        expected.delete(key);
      }
      expect(blocks.count).toBe(expected.size);
    }
    for (const { numbers, value } of expected.values()) expect(blocks.find(...numbers)).toBe(value);
  });

  it('slide along', () => {
    const blocks = new NumberBlocks();
    const places: number[] = [];
    for (let i = 1; i < 100_000; i++) {
      places[i] = blocks.add(i, 0, 7, i);
      if (i > 1000) blocks.removeAt(places[i - 1000]!, i - 1000);
    }
    expect(blocks.count).toBe(1000);
    expect(blocks.find(98_999, 0, 7)).toBe(0);
    expect(blocks.find(99_000, 0, 7)).toBe(99_000);
    // A thousand numbers stand in 64 blocks, and places are used again.
    expect(Math.max(...places.slice(90_000))).toBeLessThan(64 * 16 + 16);
  });

  it('throw where they are told to take out what they do not hold', () => {
    const blocks = new NumberBlocks();
    const place = blocks.add(5, 0, 0, 1);
    expect(() => blocks.removeAt(place, 2)).toThrow(`place ${place} holds 1, not 2`);
  });
});
