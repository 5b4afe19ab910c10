import { describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { LatencyBoard } from '../../src/metrics/latency-board.js';
import { TRACE_RING_ENTRIES } from '../../src/model/limits.js';
import { GroupTrace } from '../../src/shard/group-trace.js';
import { LINE_WORDS, ORDER_RECEIVED, orderHead } from '../../src/wire/order-record.js';
import { kind } from '../support/binary-client.js';
import { Bench, order } from './bench.js';

function told(board: LatencyBoard, gateway: number): number[][] {
  const reader = board.traceReader(0, gateway);
  const entries: number[][] = [];
  reader.mark();
  while (reader.next()) entries.push([reader.stamp, reader.count, reader.gatheredNs, reader.publishedNs]);
  return entries;
}

describe('a shard that tells of its times', () => {
  it('tells each gateway of each of its turns in a group, reads and long records counted', () => {
    const bench = new Bench({ gateways: 2 });
    bench.sendStamped(0, 7, order(1), order(2), order(0, { text: 'a text' }));
    bench.sendStamped(0, -8, { kind: kind.book, instrument: 1, size: 5 }, order(4));
    bench.sendStamped(1, 7, order(11));
    bench.sendStamped(0, 7, order(5));
    bench.clock.advance(1000);
    bench.disk.failSync = () => {
      // The disk takes its time.
      bench.clock.advance(300);
      return false;
    };
    bench.shard.turn();
    expect(told(bench.latency, 0)).toEqual([
      [7, 3, 1000, 1300],
      [-8, 2, 1000, 1300],
      [7, 1, 1000, 1300],
    ]);
    expect(told(bench.latency, 1)).toEqual([[7, 1, 1000, 1300]]);
    expect(bench.latency.merged('sync').pairs()).toEqual([[300, 6]]);
    expect(bench.latency.merged('match').pairs()).toEqual([[0, 7]]);
    expect(bench.latency.dropped).toBe(0);
  });

  it('has no sync of reads alone, and tells nothing of what it does by itself', () => {
    const bench = new Bench();
    bench.sendStamped(0, 3, { kind: kind.book, instrument: 1, size: 5 });
    bench.shard.turn();
    bench.shard.logTime();
    expect(told(bench.latency, 0)).toEqual([[3, 1, 0, 0]]);
    expect(bench.latency.merged('sync').count).toBe(0);
    expect(bench.latency.merged('match').count).toBe(1);
  });

  it('never shows times of what it has not published', () => {
    const bench = new Bench();
    bench.disk.failSync = () => true;
    bench.sendStamped(0, 3, order(1));
    expect(() => bench.shard.turn()).toThrow();
    expect(told(bench.latency, 0)).toEqual([]);
    expect(bench.latency.merged('sync').count).toBe(0);
  });

  it('counts what a gateway has no room to be told, and does not wait', () => {
    const board = new LatencyBoard(LatencyBoard.allocate(1, 1));
    const trace = new GroupTrace(board, 0, new TestClock({}));
    const lines = 2 * TRACE_RING_ENTRIES;
    const frame = new Int32Array(lines * LINE_WORDS);
    for (let line = 0; line < lines; line++) {
      frame[line * LINE_WORDS] = orderHead(1, 1, 1);
      // Two of each turn, and one in the end that is alone.
      frame[line * LINE_WORDS + ORDER_RECEIVED] = line >> 1;
    }
    trace.note(0, frame, 0, lines);
    expect(board.dropped).toBe(0);
    trace.note(0, frame, 0, 5);
    expect(board.dropped).toBe(5);
    trace.gathered();
    trace.matched(lines + 5);
    trace.show();
    expect(told(board, 0)).toHaveLength(TRACE_RING_ENTRIES);
    trace.note(0, frame, 0, 5);
    expect(board.dropped).toBe(5);
  });
});
