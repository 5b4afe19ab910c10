import { NumberBlocks } from './number-blocks.js';
import * as pool from './order-pool.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_ID, LIVE_INDEX_PLACE, ORDER_SHIFT } = pool;

/** Commands whose orders are found by the low bits of their sequence: most orders are gone before that many more. */
const RECENT = 2 ** 16;
const RECENT_MASK = RECENT - 1;

/**
 * From the id of a resting order to its slot. The order of a recent command stands at the low bits of its sequence; when
 * a newer one needs that place, it moves to a table for the old ones.
 */
export class OrderIndex {
  readonly #orders: pool.OrderPool;
  /** Slot + 1 by the low bits of the sequence; 0 for none. */
  readonly #recent = new Int32Array(RECENT);
  /** Slot + 1 by order id. An order knows its place there, so that leaving takes no search. */
  readonly #old = new NumberBlocks();

  constructor(orders: pool.OrderPool) {
    this.#orders = orders;
  }

  /** The slot of the resting order with this id, or -1. */
  find(idLow: number, idHigh: number): number {
    const slot = this.#recent[idLow & RECENT_MASK]! - 1;
    if (slot >= 0) {
      const words = this.#orders.words;
      const id = (slot << ORDER_SHIFT) + LIVE_ID;
      if (words[id] === idLow && words[id + 1] === idHigh) return slot;
    }
    return this.#old.find(idLow, idHigh, 0) - 1;
  }

  /** Adds the order in the slot, which begins to rest; its id is over that of every order added before. */
  add(slot: number): void {
    const words = this.#orders.words;
    const order = slot << ORDER_SHIFT;
    const place = words[order + LIVE_ID]! & RECENT_MASK;
    const older = this.#recent[place]! - 1;
    if (older >= 0) this.#moveToOld(older);
    this.#recent[place] = slot + 1;
    words[order + LIVE_INDEX_PLACE] = -1;
  }

  /** Takes out the order in the slot, which rests no more. */
  remove(slot: number): void {
    const words = this.#orders.words;
    const order = slot << ORDER_SHIFT;
    const place = words[order + LIVE_INDEX_PLACE]!;
    if (place < 0) this.#recent[words[order + LIVE_ID]! & RECENT_MASK] = 0;
    else this.#old.removeAt(place, slot + 1);
  }

  #moveToOld(slot: number): void {
    const words = this.#orders.words;
    const order = slot << ORDER_SHIFT;
    const id = order + LIVE_ID;
    words[order + LIVE_INDEX_PLACE] = this.#old.add(words[id]!, words[id + 1]!, 0, slot + 1);
  }
}
