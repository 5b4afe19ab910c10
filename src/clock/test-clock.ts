import { Alerts } from './alerts.js';
import { type AdvanceableClock, type AlertCallback, advancedNs, type TimerId } from './clock.js';
import { checkStartEpochNs, DEFAULT_START_EPOCH_NS } from './origin.js';

/**
 * Time that stands still until `advance`. While a callback runs, `nowNs()` is the time for which it was set (after an
 * exception it stays there), so the same calls give the same run on any machine. For one thread; threads that share a
 * test time use a `SharedClock`.
 */
export class TestClock implements AdvanceableClock {
  readonly originEpochNs: bigint;
  readonly #alerts = new Alerts();
  #nowNs = 0;
  #firing = false;

  /**
   * Starts at `startEpochNs`, in nanoseconds since 1970; at 2026-01-01T00:00:00Z, where it is left out.
   *
   * @throws RangeError where that is before 1970 or after 2261.
   */
  constructor(options: { readonly startEpochNs?: bigint | undefined } = {}) {
    this.originEpochNs = options.startEpochNs ?? DEFAULT_START_EPOCH_NS;
    checkStartEpochNs(this.originEpochNs);
  }

  nowNs(): number {
    return this.#nowNs;
  }

  epochNs(): bigint {
    return this.originEpochNs + BigInt(this.#nowNs);
  }

  setAlert(atNs: number, callback: AlertCallback): TimerId {
    return this.#alerts.addOnce(atNs, callback);
  }

  setTimer(intervalNs: number, callback: AlertCallback, firstAtNs = this.#nowNs + intervalNs): TimerId {
    return this.#alerts.addRepeating(firstAtNs, intervalNs, callback);
  }

  cancel(id: TimerId): boolean {
    return this.#alerts.cancel(id);
  }

  close(): void {
    this.#alerts.close();
  }

  advance(byNs: number): void {
    this.#fireUntil(advancedNs(this.#nowNs, { byNs }));
  }

  advanceTo(atNs: number): void {
    this.#fireUntil(advancedNs(this.#nowNs, { atNs }));
  }

  #fireUntil(targetNs: number): void {
    if (this.#firing) throw new Error('cannot advance a clock from inside one of its callbacks');
    this.#firing = true;
    try {
      while (this.#alerts.nextDueNs <= targetNs) {
        // An alert that was set for the past does not take the time back.
        this.#nowNs = Math.max(this.#nowNs, this.#alerts.nextDueNs);
        this.#alerts.fireFirst(this.#nowNs, 'each');
      }
      this.#nowNs = targetNs;
    } finally {
      this.#firing = false;
    }
  }
}
