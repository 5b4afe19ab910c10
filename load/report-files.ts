import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { percentilePlot } from '../src/metrics/percentile-plot.js';
import type { LatencyRecorder } from './latency.js';

/** What a run has come to, however it went about it. */
export interface Finding {
  /** For people, in lines. */
  readonly text: string;
  /** For programs. */
  readonly json: object;
  /** Of the orders that count. */
  readonly latency: LatencyRecorder;
  /** Why the run does not count, one sentence each; empty where it does. */
  readonly failures: readonly string[];
}

/** Writes report.json, latency.hgrm and latency.svg into a directory; says so in a line. */
export function writeReports(directory: string, { json, latency }: Finding): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'report.json'), `${JSON.stringify(json, undefined, 2)}\n`);
  writeFileSync(join(directory, 'latency.hgrm'), latency.hgrm());
  const curves = [{ name: 'orders', counts: latency.counts() }];
  const plot = percentilePlot(curves, { title: 'Latency of orders', scale: 'log' });
  writeFileSync(join(directory, 'latency.svg'), plot);
  return `written: report.json, latency.hgrm and latency.svg in ${directory}\n`;
}
