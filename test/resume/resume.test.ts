import { expect, it } from 'vitest';
import { resumeOverKills } from './resume-run.js';

const ROUNDS = 5;

it('clients of an exchange that is killed again and again hear of everything, in order, once', async () => {
  const report = await resumeOverKills(ROUNDS, 1);
  expect(report.faults).toEqual([]);
  expect(report.rounds).toBe(ROUNDS);
  expect(report.answered).toBeGreaterThan(ROUNDS * 100);
  expect(report.events).toBeGreaterThan(report.answered);
});
