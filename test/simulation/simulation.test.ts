import { describe, expect, it } from 'vitest';
import { runSeed } from './run.js';
import { Summary } from './summary.js';

const SEEDS = 200;

describe('the simulation', () => {
  it(`keeps its promises over ${SEEDS} seeds, whatever goes wrong`, { timeout: 600_000 }, () => {
    const summary = new Summary(1);
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = runSeed(seed);
      const { ok, invariant, what, stack } = outcome;
      expect({ seed, ok, invariant, what, stack }).toMatchObject({ seed, ok: true });
      summary.add(outcome);
    }
    expect(summary.missingFaults).toEqual([]);
    process.stdout.write(summary.text());
  });

  it('gives the same for the same seed, and something else for another', () => {
    const first = runSeed(7);
    expect(JSON.stringify(runSeed(7))).toBe(JSON.stringify(first));
    expect(JSON.stringify({ ...runSeed(8), seed: 7 })).not.toBe(JSON.stringify(first));
  });
});
