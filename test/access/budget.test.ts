import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/access/budget.js';

const second = 1_000_000_000;

/** One budget of each gateway on the same memory. */
function gatewaysOf(count: number): Budget[] {
  const memory = Budget.allocate();
  return Array.from({ length: count }, () => new Budget(memory, count));
}

/** A bucket of nanoseconds in whole numbers, without chunks: slow and exact. */
class ExactBucket {
  readonly #tokenNs: bigint;
  readonly #burstNs: bigint;
  #roomNs: bigint;
  #atNs = 0n;

  constructor(perSecond: number, burst: number) {
    this.#tokenNs = BigInt(Math.ceil(second / perSecond));
    this.#burstNs = BigInt(burst) * this.#tokenNs;
    this.#roomNs = this.#burstNs;
  }

  /** Tokens that are in it, under zero where more were taken. */
  tokensAt(nowNs: number): number {
    this.#roomNs += BigInt(nowNs) - this.#atNs;
    if (this.#roomNs > this.#burstNs) this.#roomNs = this.#burstNs;
    this.#atNs = BigInt(nowNs);
    return Number(this.#roomNs) / Number(this.#tokenNs);
  }

  take(count: number): void {
    this.#roomNs -= BigInt(count) * this.#tokenNs;
  }
}

describe('a budget', () => {
  it('is a burst, and then so many a second', () => {
    const [budget] = gatewaysOf(1) as [Budget];
    budget.setRate(3, 10);
    expect(budget.remaining(3, 0)).toBe(10);
    for (let count = 0; count < 10; count++) expect(budget.take(3, 1, 0)).toBe(0);
    expect(budget.remaining(3, 0)).toBe(0);
    expect(budget.take(3, 1, 0)).toBe(second / 10);
    expect(budget.take(3, 3, 0)).toBe((3 * second) / 10);
    expect(budget.take(3, 1, second / 10 - 1)).toBe(1);
    expect(budget.take(3, 1, second / 10)).toBe(0);
    expect(budget.take(3, 1, second / 10)).toBe(second / 10);
    // However long it is left alone, there is no more in it than the burst.
    expect(budget.remaining(3, 100 * second)).toBe(10);
    expect(budget.take(3, 11, 100 * second)).toBe(Number.POSITIVE_INFINITY);
    expect(budget.take(3, 10, 100 * second)).toBe(0);
    // Nobody else pays for it.
    budget.setRate(4, 10);
    expect(budget.take(4, 10, 100 * second)).toBe(0);
  });

  it('has no bound where none is set', () => {
    const [budget] = gatewaysOf(1) as [Budget];
    expect(budget.take(5, 1_000_000_000, 0)).toBe(0);
    expect(budget.remaining(5, 0)).toBe(Number.POSITIVE_INFINITY);
    budget.setRate(5, 1);
    expect(budget.take(5, 1, 0)).toBe(0);
    expect(budget.take(5, 1, 0)).toBe(second);
    budget.setRate(5, undefined);
    expect(budget.take(5, 1, 0)).toBe(0);
  });

  it('is one for all gateways', () => {
    const gateways = gatewaysOf(4);
    for (const gateway of gateways) gateway.setRate(0, 1000);
    let granted = 0;
    for (let round = 0; round < 1000; round++)
      for (const gateway of gateways) if (gateway.take(0, 1, 0) === 0) granted++;
    expect(granted).toBe(1000);
  });

  it('comes back from a gateway that a key has left', () => {
    const [left, other] = gatewaysOf(2) as [Budget, Budget];
    for (const gateway of [left, other]) gateway.setRate(0, 1000, 800);
    for (let count = 0; count < 150; count++) expect(left.take(0, 1, 0)).toBe(0);
    const grantedBy = (gateway: Budget, nowNs: number) => {
      let granted = 0;
      while (gateway.take(0, 1, nowNs) === 0) granted++;
      return granted;
    };
    const first = grantedBy(other, 0);
    expect(first).toBeLessThan(650);
    expect(first).toBeGreaterThanOrEqual(650 - 100);
    left.settle(second / 10);
    // A tenth of a second brings 100, and what the other one held.
    expect(grantedBy(other, second / 10)).toBe(100 + 650 - first);
  });

  it('takes a new rate at once', () => {
    const [budget] = gatewaysOf(1) as [Budget];
    budget.setRate(0, 1000);
    expect(budget.take(0, 500, 0)).toBe(0);
    budget.setRate(0, 2000);
    expect(budget.remaining(0, 0)).toBe(1000);
    budget.setRate(0, 2000);
    expect(budget.remaining(0, 0)).toBe(1000);
  });

  it('refuses rates that it cannot keep, and memory that is none of its', () => {
    const [budget] = gatewaysOf(1) as [Budget];
    for (const rate of [0, -1, 1.5, 1_000_001, Number.NaN])
      expect(() => budget.setRate(0, rate)).toThrow('not a whole number from 1 to 1000000');
    expect(() => budget.setRate(0, 1, 0)).toThrow('not a whole number');
    expect(() => new Budget(new SharedArrayBuffer(8), 1)).toThrow('are not a budget');
  });

  it('is within a quarter of the burst of an exact bucket', () => {
    const step = fc.record({
      gateway: fc.nat({ max: 3 }),
      afterNs: fc.oneof(fc.constant(0), fc.nat({ max: 10_000_000 }), fc.nat({ max: 2 * second })),
      count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 60 })),
      times: fc.integer({ min: 1, max: 200 }),
      settles: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 60, max: 4000 }),
        fc.array(step, { maxLength: 60 }),
        (gatewayCount, perSecond, burst, steps) => {
          const gateways = gatewaysOf(gatewayCount);
          for (const gateway of gateways) gateway.setRate(9, perSecond, burst);
          const exact = new ExactBucket(perSecond, burst);
          const most = burst / 4;
          let nowNs = 0;
          for (const { gateway, afterNs, count, times, settles } of steps) {
            nowNs += afterNs;
            const budget = gateways[gateway % gatewayCount]!;
            if (settles) budget.settle(nowNs);
            for (let time = 0; time < times; time++) {
              const before = exact.tokensAt(nowNs);
              const remaining = budget.remaining(9, nowNs);
              const waitNs = budget.take(9, count, nowNs);
              // What it says is left can be taken, if not in a chunk of another age.
              if (waitNs === 0) {
                exact.take(count);
                expect(before - count).toBeGreaterThanOrEqual(-most);
              } else {
                expect(before).toBeLessThan(count + most + 1);
                expect(remaining).toBeLessThan(count + 1);
                // After that time it is granted, if nobody else comes.
                expect(waitNs).toBeGreaterThan(0);
                expect(waitNs).toBeLessThanOrEqual(count * Math.ceil(second / perSecond));
                break;
              }
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says when it will grant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat({ max: second }), { maxLength: 50 }),
        (perSecond, count, pauses) => {
          const [budget] = gatewaysOf(1) as [Budget];
          budget.setRate(0, perSecond, Math.max(count, perSecond));
          let nowNs = 0;
          for (const pauseNs of pauses) {
            nowNs += pauseNs;
            const waitNs = budget.take(0, count, nowNs);
            if (waitNs === 0) continue;
            nowNs += waitNs;
            expect(budget.take(0, count, nowNs)).toBe(0);
          }
        },
      ),
    );
  });

  it('loses and makes no token where threads take at once', async () => {
    const memory = Budget.allocate();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const threads = 4;
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.built).then(({ Budget }) => {
        const { memory, gate, threads } = workerData;
        const budget = new Budget(memory, threads);
        budget.setRate(7, 1000000);
        if (Atomics.add(gate, 0, 1) === threads - 1) Atomics.notify(gate, 0);
        else for (let there = 0; (there = Atomics.load(gate, 0)) < threads; ) Atomics.wait(gate, 0, there, 1000);
        let granted = 0;
        while (budget.take(7, 1, 5000) === 0) granted++;
        parentPort.postMessage(granted);
      });`;
    const built = new URL('../../dist/src/access/budget.js', import.meta.url).href;
    const granted = await Promise.all(
      Array.from({ length: threads }, async () => {
        const worker = new Worker(code, { eval: true, workerData: { built, memory, gate, threads } });
        const [count] = (await once(worker, 'message')) as [number];
        await worker.terminate();
        return count;
      }),
    );
    expect(granted.reduce((sum, count) => sum + count)).toBe(1_000_000);
  });
});
