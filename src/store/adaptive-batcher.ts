import { LEAST_BATCH_ROWS, MOST_BATCH_ROWS } from '../model/limits.js';

/** How much one look may change the size: one slow write says little. */
const MOST_GROWTH = 1.5;
const MOST_SHRINKING = 0.5;

/** Weight of the newest write in the rate. */
const RATE_WEIGHT = 0.1;

/**
 * How many rows go into one write, so that it takes as long as it should. A batch goes out as soon as its sink is free, so light load makes small ones whatever
 * stands here; under heavy load this is the size that keeps a write under the target.
 */
export class AdaptiveBatcher {
  #size: number;
  #rowsPerSecond = 0;

  constructor(firstSize = 1024) {
    this.#size = firstSize;
  }

  /** Rows at which a batch is full. */
  get size(): number {
    return this.#size;
  }

  /** Rows that the sink takes in a second while it writes; a moving average. */
  get rowsPerSecond(): number {
    return this.#rowsPerSecond;
  }

  /**
   * Learns from a write of so many rows that took so long.
   *
   * @param targetNs how long a write should take at the most
   */
  learn(rows: number, tookNs: number, targetNs: number): void {
    if (rows === 0 || tookNs <= 0) return;
    const rate = (rows * 1e9) / tookNs;
    this.#rowsPerSecond += this.#rowsPerSecond === 0 ? rate : (rate - this.#rowsPerSecond) * RATE_WEIGHT;
    const isSlow = tookNs > targetNs;
    // A small batch that was quick says nothing of a large one.
    if (!isSlow && rows < this.#size) return;
    const change = Math.min(MOST_GROWTH, Math.max(MOST_SHRINKING, targetNs / tookNs));
    // Not under what this write has taken: a slow small one was slow for another reason than its size.
    const next = isSlow && rows < this.#size ? Math.max(this.#size * change, rows) : this.#size * change;
    this.#size = Math.round(Math.min(MOST_BATCH_ROWS, Math.max(LEAST_BATCH_ROWS, next)));
  }
}
