import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '../../load/latency.js';
import { thisMachine } from '../../load/machine.js';
import { readMode } from '../../load/modes.js';
import { readOverloadOptions } from '../../load/overload-options.js';
import { overloadFailures, overloadJson, overloadText } from '../../load/overload-report.js';
import { RejectCode } from '../../src/model/reject.js';

const found = {
  options: readOverloadOptions(readMode(['--overload'])!.given),
  disk: { fileSystem: 'ext4', syncLatencyUs: { p50: 100, p99: 200 } },
  capacityPerSecond: 100_000,
  offeredPerSecond: 1_000_000,
  quietPerSecond: 2_000,
  seconds: 5,
  quietUs: { p50: 200, p99: 1_000, p999: 2_000, max: 3_000 },
  acceptedUs: { p50: 300, p99: 1_900, p999: 4_000, max: 5_000 },
  latency: new LatencyRecorder(),
  sent: 1_000_000,
  shed: 3_500_000,
  accepted: 100,
  acknowledged: 400_000,
  refused: 600_000,
  unanswered: 0,
  codes: new Map<number, number>([[RejectCode.Busy, 600_000]]),
  restBytes: 200 * 2 ** 20,
  peakBytes: 500 * 2 ** 20,
  slow: {
    connections: 100,
    closed: 100,
    firstClosedMs: 1_500,
    lastClosedMs: 4_900,
    sentOrders: 9_000,
    whys: { ECONNRESET: 100 },
  },
  fault: undefined,
};

describe('the report of the proof of overload', () => {
  it('passes where all is as it is asked for, with every figure', () => {
    expect(overloadFailures(found)).toEqual([]);
    const text = overloadText({ ...found, failures: [] });
    expect(text).toContain('pass: memory stays under 1024 MiB: 200 MiB before, 500 MiB at most');
    expect(text).toContain(
      'pass: accepted orders keep p99 within 2 times the quiet one: 1900 us, quiet 1000 us: 1.90 times',
    );
    expect(text).toContain('600,000 × 500 busy');
    expect(text).toContain('100 of 100 closed, the last after 4,900 ms');
    expect(overloadJson({ ...found, failures: [] }, thisMachine([]))).toMatchObject({
      codes: { busy: 600_000 },
      goals: [{ passes: true }, { passes: true }, { passes: true }, { passes: true }],
    });
  });

  it('fails where one is not', () => {
    const failures = overloadFailures({
      ...found,
      peakBytes: 2 ** 31,
      acceptedUs: { ...found.acceptedUs, p99: 2_100 },
      codes: new Map([[4_321, 7]]),
      slow: { ...found.slow, closed: 99 },
      fault: 'the server ended the connection',
      unanswered: 3,
    });
    expect(failures).toHaveLength(6);
    expect(failures[4]).toContain('a connection that reads has ended: the server ended the connection');
  });

  it('does not say what the system does not tell', () => {
    const untold = { ...found, restBytes: undefined, peakBytes: undefined };
    expect(overloadFailures(untold)).toEqual([]);
    expect(overloadText({ ...untold, failures: [] })).toContain('not told: memory stays');
  });
});
