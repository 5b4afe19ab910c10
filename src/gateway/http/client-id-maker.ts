import { FIRST_GATEWAY_CLIENT_ID } from '../../model/limits.js';

const RUNS = 2 ** 20;
const IDS_PER_RUN = 2 ** 32;
const IDS_PER_GATEWAY = 2 ** 28;

/**
 * Client ids for requests that bring none (a DELETE over HTTP). They lie above those that clients may choose, and no
 * clock is needed to tell one start of the exchange from another: the journal numbers its runs.
 *
 * ```
 *  bit 52  51         32 31     28 27                            0
 *     ┌───┬─────────────┬─────────┬───────────────────────────────┐
 *     │ 1 │ run of the  │ gateway │ number within the gateway and │
 *     │   │ journal     │         │ the run                       │
 *     └───┴─────────────┴─────────┴───────────────────────────────┘
 * ```
 *
 * Runs repeat after a million starts, numbers after 268 million requests: long after a shard has forgotten the first.
 */
export class ClientIdMaker {
  readonly #first: number;
  #made = 0;

  /** @param run which start of the exchange on its data directory this is, from 1 */
  constructor(run: number, gateway: number) {
    this.#first = FIRST_GATEWAY_CLIENT_ID + (run % RUNS) * IDS_PER_RUN + gateway * IDS_PER_GATEWAY;
  }

  next(): number {
    return this.#first + (this.#made++ % IDS_PER_GATEWAY);
  }
}
