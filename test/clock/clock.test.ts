import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Alerts } from '../../src/clock/alerts.js';
import type { AdvanceableClock, Clock } from '../../src/clock/clock.js';
import { LiveClock } from '../../src/clock/live-clock.js';
import { liveOriginNow } from '../../src/clock/origin.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { SharedClock } from '../../src/clock/shared-clock.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { clockConformance } from './conformance.js';

/** Waits on a clock of its own, and then for whatever the clock under test still has to fire. */
async function passReally(clock: Clock, ns: number): Promise<void> {
  const until = clock.nowNs() + ns;
  while (clock.nowNs() < until) await wait(1);
  // Fires after all that is due before it, for alerts fire in order; a clock that forgets to fire ends in a timeout.
  await new Promise<number>((resolve) => clock.setAlert(until, resolve));
}

async function advance(clock: AdvanceableClock, ns: number): Promise<void> {
  clock.advance(ns);
}

clockConformance('LiveClock', { make: () => new LiveClock(), pass: passReally, countable: false });
clockConformance('TestClock', { make: () => new TestClock(), pass: advance, countable: true });
clockConformance('SharedClock in live mode', {
  make: () => new SharedClock(SharedClock.allocate({ mode: 'live' })),
  pass: passReally,
  countable: false,
});
clockConformance('SharedClock in test mode', {
  make: () => new SharedClock(SharedClock.allocate({ mode: 'test' })),
  pass: advance,
  countable: true,
});

/** What both kinds of test clock do about `advance`. */
function advanceConformance(name: string, make: () => AdvanceableClock): void {
  describe(`${name} as a clock that is advanced`, () => {
    it('stands still until it is advanced', () => {
      const clock = make();
      expect(clock.nowNs()).toBe(0);
      clock.advance(5);
      clock.advance(0);
      expect(clock.nowNs()).toBe(5);
      clock.advanceTo(12);
      clock.advanceTo(12);
      expect(clock.nowNs()).toBe(12);
      expect(clock.epochNs()).toBe(clock.originEpochNs + 12n);
    });

    it('starts on the first of January 2026, where no start is given', () => {
      expect(make().originEpochNs).toBe(BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n);
    });

    it('fires what is due at the target, and leaves what is due a nanosecond later', () => {
      const clock = make();
      const fired: number[] = [];
      clock.setAlert(10, (dueNs) => fired.push(dueNs));
      clock.setAlert(11, (dueNs) => fired.push(dueNs));
      clock.advanceTo(10);
      expect(fired).toEqual([10]);
      clock.advance(1);
      expect(fired).toEqual([10, 11]);
    });

    it('fires a timer once for each due time that was missed, and timers among each other in order', () => {
      const clock = make();
      const fired: string[] = [];
      clock.setTimer(10, (dueNs) => fired.push(`ten ${dueNs}`));
      clock.setTimer(15, (dueNs) => fired.push(`fifteen ${dueNs}`));
      clock.advance(30);
      expect(fired).toEqual(['ten 10', 'fifteen 15', 'ten 20', 'ten 30', 'fifteen 30']);
    });

    it('refuses to go back, and to go where numbers end', () => {
      const clock = make();
      clock.advance(100);
      expect(() => clock.advanceTo(99)).toThrow('cannot go back to 99 ns: it is 100 ns already');
      expect(() => clock.advance(-1)).toThrow(RangeError);
      expect(() => clock.advance(0.5)).toThrow(RangeError);
      expect(() => clock.advance(Number.NaN)).toThrow(RangeError);
      expect(() => clock.advanceTo(2 ** 53)).toThrow(RangeError);
      expect(() => clock.advance(Number.MAX_SAFE_INTEGER)).toThrow('over 2^53');
      expect(clock.nowNs()).toBe(100);
      clock.advanceTo(Number.MAX_SAFE_INTEGER);
      expect(clock.nowNs()).toBe(Number.MAX_SAFE_INTEGER);
    });

    it('refuses to be advanced inside a callback, and goes on', () => {
      const clock = make();
      const errors: unknown[] = [];
      clock.setAlert(10, () => {
        for (const move of [() => clock.advance(1), () => clock.advanceTo(50)]) {
          try {
            move();
          } catch (error) {
            errors.push((error as Error).message);
          }
        }
      });
      clock.advance(20);
      expect(errors).toEqual(Array(2).fill('cannot advance a clock from inside one of its callbacks'));
      expect(clock.nowNs()).toBe(20);
    });

    it('passes on an exception of a callback, and fires the rest with the next advance', () => {
      const clock = make();
      const fired: string[] = [];
      let broken = true;
      clock.setTimer(10, (dueNs) => {
        fired.push(`timer ${dueNs}`);
        if (broken) throw new Error('from the callback');
      });
      clock.setAlert(15, () => fired.push('alert 15'));
      expect(() => clock.advance(20)).toThrow('from the callback');
      expect(fired).toEqual(['timer 10']);
      broken = false;
      clock.advanceTo(20);
      expect(fired).toEqual(['timer 10', 'alert 15', 'timer 20']);
      expect(clock.nowNs()).toBe(20);
    });
  });
}

