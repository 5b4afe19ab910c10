import { NumberBlocks } from './number-blocks.js';
import * as pool from './order-pool.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_ID, LIVE_TERMS, ORDER_SHIFT, TERMS_OLD } = pool;

/** Places for recent orders: at the least, at the most (16 MiB), and for each resting order in between. */
const LEAST_RECENT = 2 ** 16;
const MOST_RECENT = 2 ** 22;
const RECENT_PER_ORDER = 8;

/**
 * From the id of a resting order to its slot. The order of a recent command stands at the low bits of its sequence; when
 * a newer one needs that place, it moves to a table for the old ones. There are so many places that few orders live to
 * see that.
 */
export class OrderIndex {
  declare private readonly orders: pool.OrderPool;
  /** Slot + 1 by the low bits of the sequence; 0 for none. */
  #recent = new Int32Array(LEAST_RECENT);
  #mask = LEAST_RECENT - 1;
  /** Live orders from which on there should be more places. */
  #enough = LEAST_RECENT / RECENT_PER_ORDER;
  /** Slot + 1 by order id. */
  readonly #old = new NumberBlocks();

  constructor(orders: pool.OrderPool) {
    this.orders = orders;
  }

  /** The slot of the resting order with this id, or -1. */
  find(idLow: number, idHigh: number): number {
    const slot = this.#recent[idLow & this.#mask]! - 1;
    if (slot >= 0) {
      const words = this.orders.words;
      const id = (slot << ORDER_SHIFT) + LIVE_ID;
      if (words[id] === idLow && words[id + 1] === idHigh) return slot;
    }
    return this.#old.find(idLow, idHigh, 0) - 1;
  }

  /**
   * Adds the order in the slot, which begins to rest; its id is over that of every order added before.
   *
   * @param idLow low half of its id
   */
  add(slot: number, idLow: number): void {
    const place = idLow & this.#mask;
    const older = (this.#recent[place]! - 1) | 0;
    if (older >= 0) this.#moveToOld(older);
    this.#recent[place] = (slot + 1) | 0;
    if (this.orders.live > this.#enough) this.#grow();
  }

  /**
   * Takes out the order in the slot, which rests no more. Where a recent one stood is only written: a look there would be
   * a wait for memory.
   *
   * @param idLow low half of its id
   * @param terms its terms
   */
  remove(slot: number, idLow: number, terms: number): void {
    if (terms >= 0) this.#recent[idLow & this.#mask] = 0;
    else this.#removeOld(slot);
  }

  #moveToOld(slot: number): void {
    const words = this.orders.words;
    const id = (slot << ORDER_SHIFT) + LIVE_ID;
    words[(slot << ORDER_SHIFT) + LIVE_TERMS]! |= TERMS_OLD;
    const place = this.#old.claim(words[id]!, words[id + 1]!, 0);
    this.#old.fill(place, slot + 1);
  }

  /** @throws Error where the order is not in the index */
  #removeOld(slot: number): void {
    const words = this.orders.words;
    const id = (slot << ORDER_SHIFT) + LIVE_ID;
    const place = this.#old.seek(words[id]!, words[id + 1]!, 0);
    if (place < 0 || this.#old.values[place] !== slot + 1)
      throw new Error(`the order in slot ${slot} is not in the index`);
    this.#old.clear(place);
  }

  #grow(): void {
    const old = this.#recent;
    if (old.length === MOST_RECENT) {
      this.#enough = Number.POSITIVE_INFINITY;
      return;
    }
    const recent = new Int32Array(old.length * 2);
    this.#mask = recent.length - 1;
    this.#enough *= 2;
    const words = this.orders.words;
    for (const entry of old)
      if (entry !== 0) recent[words[((entry - 1) << ORDER_SHIFT) + LIVE_ID]! & this.#mask] = entry;
    this.#recent = recent;
  }
}
