import { describe, expect, it } from 'vitest';
import { LatencyBoard } from '../../src/metrics/latency-board.js';
import { LatencyCounts } from '../../src/metrics/latency-counts.js';
import { hdrHistogram } from '../../src/metrics/latency-export.js';
import { gatewayStages, latencyStages, shardStages } from '../../src/metrics/latency-stages.js';
import { HIGHEST_LATENCY_NS } from '../../src/model/limits.js';
import { seeded } from '../journal/journal-fixture.js';

const percentiles = [0, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100];

describe('counts of latencies', () => {
  it.each([1, 2, 7, 1000, 20_000])("have HdrHistogram's percentiles, of %i values", (size) => {
    const random = seeded(size);
    const counts = new LatencyCounts();
    for (let i = 0; i < size; i++)
      counts.add(Math.floor(2 ** (8 + random() * 25)), 1 + Math.floor(random() * 50));
    const oracle = hdrHistogram(counts);
    expect(counts.count).toBe(oracle.totalCount);
    for (const percentile of percentiles)
      expect([percentile, counts.atPercentile(percentile)]).toEqual([
        percentile,
        oracle.getValueAtPercentile(percentile),
      ]);
  });

  it('are summed up, with an exact mean and maximum, and no percentile above that', () => {
    const counts = LatencyCounts.of([
      [1_500_123, 3],
      [10, 1],
    ]);
    expect(counts.summary()).toEqual({
      count: 4,
      minNs: 10,
      maxNs: 1_500_123,
      meanNs: Math.round((3 * 1_500_123 + 10) / 4),
      p50Ns: 1_500_123,
      p90Ns: 1_500_123,
      p99Ns: 1_500_123,
      p999Ns: 1_500_123,
      p9999Ns: 1_500_123,
    });
    expect(counts.pairs()).toEqual([
      [10, 1],
      [1_499_136, 3],
    ]);
    expect([9, 10, 1_499_135, 1_500_000].map((ns) => counts.countUpTo(ns))).toEqual([0, 1, 1, 4]);
  });

  it('are zeros where nothing was recorded', () => {
    expect(Object.values(new LatencyCounts().summary())).toEqual(Array(9).fill(0));
    expect(new LatencyCounts().pairs()).toEqual([]);
  });
});

describe('a board', () => {
  it('has every stage recorded by somebody', () => {
    expect([...shardStages, ...gatewayStages].sort()).toEqual([...latencyStages].sort());
  });

  it('merges what its threads record, each where no other writes', () => {
    const buffer = LatencyBoard.allocate(3, 2);
    const writer = new LatencyBoard(buffer);
    const reader = new LatencyBoard(buffer);
    const expected = new Map(latencyStages.map((stage) => [stage, new LatencyCounts()]));
    const random = seeded(1);
    const recorders = [
      ...[0, 1, 2].map((shard) => writer.shardRecorder(shard)),
      ...[0, 1].map((gateway) => writer.gatewayRecorder(gateway)),
    ];
    for (let i = 0; i < 2000; i++) {
      const recorder = recorders[i % recorders.length]!;
      const place = Math.floor(random() * recorder.stages.length);
      // All the memory of each: a recorder that reached into another's would be found out.
      const latencyNs = i < 20 ? [0, HIGHEST_LATENCY_NS][i % 2]! : Math.floor(2 ** (random() * 37));
      recorder.record(place, latencyNs, 1 + (i % 3));
      expected.get(recorder.stages[place]!)!.add(latencyNs, 1 + (i % 3));
      if (i % 100 === 0) recorder.drop(2);
    }
    for (const stage of latencyStages) {
      expect(reader.merged(stage).pairs()).toEqual(expected.get(stage)!.pairs());
      expect(reader.merged(stage).summary()).toEqual(expected.get(stage)!.summary());
    }
    expect(reader.dropped).toBe(40);
  });

  it('takes what is out of range at its nearer end', () => {
    const board = new LatencyBoard(LatencyBoard.allocate(1, 1));
    const recorder = board.shardRecorder(0);
    recorder.record(0, -5, 1);
    recorder.record(0, 1e15, 1);
    const stage = shardStages[0]!;
    expect(board.merged(stage).summary()).toMatchObject({ count: 2, minNs: 0, maxNs: HIGHEST_LATENCY_NS });
    expect(board.merged(stage).sumNs).toBe(HIGHEST_LATENCY_NS);
  });

  it('counts beyond 32 bits', () => {
    const board = new LatencyBoard(LatencyBoard.allocate(1, 1));
    const recorder = board.shardRecorder(0);
    for (let i = 0; i < 3; i++) recorder.record(1, 1000, 2 ** 31);
    expect(board.merged(shardStages[1]!).count).toBe(3 * 2 ** 31);
    expect(hdrHistogram(board.merged(shardStages[1]!)).totalCount).toBe(3 * 2 ** 31);
  });
});
