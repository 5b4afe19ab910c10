import { describe, expect, it } from 'vitest';
import { flowRatios } from '../../native-free-bench/flow-section.js';
import { median } from '../../native-free-bench/median.js';
import { type BenchOptions, readOptions } from '../../native-free-bench/options.js';
import { type BenchReport, reportJson, reportText } from '../../native-free-bench/report.js';

const options: BenchOptions = readOptions([])!;
const outcome = { trades: 455_750, tradedLots: 11_619_540, bestBidTicks: 29_877, bestAskTicks: 29_878 };
const whole = { operations: 2_000_000, outcome, checkedBy: 'known outcome' } as const;

const report: BenchReport = {
  options,
  flows: {
    steady: {
      tickloom: { ...whole, runs: [5_000_000.4, 4e6, 6e6], opsPerSecond: 5_000_000.4 },
      'limit-order-book': {
        ...whole,
        operations: 300_000,
        runs: [2e5],
        opsPerSecond: 2e5,
        checkedBy: 'tickloom on the same operations',
      },
    },
  },
  features: [{ name: 'plain', costNs: 200.04, factor: 1 }],
  scaling: [
    {
      name: 'resting orders',
      points: [{ restingOrders: 1_000, instruments: 1, place: 'touch', costNs: 150, factor: 1 }],
      spread: 2.5,
      flat: false,
    },
  ],
  memory: {
    orders: [
      {
        clientIdWindow: 1,
        restingOrders: 1_000_000,
        perOrder: { heapBytes: 0.3, arrayBytes: 219.04, residentBytes: 183 },
      },
    ],
    priceRanges: [{ bidTicks: 1, askTicks: 10 ** 12, heapBytes: 10_000, arrayBytes: 449_672 }],
  },
  allocation: {
    operations: 2_000_000,
    restingOrders: 100_000,
    heapBytes: 20_000,
    heapBytesPerOperation: 0.01,
    arrayBytes: 0,
    scavenges: 0,
    otherCollections: 0,
  },
  failures: ['it went wrong'],
};

describe('the report', () => {
  it('is one line of JSON for programs', () => {
    const text = reportJson(report);
    expect(text).not.toContain('\n');
    const json = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(json)[0]).toBe('flows');
    expect(json).toMatchObject({
      flows: {
        steady: {
          tickloom: {
            opsPerSecond: 5_000_000,
            costNs: 200,
            runs: [5_000_000, 4_000_000, 6_000_000],
            wholeFlow: true,
            checkedBy: 'known outcome',
            ...outcome,
          },
          'limit-order-book': { opsPerSecond: 200_000, operations: 300_000, wholeFlow: false },
        },
      },
      ratios: { steady: { 'limit-order-book': 25 } },
      features: [{ name: 'plain', costNs: 200, factor: 1 }],
      scaling: [{ name: 'resting orders', spread: 2.5, flat: false, points: [{ restingOrders: 1_000 }] }],
      memory: { orders: [{ perOrder: { arrayBytes: 219 } }], priceRanges: [{ askTicks: 10 ** 12 }] },
      allocation: { heapBytesPerOperation: 0.01, scavenges: 0 },
      settings: { runs: 5, nodeFlags: ['--expose-gc'], clientIdWindow: 1_048_576 },
      failures: ['it went wrong'],
    });
  });

  it('is a table for people', () => {
    const text = reportText(report);
    expect(text).toMatch(/tickloom +5,000,000 +200\.0 +2,000,000 +455,750 .* known\n/);
    expect(text).toMatch(/limit-order-book +200,000 +5000\.0 +25\.0 +300,000 .* tickloom\n/);
    expect(text).toContain('NOT flat within 2');
    expect(text).toContain('1,000,000,000,000');
    expect(text).toContain('FAILED: it went wrong');
  });

  it('leaves out what was not measured', () => {
    const nothing = { flows: undefined, features: undefined, scaling: undefined };
    const short = { options, ...nothing, memory: undefined, allocation: undefined, failures: [] };
    expect(JSON.parse(reportJson(short))).toMatchObject({ flows: {}, ratios: {}, failures: [] });
    expect(reportText(short).trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the figures of a report', () => {
  it('are medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  it('have no ratio where Tickloom did not run', () => {
    expect(flowRatios({ grow: { 'limit-order-book': { ...whole, runs: [1], opsPerSecond: 1 } } })).toEqual({
      grow: {},
    });
  });
});
