import type { Clock } from '../clock/clock.js';
import { MAX_THREAD_RESTARTS, THREAD_RESTART_WINDOW_MS } from '../model/limits.js';

/** How often a thread may still be started again: what dies again and again is not mended by one more start. */
export class RestartBudget {
  readonly #realTime: Clock;
  readonly #atNs: number[] = [];

  constructor(realTime: Clock) {
    this.#realTime = realTime;
  }

  /** Uses up one restart. Returns false where there were too many within the window. */
  take(): boolean {
    const nowNs = this.#realTime.nowNs();
    while (this.#atNs.length > 0 && this.#atNs[0]! <= nowNs - THREAD_RESTART_WINDOW_MS * 1e6)
      this.#atNs.shift();
    if (this.#atNs.length >= MAX_THREAD_RESTARTS) return false;
    this.#atNs.push(nowNs);
    return true;
  }
}
