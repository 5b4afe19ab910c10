import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { LatencyBoard } from '../../src/metrics/latency-board.js';
import { LatencyCounts } from '../../src/metrics/latency-counts.js';
import { hdrHistogram, histogramLog, percentileText } from '../../src/metrics/latency-export.js';
import { countsOf, latencyReport, latencyReportFault } from '../../src/metrics/latency-report.js';
import { type LatencyStage, latencyStages } from '../../src/metrics/latency-stages.js';
import { seeded } from '../journal/journal-fixture.js';

const START_NS = 1_790_000_000_000_000_000n;

function sample(seed: number, size = 5000): LatencyCounts {
  const random = seeded(seed);
  const counts = new LatencyCounts();
  for (let i = 0; i < size; i++) counts.add(Math.floor(2 ** (10 + random() * 14)), 1 + (i % 4));
  return counts;
}

/** The points that HdrHistogram's plotter finds in a text: lines of four numbers that are no comment. */
function plotted(text: string): { latency: number; inverse: number; total: number }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line[0] !== '#')
    .map((line) => line.split(/ +/).map(Number))
    .filter((numbers) => numbers.length === 4 && !numbers.some(Number.isNaN))
    .map(([latency, , total, inverse]) => ({ latency: latency!, inverse: inverse!, total: total! }));
}

describe('the percentile text', () => {
  it("is what HdrHistogram's plotter reads, in microseconds", () => {
    const counts = sample(1);
    const text = percentileText('sync', counts);
    expect(text.split('\n')[0]).toBe('# Stage sync; values in microseconds.');
    expect(text).toContain('Value     Percentile TotalCount 1/(1-Percentile)');
    const points = plotted(text);
    expect(points.length).toBeGreaterThan(40);
    const middle = points.find(({ inverse }) => inverse === 2)!;
    expect(middle.latency).toBeCloseTo(counts.atPercentile(50) / 1000, 3);
    expect(text).toMatch(new RegExp(`Total count +=  +${counts.count}\\]`));
    for (const [i, { latency, total }] of points.slice(1).entries()) {
      expect(latency).toBeGreaterThanOrEqual(points[i]!.latency);
      expect(total).toBeGreaterThanOrEqual(points[i]!.total);
    }
  });

  it('can be of nothing', () => {
    expect(percentileText('sync', new LatencyCounts())).toContain('Total count    =            0]');
  });
});

describe('the log', () => {
  it('is read by HdrHistogram with all that was recorded', () => {
    const stages = latencyStages.map((stage, i) => [stage, sample(i, i === 0 ? 0 : 3000)] as const);
    const log = histogramLog(stages, START_NS, START_NS + 12_500_000_000n);
    expect(listTags(log)).toEqual([...latencyStages]);
    const reader = new HistogramLogReader(log, 64);
    for (const [stage, counts] of stages) {
      const read = reader.nextIntervalHistogram()!;
      expect(read.tag).toBe(stage);
      expect(read.startTimeStampMsec).toBe(Number(START_NS / 1_000_000n));
      expect(read.endTimeStampMsec - read.startTimeStampMsec).toBe(12_500);
      expect(read.totalCount).toBe(counts.count);
      for (const percentile of [0, 50, 99, 99.99, 100])
        expect(read.getValueAtPercentile(percentile)).toBe(counts.atPercentile(percentile));
      expect(read.outputPercentileDistribution().split('\n').length).toBe(
        hdrHistogram(counts).outputPercentileDistribution().split('\n').length,
      );
    }
    expect(reader.nextIntervalHistogram()).toBeNull();
  });
});

describe('the report', () => {
  const board = new LatencyBoard(LatencyBoard.allocate(1, 1));
  const random = seeded(3);
  for (let i = 0; i < 1000; i++) {
    board.shardRecorder(0).record(i % 2, Math.floor(random() * 1e7), 3);
    board.gatewayRecorder(0).record(i % 4, Math.floor(random() * 1e8), 1);
  }
  const report = latencyReport(board, START_NS, START_NS + 5n);

  it('has all from which the histograms can be had again', () => {
    const read = JSON.parse(JSON.stringify(report));
    expect(latencyReportFault(read)).toBeUndefined();
    expect(read).toMatchObject({ startedNs: String(START_NS), timeNs: String(START_NS + 5n), dropped: 0 });
    for (const [i, stage] of latencyStages.entries()) {
      const counts = board.merged(stage);
      expect(report.stages[i]).toMatchObject({ stage, ...counts.summary() });
      const again = countsOf(read.stages[i]);
      expect(again.pairs()).toEqual(counts.pairs());
      // All but the mean, for which the lowest of each bucket stands.
      const { meanNs: _, ...summary } = counts.summary();
      expect(again.summary()).toMatchObject(summary);
    }
  });

  it.each<[string, unknown]>([
    ['no object', 'no'],
    ['startedNs', { ...report, startedNs: 5 }],
    ['timeNs', { ...report, timeNs: '1e5' }],
    ['dropped', { ...report, dropped: null }],
    ['stages', { ...report, stages: {} }],
    ['a stage', { ...report, stages: [{ stage: '../../x' as LatencyStage, maxNs: 1, counts: [] }] }],
    ['a stage', { ...report, stages: [{ stage: 'sync', maxNs: 1, counts: [[1, -1]] }] }],
  ])('is known from what is none: %s', (fault, answer) => {
    expect(latencyReportFault(answer)).toContain(fault);
  });
});