advanceConformance('TestClock', () => new TestClock());
advanceConformance('SharedClock', () => new SharedClock(SharedClock.allocate({ mode: 'test' })));

describe('TestClock', () => {
  it('starts at the time that it is given', () => {
    const clock = new TestClock({ startEpochNs: 1_700_000_000_123_456_789n });
    clock.advance(11);
    expect(clock.epochNs()).toBe(1_700_000_000_123_456_800n);
    expect(() => new TestClock({ startEpochNs: -1n })).toThrow(RangeError);
    expect(() => new TestClock({ startEpochNs: 2n ** 63n })).toThrow(RangeError);
  });

  it('shows each callback the time for which it was set', () => {
    const clock = new TestClock();
    const seen: number[][] = [];
    const note = (dueNs: number) => seen.push([dueNs, clock.nowNs()]);
    clock.setAlert(30, note);
    clock.setTimer(20, note);
    clock.setAlert(25, (dueNs) => {
      note(dueNs);
      clock.setAlert(10, note); // past: it fires now, and takes the time nowhere
      clock.setAlert(28, note);
    });
    clock.advance(45);
    expect(seen).toEqual([
      [20, 20],
      [25, 25],
      [10, 25],
      [28, 28],
      [30, 30],
      [40, 40],
    ]);
  });

  it('stays at the time of a callback that threw', () => {
    const clock = new TestClock();
    clock.setAlert(7, () => {
      throw new Error('no');
    });
    expect(() => clock.advance(10)).toThrow('no');
    expect(clock.nowNs()).toBe(7);
  });

  it('gives the same run for the same calls, and the run of a plain sorted list', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const run = randomRun(seed);
      expect(randomRun(seed)).toEqual(run);
      expect(run.length).toBeGreaterThan(50);
    }
  });
});

/**
 * Random sets, cancels and advances on a TestClock, each advance checked against a list that is sorted anew for every
 * alert. Returns what fired.
 */
function randomRun(seed: number): string[] {
  const random = new SeededRandomness(seed);
  const clock = new TestClock();
  const fired: string[] = [];
  const idsInOrder: number[] = [];
  const set = (dueNs: number, intervalNs: number, children: number): void => {
    const callback = (due: number) => {
      fired.push(`${id}@${due}`);
      if (children > 0) set(due + children * 3, 0, children - 1);
    };
    const id = intervalNs > 0 ? clock.setTimer(intervalNs, callback, dueNs) : clock.setAlert(dueNs, callback);
    idsInOrder.push(id);
  };
  const expected: string[] = [];
  let waiting: { id: number; dueNs: number; intervalNs: number; children: number }[] = [];
  let modelNs = 0;
  let lastModelId = 0;
  const setInModel = (dueNs: number, intervalNs: number, children: number): void => {
    waiting.push({ id: ++lastModelId, dueNs, intervalNs, children });
  };
  for (let step = 0; step < 200; step++) {
    const dice = random.below(10);
    if (dice < 6) {
      const dueNs = modelNs + random.below(60) - 5;
      const intervalNs = random.below(4) === 0 ? 7 + random.below(30) : 0;
      const children = intervalNs === 0 ? random.below(3) : 0;
      set(dueNs, intervalNs, children);
      setInModel(dueNs, intervalNs, children);
    } else if (dice < 8) {
      const id = 1 + random.below(lastModelId + 1);
      const before = waiting.length;
      waiting = waiting.filter((alert) => alert.id !== id);
      expect(clock.cancel(id)).toBe(waiting.length < before);
    } else {
      const target = modelNs + random.below(40);
      for (;;) {
        waiting.sort((one, other) => one.dueNs - other.dueNs || one.id - other.id);
        const first = waiting[0];
        if (first === undefined || first.dueNs > target) break;
        expected.push(`${first.id}@${first.dueNs}`);
        const due = first.dueNs;
        if (first.intervalNs > 0) first.dueNs += first.intervalNs;
        else waiting.shift();
        if (first.children > 0) setInModel(due + first.children * 3, 0, first.children - 1);
      }
      modelNs = target;
      clock.advanceTo(target);
      expect(fired).toEqual(expected);
    }
  }
  expect(idsInOrder).toEqual(idsInOrder.map((_, index) => index + 1));
  return fired;
}

