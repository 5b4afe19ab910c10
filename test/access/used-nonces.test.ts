import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NonceOutcome, UsedNonces } from '../../src/access/used-nonces.js';

const windowNs = 5_000_000_000;
const window = BigInt(windowNs);
const nowNs = 1_767_225_600_000_000_000n;

function table(requestsPerSecond = 1000): UsedNonces {
  return new UsedNonces(UsedNonces.allocate({ windowNs, requestsPerSecond }), windowNs);
}

describe('used nonces', () => {
  it('are fresh once for each key', () => {
    const nonces = table();
    expect(nonces.note('a', 'nonce-1', nowNs, nowNs)).toBe(NonceOutcome.Fresh);
    expect(nonces.note('a', 'nonce-1', nowNs, nowNs)).toBe(NonceOutcome.Used);
    expect(nonces.note('b', 'nonce-1', nowNs, nowNs)).toBe(NonceOutcome.Fresh);
    expect(nonces.note('a', 'nonce-2', nowNs, nowNs)).toBe(NonceOutcome.Fresh);
    // With another timestamp it is still that nonce.
    expect(nonces.note('a', 'nonce-1', nowNs - window, nowNs)).toBe(NonceOutcome.Used);
    expect(nonces.note('a', 'nonce-1', nowNs + window, nowNs)).toBe(NonceOutcome.Used);
  });

  it('are refused for as long as their request could be taken, and forgotten later', () => {
    const nonces = table();
    for (const [name, sentNs] of [
      ['early-clock', nowNs - window],
      ['right-clock', nowNs],
      ['late-clock', nowNs + window],
    ] as const) {
      expect(nonces.note('k', name, sentNs, nowNs)).toBe(NonceOutcome.Fresh);
      for (let atNs = nowNs; atNs <= sentNs + window; atNs += window / 16n)
        expect(nonces.note('k', name, sentNs, atNs)).toBe(NonceOutcome.Used);
      const laterNs = sentNs + 2n * window;
      expect(nonces.note('k', name, laterNs, laterNs)).toBe(NonceOutcome.Fresh);
    }
  });

  it('agree with a set for any times', () => {
    const step = fc.record({
      nonce: fc.integer({ min: 0, max: 40 }),
      afterNs: fc.bigInt({ min: 0n, max: window }),
      offsetNs: fc.bigInt({ min: -window, max: window }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const nonces = table();
        const taken = new Map<string, bigint>();
        let atNs = nowNs;
        for (const { nonce, afterNs, offsetNs } of steps) {
          atNs += afterNs;
          const name = `nonce-${nonce}`;
          const sentNs = atNs + offsetNs;
          const outcome = nonces.note('k', name, sentNs, atNs);
          const before = taken.get(name);
          // While it could be sent again it must be refused; when that is over, it is kept for half a window at most.
          if (before !== undefined && before + window >= atNs) expect(outcome).toBe(NonceOutcome.Used);
          if (before === undefined || before + (window * 3n) / 2n < atNs)
            expect(outcome).toBe(NonceOutcome.Fresh);
          if (outcome === NonceOutcome.Fresh) taken.set(name, sentNs);
        }
      }),
    );
  });

  it('fill their table only past the rate that it is for, and say so', () => {
    const nonces = table(100);
    const outcomes = [0, 0, 0];
    for (let number = 0; number < 100 * 10; number++) {
      const outcome = nonces.note('k', `nonce-${number}`, nowNs, nowNs);
      outcomes[outcome]!++;
    }
    expect(outcomes).toEqual([1000, 0, 0]);
    let number = 1000;
    while (nonces.note('k', `nonce-${number}`, nowNs, nowNs) !== NonceOutcome.Full) number++;
    // Those that are in it are still known.
    for (let known = 0; known < number; known++)
      expect(nonces.note('k', `nonce-${known}`, nowNs, nowNs)).toBe(NonceOutcome.Used);
    // In two windows nothing of it is left.
    const laterNs = nowNs + 2n * window;
    for (let again = 0; again < 1000; again++)
      expect(nonces.note('k', `nonce-${again}`, laterNs, laterNs)).toBe(NonceOutcome.Fresh);
  });

  it('take 32 MiB at the usual rate', () => {
    expect(UsedNonces.allocate({ windowNs }).byteLength).toBe(32 * 2 ** 20 + 8);
  });

  it('refuse to note what they would forget too early, and memory that is none of theirs', () => {
    const nonces = table();
    expect(() => nonces.note('k', 'nonce-1', nowNs + window + 1n, nowNs)).toThrow('outside of the window');
    expect(() => nonces.note('k', 'nonce-1', nowNs - window - 1n, nowNs)).toThrow('outside of the window');
    expect(() => new UsedNonces(new SharedArrayBuffer(800), windowNs)).toThrow('not a table of nonces');
    expect(() => new UsedNonces(UsedNonces.allocate({ windowNs }), 1000)).toThrow('a window of 1000 ns');
  });
});

