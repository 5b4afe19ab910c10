import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { fuzzDecoders } from './decoder-fuzz.js';
import { decoderTargets } from './decoders.js';
import { FuzzFailure, shrink } from './failure.js';
import { Mutator } from './mutator.js';
import { commandObjects, msgpackSeeds } from './seeds.js';

describe('the readers of what strangers send', () => {
  it('take 60,000 mutated inputs', async () => {
    const counts = await fuzzDecoders({ inputs: 60_000, seed: 1 });
    expect(Object.keys(counts).sort()).toEqual(decoderTargets.map(({ name }) => name).sort());
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(60_000);
  });
});

describe('the mutator', () => {
  const take = (seed: number) => {
    const mutator = new Mutator(new SeededRandomness(seed));
    return Array.from({ length: 200 }, (_, i) =>
      i % 2 === 0
        ? mutator.bytes(mutator.pick(msgpackSeeds), msgpackSeeds).toString('hex')
        : JSON.stringify(mutator.value(mutator.pick(commandObjects))),
    );
  };

  it('makes the same for the same seed, and others for another', () => {
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  it('leaves the seeds as they are', () => {
    const before = JSON.stringify([msgpackSeeds.map((one) => [...one]), commandObjects]);
    take(9);
    expect(JSON.stringify([msgpackSeeds.map((one) => [...one]), commandObjects])).toBe(before);
  });
});

describe('a failure', () => {
  const target = {
    name: 'no sevens',
    make: (mutator: Mutator) => Buffer.from(Array.from({ length: 50 }, () => mutator.below(9))),
    check: (input: Buffer) => {
      if (input.includes(7) && input.includes(3)) throw new Error('a seven and a three');
    },
  };

  it('is told with the smallest input that fails', async () => {
    const failure = await fuzzDecoders({ inputs: 1000, seed: 3, targets: [target] }).catch((error) => error);
    expect(failure).toBeInstanceOf(FuzzFailure);
    expect(failure.message).toBe('no sevens: a seven and a three');
    expect(failure.seed).toBe(3);
    expect(failure.inputs).toHaveLength(1);
    expect([...failure.inputs[0].bytes].sort()).toEqual([3, 7]);
  });

  it('is shrunk within a bound of tries', async () => {
    let tries = 0;
    const smallest = await shrink(
      Array.from({ length: 100 }, (_, i) => i),
      (items) => {
        tries++;
        return items.includes(61);
      },
    );
    expect(smallest).toEqual([61]);
    expect(tries).toBeLessThan(60);
  });
});