describe('LiveClock', () => {
  it('tells the time of the wall clock, to the millisecond at its start', () => {
    const beforeMs = Date.now();
    const clock = new LiveClock();
    const afterMs = Date.now();
    expect(clock.originEpochNs).toBeGreaterThanOrEqual(BigInt(beforeMs) * 1_000_000n);
    expect(clock.originEpochNs).toBeLessThanOrEqual(BigInt(afterMs) * 1_000_000n);
  });

  it('reads the monotonic counter exactly, from the origin that it is given', () => {
    const monotonicNs = process.hrtime.bigint() - 123_456_789_987_654n; // 34 hours ago
    const clock = new LiveClock({ epochNs: 7n, monotonicNs });
    for (let i = 0; i < 1_000; i++) {
      const before = process.hrtime.bigint();
      const now = clock.nowNs();
      const after = process.hrtime.bigint();
      expect(BigInt(now) + monotonicNs).toBeGreaterThanOrEqual(before);
      expect(BigInt(now) + monotonicNs).toBeLessThanOrEqual(after);
    }
    expect(clock.originEpochNs).toBe(7n);
  });

  it('fires once after a stall, for the latest due time, and goes on from there', async () => {
    const clock = new LiveClock();
    const intervalNs = 1_000_000;
    const first = clock.nowNs() + intervalNs;
    const calls: { dueNs: number; nowNs: number }[] = [];
    clock.setTimer(intervalNs, (dueNs) => calls.push({ dueNs, nowNs: clock.nowNs() }), first);
    const stallUntil = first + 10 * intervalNs;
    while (clock.nowNs() < stallUntil);
    while (calls.length < 3) await wait(1);
    clock.close();
    // The ten that passed in the stall gave one call.
    expect(calls[0]!.dueNs).toBeGreaterThanOrEqual(stallUntil);
    for (const [index, call] of calls.entries()) {
      expect((call.dueNs - first) % intervalNs).toBe(0);
      expect(call.nowNs).toBeGreaterThanOrEqual(call.dueNs);
      if (index > 0) expect(call.dueNs).toBeGreaterThan(calls[index - 1]!.dueNs);
    }
  });

  it('leaves the event loop its turn, though an alert always sets another one for now', async () => {
    const clock = new LiveClock();
    let calls = 0;
    const again = () => {
      calls++;
      clock.setAlert(0, again);
    };
    again();
    while (calls < 10) await wait(1);
    clock.close();
    const callsAtClose = calls;
    await wait(2);
    expect(calls).toBe(callsAtClose);
  });

  it('fires without the event loop for a thread that has its own', () => {
    const clock = new LiveClock();
    const fired: string[] = [];
    const at = clock.nowNs() + 1_000_000;
    clock.setAlert(at, () => {
      fired.push('alert');
      expect(clock.fireDue()).toBe(0);
    });
    expect(clock.nextDueNs).toBe(at);
    while (clock.fireDue() === 0);
    expect(clock.nowNs()).toBeGreaterThanOrEqual(at);
    expect(fired).toEqual(['alert']);
    expect(clock.nextDueNs).toBe(Number.POSITIVE_INFINITY);
    clock.close();
  });

  it('still takes alerts and timers 105 days after its origin, past 2^53 ns', async () => {
    const agoNs = 105n * 86_400n * 1_000_000_000n;
    const { epochNs, monotonicNs } = liveOriginNow();
    const clock = new LiveClock({ epochNs: epochNs - agoNs, monotonicNs: monotonicNs - agoNs });
    const start = clock.nowNs();
    expect(start).toBeGreaterThan(2 ** 53);
    const due = await new Promise<number>((resolve) => clock.setAlert(clock.nowNs() + 1_000_001, resolve));
    expect(due).toBeGreaterThan(start);
    const first = await new Promise<number>((resolve) => clock.setTimer(1_000_001, resolve));
    expect(clock.nowNs()).toBeGreaterThanOrEqual(first);
    clock.close();
  });
});

describe('Alerts', () => {
  it('skips to the latest due time exactly, up to the last nanosecond that a number counts', () => {
    const alerts = new Alerts();
    const dues: number[] = [];
    const intervalNs = 94_906_265;
    const nowNs = intervalNs * 94_906_265 - 1; // just under 2^53
    alerts.addRepeating(0, intervalNs, (dueNs) => dues.push(dueNs));
    alerts.fireFirst(nowNs, 'latest');
    expect(dues).toEqual([intervalNs * 94_906_264]);
    expect(alerts.nextDueNs).toBe(nowNs + 1);
  });
});
