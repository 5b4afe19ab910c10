import { describe, expect, it } from 'vitest';
import { loadSimulation, mutate } from './bundle.js';
import { MUTANTS } from './mutants.js';

const MOST_SEEDS = 700;

describe('the simulation finds', () => {
  it.each(MUTANTS)('$name', { timeout: 600_000 }, async (mutant) => {
    const { runSeed } = await loadSimulation(mutant);
    const { firstSeed = 1 } = mutant;
    for (let seed = firstSeed; seed < firstSeed + MOST_SEEDS; seed++) {
      const { ok, invariant, what } = runSeed(seed);
      if (ok) continue;
      process.stdout.write(`${mutant.name}: seed ${seed}, ${invariant}: ${what?.split('\n')[0]}\n`);
      return;
    }
    expect.fail(`${MOST_SEEDS} seeds have not found: ${mutant.name}`);
  });
});

describe('a mutant', () => {
  it('is refused where its line is not there once', () => {
    const mutant = { name: 'm', file: 'f', replacements: [['a', 'b']] } as const;
    expect(mutate('xay', mutant)).toBe('xby');
    expect(() => mutate('xaya', mutant)).toThrow('stands 2 times in f');
    expect(() => mutate('x', mutant)).toThrow('stands 0 times in f');
  });
});
