import { Alerts } from './alerts.js';
import type { AlertCallback, Clock, TimerId } from './clock.js';

const NS_PER_MS = 1_000_000;
/** The longest time that a timeout can be set for. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Browsers have none. */
const hasImmediates = typeof setImmediate === 'function';

/** Real time, wherever it is read from. Its alerts come from the event loop of the thread that made it. */
export abstract class RealClock implements Clock {
  abstract readonly originEpochNs: bigint;
  readonly #alerts = new Alerts();
  readonly #wake = () => this.#fireFromLoop();
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  /** The due time for which the event loop is armed; Infinity where it is not. */
  #armedForNs = Number.POSITIVE_INFINITY;
  #firing = false;

  abstract nowNs(): number;

  epochNs(): bigint {
    return this.originEpochNs + BigInt(this.nowNs());
  }

  setAlert(atNs: number, callback: AlertCallback): TimerId {
    const id = this.#alerts.addOnce(atNs, callback);
    this.#arm();
    return id;
  }

  setTimer(intervalNs: number, callback: AlertCallback, firstAtNs = this.nowNs() + intervalNs): TimerId {
    const id = this.#alerts.addRepeating(firstAtNs, intervalNs, callback);
    this.#arm();
    return id;
  }

  cancel(id: TimerId): boolean {
    const wasWaiting = this.#alerts.cancel(id);
    if (wasWaiting) this.#arm();
    return wasWaiting;
  }

  close(): void {
    this.#alerts.close();
    this.#arm();
  }

  /** When the first alert is due, in ns since the origin; Infinity where none waits. */
  get nextDueNs(): number {
    return this.#alerts.nextDueNs;
  }

  /**
   * Fires what is due, without waiting for the event loop: for a thread whose loop is its own. Returns the number of
   * callbacks; none inside a callback. What the callbacks set for now has its turn at the next call.
   */
  fireDue(): number {
    if (this.#firing) return 0;
    this.#firing = true;
    const nowNs = this.nowNs();
    // No more than waited at the start: an alert that always sets another one must not hold the thread.
    const most = this.#alerts.size;
    let fired = 0;
    try {
      while (fired < most && this.#alerts.nextDueNs <= nowNs) {
        fired++;
        this.#alerts.fireFirst(nowNs, 'latest');
      }
    } finally {
      this.#firing = false;
      this.#arm();
    }
    return fired;
  }

  #fireFromLoop(): void {
    this.#armedForNs = Number.POSITIVE_INFINITY;
    this.fireDue();
  }

  /** Lets the event loop wake at the first due time, and not at all where there is none. */
  #arm(): void {
    const { nextDueNs } = this.#alerts;
    if (this.#firing || nextDueNs === this.#armedForNs) return;
    clearTimeout(this.#timeout);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#armedForNs = nextDueNs;
    if (nextDueNs === Number.POSITIVE_INFINITY) return;
    const waitNs = nextDueNs - this.nowNs();
    if (waitNs <= 0 && hasImmediates) {
      // Not unref'd: the loop would sleep over it. It holds the process for one turn.
      this.#immediate = setImmediate(this.#wake);
      return;
    }
    // Rounded up, yet it may come early by part of a millisecond: then nothing is due, and it is armed again.
    const waitMs = Math.max(0, Math.min(Math.ceil(waitNs / NS_PER_MS), MAX_TIMEOUT_MS));
    this.#timeout = setTimeout(this.#wake, waitMs);
    // In a browser it is a number, and holds nothing.
    if (typeof this.#timeout === 'object') this.#timeout.unref();
  }
}
