import { describe, expect, it } from 'vitest';
import {
  type Bucket,
  clockText,
  countsBetween,
  countText,
  latencyText,
  percentileOf,
  rateBetween,
  shortText,
  wholeText,
} from '../../../src/gateway/status-page/page-figures.js';

describe('counts between two answers', () => {
  const earlier: Bucket[] = [
    [100, 5],
    [200, 1],
  ];

  it('are what has come since', () => {
    expect(
      countsBetween(earlier, [
        [100, 7],
        [150, 2],
        [200, 1],
      ]),
    ).toEqual([
      [100, 2],
      [150, 2],
    ]);
    expect(countsBetween(earlier, earlier)).toEqual([]);
    expect(countsBetween([], earlier)).toEqual(earlier);
  });

  it('are unknown where the exchange began anew', () => {
    expect(countsBetween(earlier, [[100, 4]])).toBeUndefined();
    expect(countsBetween(earlier, [[100, 9]])).toBeUndefined();
  });
});

describe('percentiles', () => {
  const counts: Bucket[] = [
    [10, 90],
    [1000, 1],
    [100, 9],
  ];

  it('are the value under which so many stayed', () => {
    expect(percentileOf(counts, 0.5)).toBe(10);
    expect(percentileOf(counts, 0.9)).toBe(10);
    expect(percentileOf(counts, 0.91)).toBe(100);
    expect(percentileOf(counts, 0.99)).toBe(100);
    expect(percentileOf(counts, 0.999)).toBe(1000);
    expect(percentileOf(counts, 0)).toBe(10);
    expect(percentileOf([], 0.5)).toBeUndefined();
  });
});

describe('rates', () => {
  const at = (timeNs: string, ...commands: number[]) => ({
    timeNs,
    shards: commands.map((count) => ({ commands: count })),
  });

  it('are commands of all shards by the clock of the exchange', () => {
    expect(rateBetween(at('1000000000', 10, 20), at('3000000000', 30, 40))).toBe(20);
  });

  it('are unknown where time stands still or the exchange began anew', () => {
    expect(rateBetween(at('1', 10), at('1', 30))).toBeUndefined();
    expect(rateBetween(at('1', 10), at('2', 9))).toBeUndefined();
  });
});

describe('numbers', () => {
  it.each([
    [latencyText(850), '850 ns'],
    [latencyText(12_345), '12.3 µs'],
    [latencyText(4_560_000), '4.56 ms'],
    [latencyText(1_200_000_000), '1.2 s'],
    [shortText(0), '0'],
    [shortText(1500), '1.5k'],
    [shortText(35_000_000), '35M'],
    [wholeText(1234567.4), '1,234,567'],
    [countText(1, 'order'), '1 order'],
    [countText(2000, 'order'), '2,000 orders'],
    [clockText('1767225600123456789'), '00:00:00.123'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
