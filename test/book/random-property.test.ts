import fc from 'fast-check';
import { describe, it } from 'vitest';
import { Comparison } from './comparison.js';
import { FEATURES, type Feature, featuresOf } from './features.js';
import type { Dice } from './random-orders.js';

/** Choices that somebody else has made: a list for each command, and the plainest where a list has ended. */
class ListedDice implements Dice {
  #choices: readonly number[] = [];
  #next = 0;

  use(choices: readonly number[]): void {
    this.#choices = choices;
    this.#next = 0;
  }

  below(n: number): number {
    return (this.#choices[this.#next++] ?? 0) % n;
  }
}

/** A command is a list of choices: shrinking drops commands, and makes those that are left plainer. */
const commands = fc.array(fc.array(fc.nat({ max: 9999 }), { minLength: 10, maxLength: 40 }), {
  minLength: 1,
  maxLength: 60,
});
const RUNS = Number(process.env['TICKLOOM_PROPERTY_RUNS'] ?? 150);

/** The same streams in every run of the tests, so that a red one stays red until it is mended. */
function check(features: ReadonlySet<Feature>, instruments: number, seed: number): void {
  fc.assert(
    fc.property(commands, (lists) => {
      const dice = new ListedDice();
      const comparison = new Comparison(dice, { features, instruments, accounts: 3, prices: 6, maxSize: 8 });
      for (const list of lists) {
        dice.use(list);
        comparison.step();
      }
    }),
    { numRuns: RUNS, seed },
  );
}

describe('any few commands', () => {
  const features = featuresOf(process.env['TICKLOOM_FEATURES'] ?? 'all');

  it.each([1, 2, 3, 4])('give the same in engine and reference: %d instruments', (instruments) => {
    check(features, instruments, 100 + instruments);
  });

  it.each(FEATURES)('give the same with nothing rare but %s', (feature) => {
    if (features.has(feature)) check(new Set([feature]), 3, 200);
  });
});
