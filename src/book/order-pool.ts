import { ALIGNMENT, alignedBuffer } from './aligned-buffer.js';
import * as wordIndex from './word-index.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { INDEX_MASK } = wordIndex;

/**
 * Live orders, 64 bytes each, in one piece of memory that two views share. Numbers that only travel (ids, price) stand
 * as the wire has them; numbers that are counted with stand as 64-bit floats, exact under 2^53.
 *
 * ```
 * word   byte
 *  0     0  │ order id, u64: 0 while the slot is free
 *  2     8  │ client id, u64 (a text: slot of the text, 0)
 *  4    16  │ slot of the account
 *  5    20  │ terms: side (bits 0, 1), Text, self-trade mode (3 to 5), Rare, book number (8 to 30), Old (31)
 *  6    24  │ session that sent it
 *  7    28  │ level it rests on, -1: none
 *  8    32  │ next order of the level, -1: none (free: next free slot)
 *  9    36  │ previous order of the level, -1: none
 * 10    40  │ price in ticks, i64
 * 12    48  │ remaining size in lots, float
 * 14    56  │ cumulative (traded) size in lots, float
 * ```
 */
export const ORDER_SHIFT = 4;
const ORDER_WORDS = 1 << ORDER_SHIFT;
export const LIVE_ID = 0;
export const LIVE_CLIENT_ID = 2;
export const LIVE_ACCOUNT = 4;
export const LIVE_TERMS = 5;
export const LIVE_SESSION = 6;
export const LIVE_LEVEL = 7;
export const LIVE_NEXT = 8;
export const LIVE_PREVIOUS = 9;
export const LIVE_PRICE = 10;

/** The same memory in eight floats: two that are counted with, and three pairs of words (see `EventWriter`). */
export const ORDER_FLOATS_SHIFT = 3;
export const LIVE_ID_PAIR = 0;
export const LIVE_CLIENT_ID_PAIR = 1;
export const LIVE_PRICE_PAIR = 5;
export const LIVE_REMAINING = 6;
export const LIVE_CUMULATIVE = 7;

/** Parts of the terms. */
export const TERMS_SIDE = 0b11;
/** The client id is a text. */
export const TERMS_TEXT = 1 << 2;
export const TERMS_SELF_TRADE_SHIFT = 3;
export const TERMS_SELF_TRADE = 0b111 << TERMS_SELF_TRADE_SHIFT;
/** The order has rare terms (see `RareOrders`): the plain path leaves it alone. */
export const TERMS_RARE = 1 << 6;
export const TERMS_BOOK_SHIFT = 8;
export const TERMS_BOOK_MASK = 2 ** 23 - 1;
/** The order stands among the old ones of the index. */
export const TERMS_OLD = 1 << 31;

const INITIAL_ORDERS = 256;

/** Most live orders of a shard: half a gigabyte of them, and half as much for client ids that live as long as they do. */
export const MAX_LIVE_ORDERS = 2 ** 23;

/** Slots for live orders. The slot freed last is given out first: it is still in the cache. */
export class OrderPool {
  /** Both views of the memory; replaced when it grows. */
  declare words: Int32Array;
  declare floats: Float64Array;

  declare private readonly bound: number;
  #free = -1;
  /** Slots given out at least once. */
  #used = 0;
  #live = 0;
  private reserved = 0;

  /** @param bound most orders at a time */
  constructor(bound: number) {
    if (!Number.isInteger(bound) || bound < 1 || bound > MAX_LIVE_ORDERS)
      throw new RangeError(`most live orders ${bound} is not a whole number from 1 to ${MAX_LIVE_ORDERS}`);
    this.bound = bound;
    const words = Math.min(bound, INITIAL_ORDERS) * ORDER_WORDS;
    const buffer = alignedBuffer(words);
    this.words = new Int32Array(buffer, ALIGNMENT, words);
    this.floats = new Float64Array(buffer, ALIGNMENT, words / 2);
  }

  get live(): number {
    return this.#live;
  }

  get isFull(): boolean {
    return this.#live + this.reserved >= this.bound;
  }

  /** Slots that are neither in use nor promised. */
  get free(): number {
    return this.bound - this.#live - this.reserved;
  }

  /** Slots that were ever in use: those of live orders are among them. */
  get used(): number {
    return this.#used;
  }

  /** Promises so many more slots to orders that are still to come; gives promised ones back where it is negative. */
  reserve(slots: number): void {
    this.reserved += slots;
  }

  /** A slot for a new order; its words are whatever they were. The caller has seen that the pool is not full. */
  allocate(): number {
    let slot = this.#free;
    if (slot >= 0) {
      this.#free = this.words[((slot << ORDER_SHIFT) & INDEX_MASK) + LIVE_NEXT]!;
    } else {
      slot = this.#used;
      if (slot >= this.bound) throw new Error(`all ${this.bound} order slots are taken`);
      if (slot * ORDER_WORDS === this.words.length) this.#grow();
      this.#used = slot + 1;
    }
    this.#live = (this.#live + 1) | 0;
    return slot;
  }

  /** @throws Error where the slot is free already */
  release(slot: number): void {
    const words = this.words;
    const at = (slot << ORDER_SHIFT) & INDEX_MASK;
    if (words[at + LIVE_ID] === 0 && words[at + LIVE_ID + 1] === 0)
      throw new Error(`order slot ${slot} is freed twice`);
    words[at + LIVE_ID] = 0;
    words[at + LIVE_ID + 1] = 0;
    words[at + LIVE_NEXT] = this.#free;
    this.#free = slot;
    this.#live = (this.#live - 1) | 0;
  }

  #grow(): void {
    const slots = Math.min((this.words.length / ORDER_WORDS) * 2, this.bound);
    const buffer = alignedBuffer(slots * ORDER_WORDS);
    const words = new Int32Array(buffer, ALIGNMENT, slots * ORDER_WORDS);
    words.set(this.words);
    this.words = words;
    this.floats = new Float64Array(buffer, ALIGNMENT, words.length / 2);
  }
}
