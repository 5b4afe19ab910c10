/*
 * Shared between threads: the thread that allocates the memory writes mode and origin, once; in test mode any thread
 * moves the time on, by compare-and-exchange; all threads read.
 */

import { Alerts } from './alerts.js';
import {
  type AdvanceableClock,
  type AlertCallback,
  advancedNs,
  type ClockMode,
  type TimerId,
} from './clock.js';
import { LiveClock } from './live-clock.js';
import { checkStartEpochNs, DEFAULT_START_EPOCH_NS, liveOriginNow } from './origin.js';

/**
 * The memory, in 64-bit signed words:
 *
 * ```
 * byte   0  mode: 1 live, 2 test                                  written once
 *        8  nanoseconds since 1970 at the origin                  written once
 *       16  live: the monotonic counter at the origin, in ns      written once
 *      128  test: ns since the origin, never decreasing; threads with alerts wait on this word
 * ```
 */
const MODE_WORD = 0;
const ORIGIN_EPOCH_WORD = 1;
const ORIGIN_MONOTONIC_WORD = 2;
const NOW_WORD = 16;
const BYTES = 256;

const LIVE = 1n;
const TEST = 2n;

/**
 * One time for all threads. Each thread makes its own SharedClock on the same memory; its alerts fire in that thread.
 *
 * In test mode an `advance` moves the time at once by all of it, and then fires the alerts of its own SharedClock, so
 * in a callback `nowNs()` is where the advance leads and the argument is the time that was due. Other threads learn of
 * it from their event loops, and only while they have alerts: without any, nobody waits and nobody is woken.
 *
 * A thread that blocks, or turns a loop of its own, gets nothing from an event loop: it calls `fireDue` itself.
 */
export class SharedClock implements AdvanceableClock {
  readonly mode: ClockMode;
  readonly originEpochNs: bigint;
  readonly #words: BigInt64Array;
  /** Present in live mode, and then it does everything; the fields below are for test mode. */
  readonly #live: LiveClock | undefined;
  readonly #alerts = new Alerts();
  readonly #wake = () => this.#fireFromLoop();
  readonly #notified = () => this.#lookAgain();
  #immediate: NodeJS.Immediate | undefined;
  /** True while a waitAsync is under way. It cannot be taken back: it ends with the next advance of any thread. */
  #waiting = false;
  #firing = false;

