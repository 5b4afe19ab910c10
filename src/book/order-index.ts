import { LIVE_ID, ORDER_WORDS, type OrderPool } from './order-pool.js';
import { numberTag, SlotTable } from './slot-table.js';

/** From the id of a resting order to its slot. */
export class OrderIndex {
  readonly #orders: OrderPool;
  readonly #table = new SlotTable();

  constructor(orders: OrderPool) {
    this.#orders = orders;
  }

  /** The slot of the resting order with this id, or -1. */
  find(idLow: number, idHigh: number): number {
    const tag = numberTag(idLow, idHigh, 0);
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const slot = this.#table.valueAt(place) - 1;
      if (this.#orders.holds(slot, idLow, idHigh)) return slot;
    }
    return -1;
  }

  /** Adds the order in the slot, which begins to rest. */
  add(slot: number): void {
    const words = this.#orders.words;
    const at = slot * ORDER_WORDS + LIVE_ID;
    this.#table.add(numberTag(words[at]!, words[at + 1]!, 0), slot + 1);
  }

  /** Takes out the order in the slot, which rests no more; its id still stands in the slot. */
  remove(slot: number): void {
    const words = this.#orders.words;
    const at = slot * ORDER_WORDS + LIVE_ID;
    this.#table.remove(numberTag(words[at]!, words[at + 1]!, 0), slot + 1);
  }
}