describe('used nonces of two threads, step by step', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are fresh for one at most, though each finds another slot free', () => {
    // The last nanosecond of a generation, and the first of the next: what is old for the second is not for the first.
    const firstNs = nowNs + window / 2n - 1n;
    const secondNs = firstNs + 1n;
    const outcomes = new Map<string, number>();
    for (let number = 0; number < 50; number++) {
      const memory = UsedNonces.allocate({ windowNs, requestsPerSecond: 1 });
      const [first, second] = [new UsedNonces(memory, windowNs), new UsedNonces(memory, windowNs)];
      for (let old = 0; old < 24; old++) first.note('k', `old-${old}-xxx`, nowNs - window, nowNs);
      // The second thread does all of its work after the first has chosen a slot, and before it writes.
      const { compareExchange } = Atomics;
      let inner: NonceOutcome | undefined;
      vi.spyOn(Atomics, 'compareExchange').mockImplementationOnce(((
        ...args: [never, never, never, never]
      ) => {
        inner = second.note('k', `nonce-${number}`, nowNs, secondNs);
        return compareExchange(...args);
      }) as typeof Atomics.compareExchange);
      const outer = first.note('k', `nonce-${number}`, nowNs, firstNs);
      vi.restoreAllMocks();
      const both = `${inner} ${outer}`;
      outcomes.set(both, (outcomes.get(both) ?? 0) + 1);
    }
    expect([...outcomes.keys()]).toEqual([`${NonceOutcome.Fresh} ${NonceOutcome.Used}`]);
  });
});

const built = new URL('../../dist/src/access/used-nonces.js', import.meta.url).href;

/** Notes the same nonces as the others do, after all are there, and counts by nonce how often it was told fresh. */
const threadCode = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.built).then(({ UsedNonces }) => {
    const { memory, counts, gate, threads, windowNs, nowNs, rounds, roundNs } = workerData;
    const nonces = new UsedNonces(memory, windowNs);
    if (Atomics.add(gate, 0, 1) === threads - 1) Atomics.notify(gate, 0);
    else for (let there = 0; (there = Atomics.load(gate, 0)) < threads; ) Atomics.wait(gate, 0, there, 1000);
    const each = counts.length / rounds;
    for (let round = 0; round < rounds; round++) {
      const atNs = nowNs + BigInt(round) * roundNs;
      for (let number = 0; number < each; number++)
        if (nonces.note('k', 'nonce-' + number, workerData.sentNs + BigInt(round) * roundNs, atNs) === 0)
          Atomics.add(counts, round * each + number, 1);
      // All go on to the next round together.
      const target = threads * (round + 2);
      if (Atomics.add(gate, 0, 1) === target - 1) Atomics.notify(gate, 0);
      else for (let there = 0; (there = Atomics.load(gate, 0)) < target; ) Atomics.wait(gate, 0, there, 1000);
    }
    parentPort.postMessage('done');
  });`;

async function noteInThreads(
  threads: number,
  each: number,
  options: { rounds: number; roundNs: bigint; skewNs: bigint; requestsPerSecond: number },
): Promise<Int32Array> {
  const { rounds, roundNs, skewNs, requestsPerSecond } = options;
  const memory = UsedNonces.allocate({ windowNs, requestsPerSecond });
  const counts = new Int32Array(new SharedArrayBuffer(4 * each * rounds));
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from({ length: threads }, (_, thread) => {
    const workerNowNs = nowNs + BigInt(thread) * skewNs;
    const shared = { built, memory, counts, gate, threads, windowNs, rounds, roundNs };
    return new Worker(threadCode, {
      eval: true,
      workerData: { ...shared, nowNs: workerNowNs, sentNs: nowNs },
    });
  });
  await Promise.all(
    workers.map(async (worker) => {
      expect(await once(worker, 'message')).toEqual(['done']);
      await worker.terminate();
    }),
  );
  return counts;
}

describe('used nonces of several threads', () => {
  it('are fresh for exactly one of them', async () => {
    const counts = await noteInThreads(4, 20_000, {
      rounds: 1,
      roundNs: 0n,
      skewNs: 0n,
      requestsPerSecond: 5_000,
    });
    expect(counts.every((count) => count === 1)).toBe(true);
  });

  it('are fresh for exactly one again when their time is over', async () => {
    const counts = await noteInThreads(4, 2_000, {
      rounds: 10,
      roundNs: 2n * window,
      skewNs: 0n,
      requestsPerSecond: 500,
    });
    expect(counts.every((count) => count === 1)).toBe(true);
  });

  it('are fresh for one at most where the threads read their clocks at different times', async () => {
    // Half a generation from one to the next: what is free for the last is not for the first.
    const counts = await noteInThreads(3, 2_000, {
      rounds: 20,
      roundNs: (3n * window) / 2n,
      skewNs: window / 8n,
      requestsPerSecond: 500,
    });
    expect(counts.every((count) => count <= 1)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(counts.length / 2);
  });
});
