import { describe, expect, it } from 'vitest';
import { durabilityHelp, readDurabilityOptions } from '../../load/durability-options.js';
import { durabilityFigures, orderOfRuns } from '../../load/durability-report.js';
import { OptionsError } from '../../native-free-bench/command-line.js';

const run = (acknowledgedPerSecond: number) => ({ acknowledgedPerSecond, settings: { fileSystem: 'ext4' } });

describe('the comparison of durabilities', () => {
  it('reads its options', () => {
    const defaults = { pairs: 3, orders: 2_000_000, connections: 32, json: false };
    expect(readDurabilityOptions([])).toEqual(defaults);
    expect(readDurabilityOptions(['--pairs', '5', '--json'])).toEqual({ ...defaults, pairs: 5, json: true });
    expect(readDurabilityOptions(['--help'])).toBeUndefined();
    for (const name of ['--pairs', '--orders', '--connections', '--json'])
      expect(durabilityHelp).toContain(`  ${name}`);
    expect(() => readDurabilityOptions(['--pairs', '0'])).toThrow(OptionsError);
  });

  it('takes pairs the one way and the other', () => {
    expect(orderOfRuns(3)).toEqual(['none', 'fsync', 'fsync', 'none', 'none', 'fsync']);
  });

  it('compares medians', () => {
    const results = { none: [run(300), run(100), run(200)], fsync: [run(150), run(10)] };
    expect(durabilityFigures(results)).toEqual({
      nonePerSecond: 200,
      fsyncPerSecond: 80,
      ratio: 0.4,
      fileSystem: 'ext4',
    });
  });
});
