import { RealClock } from './real-clock.js';

const NS_PER_MS = 1_000_000;

/** Real time where there is no Node.js: from the web's monotonic clock, which browsers round to 5 to 100 µs. */
export class WebClock extends RealClock {
  readonly originEpochNs: bigint;
  readonly #originMs: number;

  constructor() {
    super();
    this.originEpochNs = BigInt(Date.now()) * BigInt(NS_PER_MS);
    this.#originMs = performance.now();
  }

  nowNs(): number {
    return Math.max(0, Math.floor((performance.now() - this.#originMs) * NS_PER_MS));
  }
}
