import { type LiveOrigin, liveOriginNow } from './origin.js';
import { RealClock } from './real-clock.js';

const NS_PER_SECOND = 1_000_000_000;

/** Real time, from the monotonic counter of Node.js. */
export class LiveClock extends RealClock {
  readonly originEpochNs: bigint;
  readonly #originSeconds: number;
  readonly #originNanoseconds: number;

  /** Reads 0 at `origin`, which must not be in the future; now, where it is left out. */
  constructor(origin: LiveOrigin = liveOriginNow()) {
    super();
    this.originEpochNs = origin.epochNs;
    // Two numbers, as the counter comes: a machine may be up for longer than one number counts nanoseconds.
    this.#originSeconds = Number(origin.monotonicNs / 1_000_000_000n);
    this.#originNanoseconds = Number(origin.monotonicNs % 1_000_000_000n);
  }

  nowNs(): number {
    // As fast as performance.now, whose origin differs from thread to thread, and lighter than a bigint.
    const counter = process.hrtime();
    return (counter[0] - this.#originSeconds) * NS_PER_SECOND + (counter[1] - this.#originNanoseconds);
  }
}
