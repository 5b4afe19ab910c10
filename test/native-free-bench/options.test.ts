import { describe, expect, it } from 'vitest';
import { OptionsError } from '../../native-free-bench/command-line.js';
import { ENGINE_NAMES, operationsOf } from '../../native-free-bench/engines/engine-list.js';
import { benchHelp, readOptions, SECTION_NAMES } from '../../native-free-bench/options.js';

describe('the options of the benchmark', () => {
  it('has the defaults of the help text', () => {
    expect(readOptions([])).toEqual({
      sections: SECTION_NAMES,
      flows: ['steady', 'grow'],
      engines: ENGINE_NAMES,
      runs: 5,
      operations: undefined,
      whole: false,
      json: false,
    });
  });

  it('takes names in any order', () => {
    const line =
      '--only memory,flows --flows grow --engines limit-order-book,tickloom --runs 3 --whole --json';
    expect(readOptions(line.split(' '))).toMatchObject({
      sections: ['flows', 'memory'],
      flows: ['grow'],
      engines: ['tickloom', 'limit-order-book'],
      runs: 3,
      whole: true,
      json: true,
    });
    expect(readOptions(['--operations', '100_000'])).toMatchObject({ operations: 100_000 });
  });

  it('gives nothing where help is asked for', () => {
    expect(readOptions(['--help'])).toBeUndefined();
    expect(readOptions(['-h', '--json'])).toBeUndefined();
    for (const name of [...SECTION_NAMES, ...ENGINE_NAMES]) expect(benchHelp).toContain(name);
    for (const option of ['--only', '--flows', '--engines', '--runs', '--operations', '--whole', '--json'])
      expect(benchHelp).toContain(`  ${option}`);
  });

  it.each([
    ['--only speed', /--only takes some of flows, .*, not "speed"/],
    ['--flows steady,calm', /not "calm"/],
    ['--engines hffix', /--engines takes some of tickloom,/],
    ['--engines ,', /not ""/],
    ['--runs 0', /--runs takes a whole number from 1 to 99, not "0"/],
    ['--runs five', /not "five"/],
    ['--operations 10', /--operations takes a whole number from 1000 to 2000000/],
    ['--operations 2000001', /--operations/],
    ['--colour', /--colour/],
    ['steady', /steady/],
  ])('refuses %s with a sentence that helps', (line, message) => {
    const read = () => readOptions(line.split(' '));
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(message);
  });
});

describe('the operations that an engine runs', () => {
  it('are all of them, or what can be waited for', () => {
    expect(operationsOf('tickloom', 'grow', undefined, false)).toBe(2_000_000);
    expect(operationsOf('limit-order-book', 'steady', undefined, false)).toBeLessThan(2_000_000);
    expect(operationsOf('limit-order-book', 'steady', undefined, true)).toBe(2_000_000);
    for (const engine of ENGINE_NAMES) expect(operationsOf(engine, 'grow', 5_000, false)).toBe(5_000);
  });
});
