import type { Clock } from '../clock/clock.js';
import { FIRST_GATEWAY_CLIENT_ID, MAX_GATEWAYS } from '../model/limits.js';

/** 2020-01-01 in milliseconds since the epoch: counting from here lasts until the year 2089. */
const FIRST_MS = 1_577_836_800_000;

/** Ids that one gateway can make in a millisecond without running ahead of the clock. */
const IDS_PER_MS = 128;

/**
 * Client ids for requests that bring none (a DELETE over HTTP). They lie above those that clients may choose, follow
 * the clock so that a restart does not repeat them, and differ between gateways.
 */
export class ClientIdMaker {
  readonly #clock: Clock;
  readonly #gateway: number;
  #last = 0;

  constructor(clock: Clock, gateway: number) {
    this.#clock = clock;
    this.#gateway = gateway;
  }

  next(): number {
    const sinceMs = Math.max(0, Number(this.#clock.epochNs() / 1_000_000n) - FIRST_MS);
    this.#last = Math.max(this.#last + 1, sinceMs * IDS_PER_MS);
    return FIRST_GATEWAY_CLIENT_ID + this.#last * MAX_GATEWAYS + this.#gateway;
  }
}
