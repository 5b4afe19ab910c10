import { describe, expect, it } from 'vitest';
import type { CannonResult } from '../../load/http-cannon.js';
import { readHttpOptions } from '../../load/http-options.js';
import { httpFailures, httpJson, httpText, serverFigures } from '../../load/http-report.js';
import { LatencyRecorder } from '../../load/latency.js';
import { thisMachine } from '../../load/machine.js';
import { readMode } from '../../load/modes.js';

function result(accepted: number, seconds: number, more: Partial<CannonResult['timed']> = {}): CannonResult {
  const latency = new LatencyRecorder();
  latency.record(1_000_000, accepted);
  const timed = { sent: accepted, statuses: { 201: accepted }, errors: 0, timeouts: 0, ...more };
  const warmUp = { sent: 10, statuses: { 201: 10 }, errors: 0, timeouts: 0 };
  return { warmUp, timed, seconds, bytesPerAnswer: 600, histogram: latency.encoded() };
}

function report(exchange: readonly CannonResult[], journaledOrders: number | undefined) {
  const found = {
    options: readHttpOptions(readMode(['--transport', 'http'])!.given),
    disk: { fileSystem: 'ext4', syncLatencyUs: { p50: 100, p99: 200 } },
    answerBytes: 450,
    exchange: serverFigures(exchange),
    bare: serverFigures([result(1_000, 1)]),
    fastify: serverFigures([result(300, 1)]),
    journaledOrders,
  };
  return { ...found, failures: httpFailures(found) };
}

describe('the report of a load run over HTTP', () => {
  it('takes medians of rounds, and measures them against the goals', () => {
    const good = report([result(700, 1), result(900, 1), result(800, 1)], 2_430);
    expect(good.failures).toEqual([]);
    expect(good.exchange).toMatchObject({ medianPerSecond: 800, sent: 2_430, answered: 2_430 });
    expect(good.exchange.latencyUs.p50).toBeCloseTo(1_000, -1);
    expect(httpJson(good, thisMachine([]))).toMatchObject({
      goals: [
        { name: 'bare', ratio: 0.8, passes: true },
        { name: 'fastify', ratio: 2.667, passes: true },
      ],
    });
    const text = httpText(good);
    expect(text).toContain('pass: 0.80 times the bare uWebSockets.js route, of 0.8 that are asked for');
    expect(text).toContain('journal: 2,430 orders read back, 2,430 answered with 201');
    expect(httpText(report([result(500, 1)], 510))).toContain('FAIL: 0.50 times the bare');
  });

  it('hides no other status, no error, no timeout and no order that is not accounted for', () => {
    const statuses = { 201: 90, 503: 10 };
    const bad = report([result(90, 1, { sent: 102, statuses, errors: 2, timeouts: 1 })], 99);
    expect(bad.failures).toEqual([
      'exchange: 10 answers with status 503',
      'exchange: 2 errors, 1 of them timeouts',
      'exchange: 112 requests were sent and 110 answered',
      'the journal holds 99 orders and 100 were answered with 201',
    ]);
    expect(httpText(bad)).toContain('FAILED: exchange: 10 answers with status 503');
    expect(report([result(90, 1)], undefined).failures).toEqual([]);
  });
});
