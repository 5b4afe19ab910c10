import { describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { TurnTrace } from '../../src/gateway/turn-trace.js';
import { LatencyBoard } from '../../src/metrics/latency-board.js';
import { gatewayStages } from '../../src/metrics/latency-stages.js';
import { TRACE_RING_ENTRIES } from '../../src/model/limits.js';

const START = 2 ** 36;

function bench() {
  const board = new LatencyBoard(LatencyBoard.allocate(2, 2));
  const clock = new TestClock({});
  clock.advance(START);
  const trace = new TurnTrace(board, 1, clock);
  const writers = [0, 1].map((shard) => board.traceWriter(shard, 1));
  const answer = (
    shard: number,
    receivedNs: number,
    count: number,
    gatheredNs: number,
    publishedNs: number,
  ) => {
    writers[shard]!.add((START + receivedNs) | 0, count);
    writers[shard]!.time(START + gatheredNs, START + publishedNs);
    writers[shard]!.show();
  };
  /** By stage, how many commands took how long. */
  const recorded = () =>
    Object.fromEntries(gatewayStages.map((stage) => [stage, board.merged(stage).pairs()]));
  return { board, clock, trace, answer, recorded };
}

describe('the trace of turns', () => {
  it('records all stages of what was handed on, weighted by its commands', () => {
    const { clock, trace, answer, recorded, board } = bench();
    trace.shown(0, START + 10, START + 12);
    trace.shown(1, START + 10, START + 12);
    answer(0, 10, 3, 20, 40);
    answer(1, 10, 1, 25, 30);
    trace.mark();
    clock.advance(100);
    trace.handed();
    expect(recorded()).toEqual({
      decode: [[2, 4]],
      ringWait: [
        [8, 3],
        [13, 1],
      ],
      return: [
        [60, 3],
        [70, 1],
      ],
      whole: [[90, 4]],
    });
    expect(board.dropped).toBe(0);
  });

  it('leaves for later what was told after the mark', () => {
    const { clock, trace, answer, recorded } = bench();
    trace.shown(0, START, START);
    trace.mark();
    answer(0, 0, 1, 20, 40);
    clock.advance(100);
    trace.handed();
    expect(recorded()['whole']).toEqual([]);
    trace.mark();
    clock.advance(100);
    trace.handed();
    expect(recorded()['whole']).toEqual([[200, 1]]);
  });

  it('counts what it does not know, and what was lost with its events', () => {
    const { trace, answer, recorded, board } = bench();
    answer(0, 7, 5, 20, 40);
    trace.mark();
    trace.handed();
    expect(board.dropped).toBe(5);
    trace.shown(1, START, START);
    answer(1, 0, 2, 20, 40);
    trace.mark();
    trace.lost();
    trace.handed();
    expect(board.dropped).toBe(7);
    expect(recorded()['whole']).toEqual([]);
  });

  it('goes on where a ring was full', () => {
    const { board, clock, trace, recorded } = bench();
    const writer = board.traceWriter(0, 1);
    trace.shown(0, START, START);
    for (let i = 0; i < TRACE_RING_ENTRIES; i++) expect(writer.add(START | 0, 1)).toBe(true);
    expect(writer.add(START | 0, 1)).toBe(false);
    writer.time(START, START);
    writer.show();
    clock.advance(5);
    trace.mark();
    trace.handed();
    expect(recorded()['whole']).toEqual([[5, TRACE_RING_ENTRIES]]);
    expect(writer.add(START | 0, 1)).toBe(true);
  });
});
