import { expect, it } from 'vitest';
import { runKills } from './kill-run.js';

it('keeps what clients were told through 20 kills under load', { timeout: 600_000 }, async () => {
  const report = await runKills({ rounds: 20, seed: 1 });
  expect(report.differences.slice(0, 10)).toEqual([]);
  expect(report).toMatchObject({ rounds: 20, directories: 4 });
  // The kills did come under load, and there was something to compare.
  expect(report.unanswered).toBeGreaterThan(0);
  expect(report.askedAgain).toBeGreaterThan(0);
  expect(report.trades).toBeGreaterThan(0);
});