  /**
   * Memory for a clock, which starts now. In test mode its epoch is `startEpochNs`, in nanoseconds since 1970;
   * 2026-01-01T00:00:00Z, where it is left out.
   *
   * @throws RangeError where the start is before 1970 or after 2261; Error where one is given in live mode.
   */
  static allocate(options: {
    readonly mode: ClockMode;
    readonly startEpochNs?: bigint | undefined;
  }): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(BYTES);
    const words = new BigInt64Array(buffer);
    if (options.mode === 'live') {
      if (options.startEpochNs !== undefined)
        throw new Error(`a live clock starts now: it takes no start of ${options.startEpochNs}`);
      const origin = liveOriginNow();
      words[ORIGIN_EPOCH_WORD] = origin.epochNs;
      words[ORIGIN_MONOTONIC_WORD] = origin.monotonicNs;
      words[MODE_WORD] = LIVE;
    } else {
      const startEpochNs = options.startEpochNs ?? DEFAULT_START_EPOCH_NS;
      checkStartEpochNs(startEpochNs);
      words[ORIGIN_EPOCH_WORD] = startEpochNs;
      words[MODE_WORD] = TEST;
    }
    return buffer;
  }

  /** Any thread, on memory from `allocate`. @throws Error where it is other memory. */
  constructor(buffer: SharedArrayBuffer) {
    if (buffer.byteLength !== BYTES)
      throw new Error(`${buffer.byteLength} bytes of memory are not a shared clock`);
    this.#words = new BigInt64Array(buffer);
    const mode = this.#words[MODE_WORD]!;
    if (mode !== LIVE && mode !== TEST) throw new Error(`memory with mode ${mode} is not a shared clock`);
    this.mode = mode === LIVE ? 'live' : 'test';
    this.originEpochNs = this.#words[ORIGIN_EPOCH_WORD]!;
    const monotonicNs = this.#words[ORIGIN_MONOTONIC_WORD]!;
    this.#live = mode === LIVE ? new LiveClock({ epochNs: this.originEpochNs, monotonicNs }) : undefined;
  }

  nowNs(): number {
    return this.#live === undefined ? Number(Atomics.load(this.#words, NOW_WORD)) : this.#live.nowNs();
  }

  epochNs(): bigint {
    return this.originEpochNs + BigInt(this.nowNs());
  }

  setAlert(atNs: number, callback: AlertCallback): TimerId {
    if (this.#live !== undefined) return this.#live.setAlert(atNs, callback);
    const id = this.#alerts.addOnce(atNs, callback);
    this.#arm();
    return id;
  }

  setTimer(intervalNs: number, callback: AlertCallback, firstAtNs = this.nowNs() + intervalNs): TimerId {
    if (this.#live !== undefined) return this.#live.setTimer(intervalNs, callback, firstAtNs);
    const id = this.#alerts.addRepeating(firstAtNs, intervalNs, callback);
    this.#arm();
    return id;
  }

  cancel(id: TimerId): boolean {
    return this.#live === undefined ? this.#alerts.cancel(id) : this.#live.cancel(id);
  }

  /** Forgets the alerts of this thread's SharedClock. The others go on. */
  close(): void {
    this.#live?.close();
    this.#alerts.close();
    this.#disarm();
  }

  /** When this thread's first alert is due, in ns since the origin; Infinity where none waits. */
  get nextDueNs(): number {
    return this.#live === undefined ? this.#alerts.nextDueNs : this.#live.nextDueNs;
  }

  /** Fires what is due in this thread, without its event loop. Returns the number of callbacks; none inside one. */
  fireDue(): number {
    if (this.#live !== undefined) return this.#live.fireDue();
    if (this.#firing) return 0;
    this.#firing = true;
    const nowNs = this.nowNs();
    let fired = 0;
    try {
      while (this.#alerts.nextDueNs <= nowNs) {
        fired++;
        this.#alerts.fireFirst(nowNs, 'each');
      }
    } finally {
      this.#firing = false;
      this.#disarm();
      this.#arm();
    }
    return fired;
  }

  /** Test mode, any thread. @throws Error also in live mode. */
  advance(byNs: number): void {
    this.#move({ byNs });
  }

  /** Test mode, any thread. @throws Error also in live mode. */
  advanceTo(atNs: number): void {
    this.#move({ atNs });
  }

  #move(target: { readonly byNs: number } | { readonly atNs: number }): void {
    if (this.#live !== undefined)
      throw new Error('a live clock cannot be advanced: start with TICKLOOM_CLOCK=test to move the time');
    if (this.#firing) throw new Error('cannot advance a clock from inside one of its callbacks');
    for (;;) {
      const now = Atomics.load(this.#words, NOW_WORD);
      const next = BigInt(advancedNs(Number(now), target));
      // Another thread may advance at the same moment: then both count.
      if (Atomics.compareExchange(this.#words, NOW_WORD, now, next) === now) break;
    }
    Atomics.notify(this.#words, NOW_WORD);
    this.fireDue();
  }

  #fireFromLoop(): void {
    this.#immediate = undefined;
    this.fireDue();
  }

  #lookAgain(): void {
    this.#waiting = false;
    this.#arm();
  }

  #disarm(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  /** Test mode: has this thread's event loop fire what is due, or wait for the time to move. */
  #arm(): void {
    const { nextDueNs } = this.#alerts;
    if (this.#firing || this.#immediate !== undefined || nextDueNs === Number.POSITIVE_INFINITY) return;
    const now = Atomics.load(this.#words, NOW_WORD);
    if (nextDueNs > Number(now)) {
      if (this.#waiting) return;
      const { async, value } = Atomics.waitAsync(this.#words, NOW_WORD, now);
      if (async) {
        this.#waiting = true;
        void value.then(this.#notified);
        return;
      }
      // The time has moved since it was read: look again, in a turn of its own.
    }
    this.#immediate = setImmediate(this.#wake);
  }
}
