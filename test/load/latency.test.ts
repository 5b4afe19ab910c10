import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '../../load/latency.js';
import { writeReports } from '../../load/report-files.js';

describe('the latencies of a load run', () => {
  const recorder = () => {
    const latency = new LatencyRecorder();
    for (const [ns, count] of [
      [900, 10],
      [50_000, 80],
      [1_234_567, 9],
      [3_000_000_000, 1],
    ] as const)
      latency.record(ns, count);
    return latency;
  };

  it('are the same in the histograms of the exchange', () => {
    const latency = recorder();
    const counts = latency.counts();
    const { p50, p99, max } = latency.summaryUs();
    expect(counts.count).toBe(100);
    expect(counts.atPercentile(50) / 1_000).toBeCloseTo(p50, 3);
    expect(counts.atPercentile(99) / 1_000).toBeCloseTo(p99, 3);
    expect(counts.maxNs / 1_000).toBeCloseTo(max, 3);
    expect(new LatencyRecorder().counts().count).toBe(0);
  });

  it('are drawn among the reports of a run', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
    const said = writeReports(directory, { text: '', json: {}, latency: recorder(), failures: [] });
    expect(said).toContain('latency.svg');
    const plot = readFileSync(join(directory, 'latency.svg'), 'utf8');
    expect(plot).toContain('<path');
    expect(plot).toContain('p99 1.2');
    rmSync(directory, { recursive: true });
  });
});
