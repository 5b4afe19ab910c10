import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '../../load/latency.js';
import type { LoadRunResult } from '../../load/load-run.js';
import { thisMachine } from '../../load/machine.js';
import { readMode } from '../../load/modes.js';
import { readWsOptions } from '../../load/options.js';
import { headingText, type LoadReport, reportJson, reportText } from '../../load/report.js';

const result: LoadRunResult = {
  acknowledgedPerSecond: 1_234_567.8,
  timedSeconds: 4,
  latencyUs: { p50: 412.04, p99: 1_876.35, p999: 3_000, max: 4_000.55 },
  latency: new LatencyRecorder(),
  sendLatenessUs: undefined,
  bytesPerOrder: 112.52,
  acknowledged: 5_200_000,
  refused: 0,
  rejected: 1_000,
  trades: 77,
  codes: new Map([[400, 1_000]]),
};
const report: LoadReport = {
  options: readWsOptions(readMode(['--json'])!.given),
  disk: { fileSystem: 'ext4', syncLatencyUs: { p50: 121.7, p99: 340.2 } },
  exchange: result,
  journal: { orders: 5_200_000, commands: 5_200_002, frames: 13_000, segments: 5 },
  echoBytesPerOrder: 113,
  echo: { ...result, acknowledgedPerSecond: 2_000_000, latencyUs: { p50: 1, p99: 2, p999: 3, max: 4 } },
  backlog: [{ store: 'postgres', shard: 0, looks: [{ seconds: 1, commands: 2345 }], drainedSeconds: 0.25 }],
  failures: [],
};

describe('the report of a load run', () => {
  it('is one line of JSON with the documented fields', () => {
    const machine = thisMachine(['--json']);
    const object = reportJson(report, machine);
    expect(JSON.parse(JSON.stringify(object))).toEqual(object);
    expect(object).toMatchObject({
      acknowledgedPerSecond: 1_234_568,
      echoPerSecond: 2_000_000,
      ratio: 0.617,
      latencyUs: { p50: 412, p99: 1_876.4, p999: 3_000, max: 4_000.6 },
      echoLatencyUs: { p50: 1, p99: 2, p999: 3, max: 4 },
      counts: { acknowledged: 5_200_000, journaled: 5_200_000, rejected: 1_000, refused: 0, trades: 77 },
      settings: {
        transport: 'ws',
        mix: 'steady',
        ordersPerFrame: 1,
        orders: 5_000_000,
        ratePerSecond: null,
        fileSystem: 'ext4',
        syncLatencyUs: { p50: 122, p99: 340 },
        durability: 'fsync',
        follower: 'on',
        snapshotCommands: null,
      },
      stores: [
        { store: 'postgres', shard: 0, looks: [{ seconds: 1, commands: 2345 }], drainedSeconds: 0.25 },
      ],
      machine: { node: process.version, command: 'npm run --silent load -- --json' },
      failures: [],
    });
  });

  it('has nulls where the echo run was left out', () => {
    const alone = reportJson({ ...report, echo: undefined, echoBytesPerOrder: undefined }, thisMachine([]));
    expect(alone).toMatchObject({ echoPerSecond: null, ratio: null, echoLatencyUs: null });
  });

  it('says in words what was measured, what the journal holds and what failed', () => {
    const text = reportText({ ...report, failures: ['3 orders were refused by a gateway'] });
    expect(text).toContain(
      'store postgres, shard 0: commands behind at 1 s 2,345; drained 0.3 s after the end',
    );
    expect(text).toMatch(/exchange +1,234,568 +412 +1876 +3000 +4001\n/);
    expect(text).toMatch(/echo +2,000,000/);
    expect(text).toContain('5,200,000 acknowledged');
    expect(text).toContain('1,000 × 400 unknown-order');
    expect(text).toContain('5,200,000 orders read back');
    expect(text).not.toContain('idle:');
    expect(text).toContain('FAILED: 3 orders were refused by a gateway');
  });

  it('begins with the disk and the bound', () => {
    expect(headingText(report.options, report.disk)).toMatch(/^disk: ext4; .* p50 122 us, p99 340 us\n/);
    expect(headingText(report.options, report.disk)).toContain('at most 8,192 under way');
    const rate = readWsOptions(readMode(['--rate', '100000'])!.given);
    expect(headingText(rate, report.disk)).toContain('open loop, 100,000 orders/s');
    expect(reportText({ ...report, options: rate })).toContain('from the time the order was due');
  });

  it('says what idle connections took and when slow readers were closed', () => {
    const idle = {
      connections: 10_000,
      ended: 0,
      residentBytesEach: 9_400,
      socketBufferBytesEach: 12,
      kernelRecordBytesEach: undefined,
    };
    const slowReaders = {
      connections: 3,
      closed: 2,
      firstClosedMs: 900,
      lastClosedMs: 1_200,
      sentOrders: 5_000,
      whys: { ECONNRESET: 2 },
    };
    const text = reportText({ ...report, idle, slowReaders });
    expect(text).toMatch(/idle: pass: 10,000 connections, 0 of them ended, took 9,400 bytes each/);
    expect(text).toContain('both ends of each: 12 of buffers, unknown of records');
    expect(text).toContain('slow readers: 3, 2 of them closed after 900 to 1,200 ms (2 × ECONNRESET)');
    expect(reportText({ ...report, idle: { ...idle, residentBytesEach: 20_000 } })).toContain('idle: FAIL');
    const untold = { ...idle, residentBytesEach: undefined };
    expect(reportText({ ...report, idle: untold })).toContain('does not tell');
  });
});
