import { afterEach, describe, expect, it } from 'vitest';
import type { Clock, TimerId } from '../../src/clock/clock.js';

/** How the suite gets a clock, and lets its time pass. */
export interface ClockHarness<Kind extends Clock = Clock> {
  make(): Kind;
  /** Returns once `ns` have passed on the clock and all that was due by then has fired. */
  pass(clock: Kind, ns: number): Promise<void>;
  /** True where every due time of a repeating timer fires, so that calls can be counted. */
  readonly countable: boolean;
}

/** Real waits are this long: a few milliseconds each, so that the suite stays short. */
const STEP_NS = 2_000_000;

/** What every clock does, whatever moves its time. Nothing here asks how late a callback is: only its order. */
export function clockConformance<Kind extends Clock>(name: string, harness: ClockHarness<Kind>): void {
  describe(`${name} as a clock`, () => {
    const made: Clock[] = [];
    const make = (): Kind => {
      const clock = harness.make();
      made.push(clock);
      return clock;
    };
    const pass = (clock: Kind, ns: number) => harness.pass(clock, ns);
    afterEach(() => {
      for (const clock of made.splice(0)) clock.close();
    });

    it('tells a whole time that never decreases', async () => {
      const clock = make();
      let last = 0;
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 1_000; i++) {
          const now = clock.nowNs();
          if (!Number.isSafeInteger(now) || now < last) throw new Error(`${now} after ${last}`);
          last = now;
        }
        await pass(clock, STEP_NS);
      }
      expect(clock.nowNs()).toBeGreaterThanOrEqual(last + STEP_NS);
    });

    it('tells the same time since 1970 as since its origin', () => {
      const clock = make();
      const before = clock.nowNs();
      const epoch = clock.epochNs();
      const after = clock.nowNs();
      expect(epoch - clock.originEpochNs).toBeGreaterThanOrEqual(BigInt(before));
      expect(epoch - clock.originEpochNs).toBeLessThanOrEqual(BigInt(after));
    });

    it('fires an alert once, with its due time and not before it', async () => {
      const clock = make();
      const calls: { dueNs: number; nowNs: number }[] = [];
      const at = clock.nowNs() + STEP_NS;
      clock.setAlert(at, (dueNs) => calls.push({ dueNs, nowNs: clock.nowNs() }));
      await pass(clock, 2 * STEP_NS);
      await pass(clock, STEP_NS);
      expect(calls).toHaveLength(1);
      expect(calls[0]!.dueNs).toBe(at);
      expect(calls[0]!.nowNs).toBeGreaterThanOrEqual(at);
    });

    it('never fires inside setAlert, though the time is now or past', async () => {
      const clock = make();
      await pass(clock, STEP_NS);
      const now = clock.nowNs();
      const fired: number[] = [];
      clock.setAlert(now, (dueNs) => fired.push(dueNs));
      clock.setAlert(0, (dueNs) => fired.push(dueNs));
      clock.setAlert(-5, (dueNs) => fired.push(dueNs));
      expect(fired).toEqual([]);
      await pass(clock, 0);
      expect(fired).toEqual([-5, 0, now]);
    });

    it('fires in order of due time, then in the order in which they were set', async () => {
      const clock = make();
      const base = clock.nowNs() + STEP_NS;
      const fired: string[] = [];
      for (const [name, offset] of [
        ['c', 2_000],
        ['a', 0],
        ['d', 2_000],
        ['b', 1_000],
        ['e', 2_000],
      ] as const)
        clock.setAlert(base + offset, () => fired.push(name));
      await pass(clock, 2 * STEP_NS);
      expect(fired.join('')).toBe('abcde');
    });

    it('keeps order with many alerts, some of them cancelled', async () => {
      const clock = make();
      const base = clock.nowNs() + STEP_NS;
      const fired: number[] = [];
      const expected: number[] = [];
      for (let i = 0; i < 500; i++) {
        const at = base + ((i * 7_919) % 503) * 1_000;
        const id = clock.setAlert(at, (dueNs) => fired.push(dueNs));
        if (i % 3 === 0) clock.cancel(id);
        else expected.push(at);
      }
      await pass(clock, 2 * STEP_NS);
      expect(fired).toEqual(expected.sort((one, other) => one - other));
    });

    it('repeats a timer at exact multiples of its interval', async () => {
      const clock = make();
      const first = clock.nowNs() + 1_000_003;
      const dues: number[] = [];
      clock.setTimer(700_001, (dueNs) => dues.push(dueNs), first);
      await pass(clock, 3 * STEP_NS);
      await pass(clock, 3 * STEP_NS);
      expect(dues.length).toBeGreaterThanOrEqual(2);
      for (const [index, due] of dues.entries()) {
        expect((due - first) % 700_001).toBe(0);
        if (index > 0) expect(due).toBeGreaterThan(dues[index - 1]!);
      }
      if (harness.countable)
        expect(dues).toEqual(
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((k) => first + k * 700_001),
        );
    });

    it('starts a timer one interval from now, where no first time is given', async () => {
      const clock = make();
      await pass(clock, STEP_NS);
      const before = clock.nowNs();
      const dues: number[] = [];
      clock.setTimer(STEP_NS, (dueNs) => dues.push(dueNs));
      const after = clock.nowNs();
      await pass(clock, 2 * STEP_NS);
      // A live clock that was late has skipped some, and the first one seen is a later multiple.
      const periods = Math.floor((dues[0]! - before) / STEP_NS);
      expect(periods).toBeGreaterThanOrEqual(1);
      expect(dues[0]! - periods * STEP_NS).toBeGreaterThanOrEqual(before);
      expect(dues[0]! - periods * STEP_NS).toBeLessThanOrEqual(after);
    });

    it('cancels what waits, and says whether it did', async () => {
      const clock = make();
      const fired: string[] = [];
      const kept = clock.setAlert(clock.nowNs() + STEP_NS, () => fired.push('kept'));
      const dropped = clock.setAlert(clock.nowNs() + STEP_NS, () => fired.push('dropped'));
      const timer = clock.setTimer(STEP_NS, () => fired.push('timer'));
      expect(kept).not.toBe(dropped);
      expect(clock.cancel(dropped)).toBe(true);
      expect(clock.cancel(dropped)).toBe(false);
      expect(clock.cancel(timer)).toBe(true);
      expect(clock.cancel(9_999)).toBe(false);
      await pass(clock, 3 * STEP_NS);
      expect(fired).toEqual(['kept']);
      expect(clock.cancel(kept)).toBe(false);
    });

    it('lets a callback cancel its own timer, and others that are due with it', async () => {
      const clock = make();
      const at = clock.nowNs() + STEP_NS;
      const fired: string[] = [];
      const answers: boolean[] = [];
      let neighbour: TimerId = 0;
      const own: TimerId = clock.setTimer(
        1_000,
        () => {
          fired.push('timer');
          answers.push(clock.cancel(own), clock.cancel(neighbour));
        },
        at,
      );
      neighbour = clock.setAlert(at, () => fired.push('neighbour'));
      const once: TimerId = clock.setAlert(at + 1, () => {
        fired.push('once');
        answers.push(clock.cancel(once));
      });
      await pass(clock, 3 * STEP_NS);
      expect(fired).toEqual(['timer', 'once']);
      expect(answers).toEqual([true, true, false]);
    });

    it('lets a callback set alerts, and fires those in their turn', async () => {
      const clock = make();
      const at = clock.nowNs() + STEP_NS;
      const fired: string[] = [];
      clock.setAlert(at, (dueNs) => {
        fired.push('first');
        clock.setAlert(dueNs + STEP_NS, () => fired.push('child'));
        clock.setAlert(dueNs, () => fired.push('child of the same time'));
      });
      clock.setAlert(at + 2 * STEP_NS, () => fired.push('last'));
      await pass(clock, 5 * STEP_NS);
      expect([...fired].sort()).toEqual(['child', 'child of the same time', 'first', 'last']);
      expect(fired.indexOf('child')).toBeGreaterThan(fired.indexOf('child of the same time'));
      expect(fired[0]).toBe('first');
      if (harness.countable) expect(fired).toEqual(['first', 'child of the same time', 'child', 'last']);
    });

    it('fires nothing for an alert that is months away', async () => {
      const clock = make();
      const fired: string[] = [];
      // Longer than setTimeout takes: it would fire at once.
      clock.setAlert(clock.nowNs() + 60 * 86_400 * 1e9, () => fired.push('far'));
      await pass(clock, 2 * STEP_NS);
      clock.setAlert(clock.nowNs() + STEP_NS, () => fired.push('near'));
      await pass(clock, 3 * STEP_NS);
      expect(fired).toEqual(['near']);
    });

    it('fires nothing after it is closed, and takes no more', async () => {
      const clock = make();
      const other = make();
      const fired: string[] = [];
      const id = clock.setAlert(clock.nowNs() + STEP_NS, () => fired.push('alert'));
      clock.setTimer(STEP_NS, () => fired.push('timer'));
      clock.setAlert(clock.nowNs(), () => fired.push('now'));
      clock.close();
      clock.close();
      await pass(other, 3 * STEP_NS);
      expect(fired).toEqual([]);
      expect(clock.cancel(id)).toBe(false);
      expect(() => clock.setAlert(0, () => {})).toThrow('the clock is closed');
      expect(() => clock.setTimer(1, () => {})).toThrow('the clock is closed');
      expect(clock.nowNs()).toBeGreaterThanOrEqual(0);
    });

    it('fires nothing after a callback has closed it', async () => {
      const clock = make();
      const other = make();
      const at = clock.nowNs() + STEP_NS;
      const fired: string[] = [];
      clock.setTimer(
        STEP_NS,
        () => {
          fired.push('closing');
          clock.close();
        },
        at,
      );
      clock.setAlert(at, () => fired.push('after'));
      if (harness.countable) await pass(clock, 3 * STEP_NS);
      else while (fired.length === 0) await pass(other, STEP_NS);
      await pass(other, 2 * STEP_NS);
      expect(fired).toEqual(['closing']);
    });

    it('refuses times that are not whole', () => {
      const clock = make();
      const nothing = () => {};
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
        expect(() => clock.setAlert(bad, nothing)).toThrow(RangeError);
        expect(() => clock.setTimer(bad, nothing)).toThrow(RangeError);
        expect(() => clock.setTimer(1, nothing, bad)).toThrow(RangeError);
      }
      expect(() => clock.setTimer(0, nothing)).toThrow('timer interval 0 ns');
      expect(() => clock.setTimer(-1, nothing)).toThrow(RangeError);
    });
  });
}
