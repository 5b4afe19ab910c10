import { describe, expect, it } from 'vitest';
import { OptionsError } from '../../native-free-bench/command-line.js';
import { readRecoveryOptions, recoveryHelp } from '../../native-free-bench/recovery-options.js';

describe('the options of the recovery benchmark', () => {
  it('has the defaults of the help text', () => {
    expect(readRecoveryOptions([])).toEqual({
      commands: 6_000_000,
      runs: 3,
      resting: 1_000_000,
      json: false,
    });
    for (const option of ['--commands', '--runs', '--resting', '--json', '--help'])
      expect(recoveryHelp).toContain(`  ${option}`);
  });

  it('takes numbers as people write them, and gives nothing where help is asked for', () => {
    const line = '--commands 100_000 --runs 5 --json';
    expect(readRecoveryOptions(line.split(' '))).toEqual({
      commands: 100_000,
      runs: 5,
      resting: 1_000_000,
      json: true,
    });
    expect(readRecoveryOptions(['-h'])).toBeUndefined();
  });

  it.each([
    ['--commands 10', /--commands takes a whole number from 1000 to 100000000, not "10"/],
    ['--runs five', /--runs takes a whole number from 1 to 99, not "five"/],
    ['--colour', /--colour/],
  ])('refuses %s with a sentence that helps', (line, message) => {
    const read = () => readRecoveryOptions(line.split(' '));
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(message);
  });
});
