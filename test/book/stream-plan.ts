import { SeededRandomness } from '../../src/clock/randomness.js';
import { Comparison } from './comparison.js';
import { FEATURES, type Feature } from './features.js';
import type { FlowOptions } from './random-flow.js';
import type { Host } from './venue.js';

/**
 * The stream of a seed. Streams differ in their instruments, accounts, sizes and windows, and every other one uses only
 * some of the features, so that what is left meets more often.
 */
export function streamOf(seed: number, features: ReadonlySet<Feature>): Partial<FlowOptions> {
  const dice = new SeededRandomness(2 ** 40 + seed);
  const chosen = FEATURES.filter((each) => features.has(each) && (seed % 2 === 0 || dice.below(3) === 0));
  return {
    features: new Set(chosen),
    instruments: 1 + dice.below(4),
    accounts: 1 + dice.below(5),
    prices: 3 + dice.below(14),
    basePrice: dice.below(8) === 7 ? 10_000_000_000 : 1 + dice.below(130),
    maxSize: dice.below(3) === 0 ? 6 : 20,
    liveOrders: 10 + dice.below(80),
    window: 1 + dice.below(120),
  };
}

/** Runs so many commands of a seed's stream. @throws Error where engine and reference differ, with seed and commands */
export function compareStream(
  seed: number,
  features: ReadonlySet<Feature>,
  commands: number,
  { engine, checkBooksEvery = 1 }: { engine?: (window: number) => Host; checkBooksEvery?: number } = {},
): Comparison {
  const options = streamOf(seed, features);
  const host = engine?.(options.window!);
  try {
    const comparison = new Comparison(new SeededRandomness(seed), options, host, checkBooksEvery);
    for (let i = 0; i < commands; i++) comparison.step();
    return comparison;
  } catch (error) {
    throw new Error(`seed ${seed}, ${(error as Error).message}`);
  }
}
