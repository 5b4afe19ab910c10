import type { AlertCallback, Clock, TimerId } from '../../src/clock/clock.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { Doorbell } from '../../src/ring/doorbell.js';

/** A doorbell within one thread: nobody sleeps, and who waits is called when it is rung. */
export class SimulatedDoorbell extends Doorbell {
  #isAsleep = false;
  #wake: (() => void) | undefined;

  constructor() {
    super(Doorbell.allocate());
  }

  override ring(): void {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  override prepare(): void {
    this.#isAsleep = true;
  }

  override stay(): void {
    this.#isAsleep = false;
  }

  override sleep(): void {
    this.#isAsleep = false;
  }

  override whenRung(wake: () => void): boolean {
    if (!this.#isAsleep) return false;
    this.#wake = wake;
    return true;
  }
}

/** Somebody else's doorbell; `before` runs before it is rung. */
export class WatchedDoorbell extends Doorbell {
  readonly #bell: Doorbell;
  readonly #before: () => void;

  constructor(bell: Doorbell, before: () => void) {
    super(Doorbell.allocate());
    this.#bell = bell;
    this.#before = before;
  }

  override ring(): void {
    this.#before();
    this.#bell.ring();
  }
}

/** The exchange's time, which may be behind that of others; `before` runs before it is read. */
export class WatchedClock implements Clock {
  readonly #clock: Clock;
  readonly #behindNs: number;
  readonly #before: () => void;

  constructor(clock: Clock, behindNs: number, before: () => void) {
    this.#clock = clock;
    this.#behindNs = behindNs;
    this.#before = before;
  }

  get originEpochNs(): bigint {
    return this.#clock.originEpochNs;
  }

  nowNs(): number {
    return this.#clock.nowNs();
  }

  epochNs(): bigint {
    this.#before();
    return this.#clock.epochNs() - BigInt(this.#behindNs);
  }

  setAlert(atNs: number, callback: AlertCallback): TimerId {
    return this.#clock.setAlert(atNs, callback);
  }

  setTimer(intervalNs: number, callback: AlertCallback, firstAtNs?: number): TimerId {
    return this.#clock.setTimer(intervalNs, callback, firstAtNs);
  }

  cancel(id: TimerId): boolean {
    return this.#clock.cancel(id);
  }

  close(): void {}
}

/** Real time, which passes with each look at it: whoever waits for somebody waits for so many looks. */
export class ImpatientClock extends TestClock {
  readonly #stepNs: number;
  readonly #atLook: () => void;

  constructor(stepNs: number, atLook: () => void = () => {}) {
    super({});
    this.#stepNs = stepNs;
    this.#atLook = atLook;
  }

  override nowNs(): number {
    this.#atLook();
    this.advance(this.#stepNs);
    return super.nowNs();
  }
}
