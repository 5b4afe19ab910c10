import { describe, expect, it } from 'vitest';
import { measureAllocation } from '../../native-free-bench/allocation.js';
import { applyRecords, type EventTally, makeEngine } from '../../native-free-bench/bench-engine.js';
import { BookWorkload, type WorkloadPlan } from '../../native-free-bench/book-workload.js';
import { measureScaling } from '../../native-free-bench/scaling.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { Side } from '../../src/model/command.js';

const plans: WorkloadPlan[] = [
  { restingOrders: 1_000, instruments: 1, place: 'touch', operations: 2_000 },
  { restingOrders: 1_000, instruments: 1, place: 'anywhere', operations: 2_000 },
  { restingOrders: 1_000, instruments: 100, place: 'touch', operations: 2_000 },
  { restingOrders: 200, instruments: 100, place: 'touch', operations: 2_000 },
];

describe('the commands that keep books as they are', () => {
  it.each(plans)('$restingOrders orders, $instruments instruments, $place', (plan) => {
    const workload = new BookWorkload(plan);
    const { build, commands, instruments } = workload;
    const engine = makeEngine(instruments);
    const levels = () =>
      instruments.map(({ id }) => [engine.levels(id, Side.Buy), engine.levels(id, Side.Sell)]);
    const tally: EventTally = { trades: 0, tradedLots: 0, rejects: 0 };

    applyRecords(engine, build.words, 0, build.length, tally);
    expect(tally).toEqual({ trades: 0, tradedLots: 0, rejects: 0 });
    expect(engine.liveOrders).toBe(plan.restingOrders);
    const before = levels();

    expect(commands.count).toBe(plan.operations);
    applyRecords(engine, commands.words, 0, commands.length, tally);
    expect(engine.liveOrders).toBe(plan.restingOrders);
    expect(levels()).toEqual(before);
    expect(tally).toMatchObject({ trades: workload.trades, rejects: 0 });
    expect(workload.trades).toBeGreaterThan(plan.operations / 40);
  });
});

describe('what is measured with them', () => {
  it('is the cost of a command', () => {
    const point = { restingOrders: 100, instruments: 2, place: 'touch' } as const;
    // The clock stands still: what is measured is another matter.
    expect(measureScaling(point, new TestClock(), 1_000, 1_000)).toBe(0);
  });

  it('is what the engine leaves on the heap', async () => {
    const allocation = await measureAllocation(2_000, 2_000);
    expect(allocation).toMatchObject({ operations: 2_000, restingOrders: 100_000, arrayBytes: 0 });
    expect(allocation.scavenges).toBeGreaterThanOrEqual(0);
  });
});
