import type { Engine } from '../book/engine.js';
import type { Clock, TimerId } from '../clock/clock.js';

/**
 * Wakes an engine when the next of its good-till-date orders expires: one alert on the clock, set anew after commands that
 * may have made or ended such an order. Whoever moves the clock thereby makes orders expire, at their very time.
 */
export class ExpiryAlarm {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #passTime: () => void;
  #timer: TimerId | undefined;
  #setForNs: bigint | undefined;
  #isClosed = false;

  /** @param passTime applies a time command */
  constructor(engine: Engine, clock: Clock, passTime: () => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#passTime = passTime;
  }

  /** Sets the alert for what is due next. */
  set(): void {
    const dueNs = this.#engine.nextDueNs;
    if (dueNs === this.#setForNs || this.#isClosed) return;
    if (this.#timer !== undefined) this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#setForNs = dueNs;
    if (dueNs === undefined) return;
    this.#timer = this.#clock.setAlert(Number(dueNs - this.#clock.originEpochNs), () => this.#ring());
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#clock.cancel(this.#timer);
  }

  #ring(): void {
    this.#timer = undefined;
    this.#setForNs = undefined;
    const dueNs = this.#engine.nextDueNs;
    // The order may have left since: a command for nothing would make another history.
    try {
      if (dueNs !== undefined && dueNs <= this.#clock.epochNs()) this.#passTime();
    } finally {
      this.set();
    }
  }
}
