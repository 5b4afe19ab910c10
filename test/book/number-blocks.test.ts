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
        const place = blocks.claim(...numbers);
        expect(blocks.values[place]).toBe(0);
        blocks.fill(place, i);
        expected.set(numbers.join(), { numbers, value: i, place });
      } else {
        expect(blocks.claim(...numbers)).toBe(known.place);
        if (randomness.below(3) === 0) known.value = blocks.values[known.place] = -i;
      }
      for (let gone = growing ? 0 : 2; gone > 0 && expected.size > 0; gone--) {
        const [key, { place }] = [...expected][randomness.below(Math.min(expected.size, 20))]!;
        blocks.clear(place);
        expected.delete(key);
      }
    }
    for (const { numbers, value } of expected.values()) expect(blocks.find(...numbers)).toBe(value);
    expect(blocks.values.filter((value) => value !== 0)).toHaveLength(expected.size);
  });

  it('slide along', () => {
    const blocks = new NumberBlocks();
    const places: number[] = [];
    for (let i = 1; i < 100_000; i++) {
      const place = blocks.claim(i, 0, 7);
      blocks.fill(place, i);
      places[i] = place;
      if (i > 1000) blocks.clear(places[i - 1000]!);
    }
    expect(blocks.values.filter((value) => value !== 0)).toHaveLength(1000);
    expect(blocks.find(98_999, 0, 7)).toBe(0);
    expect(blocks.find(99_000, 0, 7)).toBe(99_000);
    // A thousand numbers in sequence stand in at most 33 blocks of 32, and places are used again.
    expect(Math.max(...places.slice(90_000))).toBeLessThan(34 * 32);
  });

  it('throw where they are told to take out what they do not hold', () => {
    const blocks = new NumberBlocks();
    const place = blocks.claim(5, 0, 0);
    blocks.fill(place, 1);
    blocks.clear(place);
    expect(() => blocks.clear(place)).toThrow('block 0 of numbers is freed twice');
  });
});
