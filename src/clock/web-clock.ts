import { Alerts } from './alerts.js';
import type { AlertCallback, Clock, TimerId } from './clock.js';

const NS_PER_MS = 1_000_000;

/** setTimeout takes a longer delay for 1 ms; an alert that is further off is armed again from here. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Real time where there is no Node.js: from the web's monotonic clock, which browsers round to 5 to 100 µs. */
export class WebClock implements Clock {
  readonly originEpochNs: bigint;
  readonly #originMs: number;
  readonly #alerts = new Alerts();
  #timeout: ReturnType<typeof setTimeout> | undefined;
  /** The due time for which the event loop is armed; Infinity where it is not. */
  #armedForNs = Number.POSITIVE_INFINITY;
  #firing = false;

  constructor() {
    this.originEpochNs = BigInt(Date.now()) * BigInt(NS_PER_MS);
    this.#originMs = performance.now();
  }

  nowNs(): number {
    return Math.max(0, Math.floor((performance.now() - this.#originMs) * NS_PER_MS));
  }

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

  #fire(): void {
    this.#armedForNs = Number.POSITIVE_INFINITY;
    this.#firing = true;
    const nowNs = this.nowNs();
    // No more than waited at the start: an alert that always sets another one must not hold the page.
    let most = this.#alerts.size;
    try {
      while (most-- > 0 && this.#alerts.nextDueNs <= nowNs) this.#alerts.fireFirst(nowNs, 'latest');
    } finally {
      this.#firing = false;
      this.#arm();
    }
  }

  /** Lets the event loop wake at the first due time, and not at all where there is none. */
  #arm(): void {
    const { nextDueNs } = this.#alerts;
    if (this.#firing || nextDueNs === this.#armedForNs) return;
    clearTimeout(this.#timeout);
    this.#armedForNs = nextDueNs;
    if (nextDueNs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(0, Math.ceil((nextDueNs - this.nowNs()) / NS_PER_MS));
    this.#timeout = setTimeout(() => this.#fire(), Math.min(waitMs, MAX_TIMEOUT_MS));
  }
}
