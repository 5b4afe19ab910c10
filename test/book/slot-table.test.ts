import { describe, expect, it } from 'vitest';
import { SlotTable } from '../../src/book/slot-table.js';
import { SeededRandomness } from '../../src/clock/randomness.js';

/** All values under a tag. */
function valuesOf(table: SlotTable, tag: number): number[] {
  const values: number[] = [];
  for (let place = table.seek(tag); place >= 0; place = table.seekAfter(place, tag))
    values.push(table.valueAt(place));
  return values;
}

describe('a slot table', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'holds what a map of lists holds, also where many share a tag: seed %d',
    (seed) => {
      const randomness = new SeededRandomness(seed);
      const table = new SlotTable();
      const expected = new Map<number, number[]>();
      const all: [number, number][] = [];
      // Few tags, many that differ only above the mask, and tags in sequence: each is hard on probing in its own way.
      const tags = [
        () => randomness.below(8),
        () => randomness.below(100) << 20,
        () => -randomness.below(300),
      ];
      for (let i = 1; i < 4000; i++) {
        const growing = i % 1000 < 600;
        if (all.length === 0 || randomness.below(10) < (growing ? 7 : 3)) {
          const tag = tags[randomness.below(3)]!();
          table.add(tag, i);
          expected.set(tag, [...(expected.get(tag) ?? []), i]);
          all.push([tag, i]);
        } else {
          const [tag, value] = all.splice(randomness.below(all.length), 1)[0]!;
          const rest = expected.get(tag)!.filter((each) => each !== value);
          expected.set(tag, rest);
          if (randomness.below(4) === 0) {
            table.replace(tag, value, -i);
            rest.push(-i);
            all.push([tag, -i]);
          } else table.remove(tag, value);
        }
        expect(table.count).toBe(all.length);
      }
      for (const [tag, values] of expected) expect(valuesOf(table, tag).sort()).toEqual(values.sort());
    },
  );

  it('throws where it is told to take out what it does not hold', () => {
    const table = new SlotTable();
    table.add(5, 1);
    expect(() => table.remove(5, 2)).toThrow('value 2 with tag 5 is not in its table');
    expect(() => table.replace(6, 1, 3)).toThrow('value 1 with tag 6 is not in its table');
  });
});
