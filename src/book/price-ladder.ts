import { readWhole } from '../wire/words.js';
import * as pool from './order-pool.js';
import * as pages from './price-pages.js';
import * as wordIndex from './word-index.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_LEVEL, LIVE_NEXT, LIVE_PREVIOUS, LIVE_PRICE, LIVE_REMAINING } = pool;
const { ORDER_SHIFT, ORDER_FLOATS_SHIFT } = pool;
const { LEVEL_FIRST, LEVEL_FLOATS, LEVEL_LAST, LEVEL_ORDERS, LEVEL_SIZE, LEVEL_WORDS } = pages;
const { PAGE_BITS, PAGE_LEVELS } = pages;
const { INDEX_MASK } = wordIndex;

/**
 * Numbers of a ladder, in floats so that nothing is allocated when they change: the rank of its best level, the size of all
 * its orders, then the numbers of its pages by ascending number. A book that nobody has looked at for a while thus
 * costs few visits to memory.
 */
const BEST_RANK = 0;
const TOTAL_SIZE = 1;
const FIRST_PAGE = 2;

const INITIAL_PAGES = 4;

/**
 * One side of a book: its levels from the best down, each a queue by time.
 *
 * Prices are turned into ranks, so that both sides run through the same code: the price itself for bids, the negative
 * price for asks. The higher rank is the better price. The ladder's pages stand in an array by ascending number, so the
 * best page is the last one, and most comings and goings move few of them.
 */
export class PriceLadder {
  /** The best level, -1 where the side is empty. */
  bestLevel = -1;

  declare private readonly pool: pool.OrderPool;
  declare private readonly pages: pages.PricePages;
  declare private readonly sign: number;
  /** BEST_RANK, TOTAL_SIZE, and the numbers of the pages from FIRST_PAGE on. */
  #numbers = new Float64Array(FIRST_PAGE + INITIAL_PAGES);
  /** The pages themselves, in the same order. */
  #sorted = new Int32Array(INITIAL_PAGES);
  #count = 0;

  /** @param sign 1 for bids, -1 for asks */
  constructor(orders: pool.OrderPool, levels: pages.PricePages, sign: 1 | -1) {
    this.pool = orders;
    this.pages = levels;
    this.sign = sign;
    this.#numbers[BEST_RANK] = Number.NEGATIVE_INFINITY;
  }

  /** Rank of the best level; minus infinity where the side is empty. */
  get bestRank(): number {
    return this.#numbers[BEST_RANK]!;
  }

  /** Size of all orders of the side, in lots. */
  get totalSizeLots(): number {
    return this.#numbers[TOTAL_SIZE]!;
  }

  /** The rank that a price has on this side. */
  rankOf(priceTicks: number): number {
    return this.sign * priceTicks;
  }

  /** True where an order may rest at any price. */
  get isRoomy(): boolean {
    return !this.pages.isFull;
  }

  /** True where an order of the other side at this price would trade. */
  isReachedBy(priceTicks: number): boolean {
    return this.#numbers[BEST_RANK]! >= this.sign * priceTicks;
  }

  /** True where an order may rest at a price: there is a page for it, or room for one. */
  hasPageFor(priceTicks: number): boolean {
    if (!this.pages.isFull) return true;
    const number = Math.floor(this.rankOf(priceTicks) / PAGE_LEVELS);
    const at = this.#find(number);
    return at < this.#count && this.#numbers[FIRST_PAGE + at] === number;
  }

  /** Puts the order in the slot, whose price and remaining size are set, at the end of the queue at its price. */
  append(slot: number): void {
    const orders = this.pool.words;
    const order = (slot << ORDER_SHIFT) & INDEX_MASK;
    const rank = this.sign * readWhole(orders, order + LIVE_PRICE);
    const lots = this.pool.floats[((slot << ORDER_FLOATS_SHIFT) & INDEX_MASK) + LIVE_REMAINING]!;
    const number = Math.floor(rank / PAGE_LEVELS);
    const offset = (rank - number * PAGE_LEVELS) | 0;
    // Most orders come to the best page, which is the last one.
    const last = (this.#count - 1) | 0;
    const page =
      last >= 0 && this.#numbers[FIRST_PAGE + last] === number ? this.#sorted[last]! : this.#pageOf(number);
    const pages = this.pages;
    const levels = pages.words;
    const level = (page << PAGE_BITS) | offset;
    const at = Math.imul(level, LEVEL_WORDS) & INDEX_MASK;
    const bitmap = (page << 1) | (offset >> 5);
    const bits = pages.bitmaps[bitmap]!;
    const bit = 1 << (offset & 31);
    orders[order + LIVE_LEVEL] = level;
    orders[order + LIVE_NEXT] = -1;
    this.#numbers[TOTAL_SIZE]! += lots;
    if ((bits & bit) !== 0) {
      const before = levels[at + LEVEL_LAST]!;
      orders[order + LIVE_PREVIOUS] = before;
      orders[((before << ORDER_SHIFT) & INDEX_MASK) + LIVE_NEXT] = slot;
      levels[at + LEVEL_LAST] = slot;
      levels[at + LEVEL_ORDERS] = levels[at + LEVEL_ORDERS]! + 1;
      pages.floats[(at >> 1) + LEVEL_SIZE]! += lots;
      return;
    }
    orders[order + LIVE_PREVIOUS] = -1;
    pages.bitmaps[bitmap] = bits | bit;
    levels[at + LEVEL_FIRST] = slot;
    levels[at + LEVEL_LAST] = slot;
    levels[at + LEVEL_ORDERS] = 1;
    pages.floats[(at >> 1) + LEVEL_SIZE] = lots;
    if (rank > this.#numbers[BEST_RANK]!) {
      this.#numbers[BEST_RANK] = rank;
      this.bestLevel = level;
    }
  }

  /** Takes the order in the slot, with all that remains of it, out of its queue. */
  remove(slot: number): void {
    const orders = this.pool.words;
    const order = (slot << ORDER_SHIFT) & INDEX_MASK;
    const pages = this.pages;
    const levels = pages.words;
    const level = orders[order + LIVE_LEVEL]!;
    const at = Math.imul(level, LEVEL_WORDS) & INDEX_MASK;
    const lots = this.pool.floats[((slot << ORDER_FLOATS_SHIFT) & INDEX_MASK) + LIVE_REMAINING]!;
    orders[order + LIVE_LEVEL] = -1;
    const rest = (levels[at + LEVEL_ORDERS]! - 1) | 0;
    if (rest === 0) {
      this.#numbers[TOTAL_SIZE]! -= lots;
      this.#close(level);
      return;
    }
    levels[at + LEVEL_ORDERS] = rest;
    pages.floats[(at >> 1) + LEVEL_SIZE]! -= lots;
    this.#numbers[TOTAL_SIZE]! -= lots;
    const next = orders[order + LIVE_NEXT]!;
    const previous = orders[order + LIVE_PREVIOUS]!;
    if (previous < 0) levels[at + LEVEL_FIRST] = next;
    else orders[((previous << ORDER_SHIFT) & INDEX_MASK) + LIVE_NEXT] = next;
    if (next < 0) levels[at + LEVEL_LAST] = previous;
    else orders[((next << ORDER_SHIFT) & INDEX_MASK) + LIVE_PREVIOUS] = previous;
  }

  /** Takes lots off a level whose order has become smaller. */
  reduce(level: number, lots: number): void {
    this.pages.floats[level * LEVEL_FLOATS + LEVEL_SIZE]! -= lots;
    this.#numbers[TOTAL_SIZE]! -= lots;
  }

  /** The first order of a level: the oldest. */
  firstOrder(level: number): number {
    return this.pages.words[level * LEVEL_WORDS + LEVEL_FIRST]!;
  }

  /** The order after another one in the queue of its level, or -1. */
  nextOrder(slot: number): number {
    return this.pool.words[(slot << ORDER_SHIFT) + LIVE_NEXT]!;
  }

  /** The next worse level in use, or -1. */
  worseLevel(level: number): number {
    const below = this.pages.below(level);
    if (below >= 0) return below;
    const at = this.#find(this.pages.numbers[level >> PAGE_BITS]!);
    return at > 0 ? this.pages.highest(this.#sorted[at - 1]!) : -1;
  }

  priceTicks(level: number): number {
    const number = this.pages.numbers[level >> PAGE_BITS]!;
    return this.sign * (number * PAGE_LEVELS + (level & (PAGE_LEVELS - 1)));
  }

  sizeLots(level: number): number {
    return this.pages.floats[level * LEVEL_FLOATS + LEVEL_SIZE]!;
  }

  orders(level: number): number {
    return this.pages.words[level * LEVEL_WORDS + LEVEL_ORDERS]!;
  }

  /** Marks a level as empty, frees its page where it was the last one, and finds the new best. */
  #close(level: number): void {
    const pages = this.pages;
    const page = level >> PAGE_BITS;
    const offset = level & (PAGE_LEVELS - 1);
    const bitmap = page << 1;
    pages.bitmaps[bitmap + (offset >> 5)]! &= ~(1 << (offset & 31));
    if ((pages.bitmaps[bitmap]! | pages.bitmaps[bitmap + 1]!) === 0) this.#removePage(page);
    if (level !== this.bestLevel) return;
    if (this.#count === 0) {
      this.bestLevel = -1;
      this.#numbers[BEST_RANK] = Number.NEGATIVE_INFINITY;
      return;
    }
    const best = pages.highest(this.#sorted[this.#count - 1]!);
    this.bestLevel = best;
    this.#numbers[BEST_RANK] = pages.numbers[best >> PAGE_BITS]! * PAGE_LEVELS + (best & (PAGE_LEVELS - 1));
  }

  /** The page with this number, made where it is not there. */
  #pageOf(number: number): number {
    const at = this.#find(number);
    return at < this.#count && this.#numbers[FIRST_PAGE + at] === number
      ? this.#sorted[at]!
      : this.#insertPage(at, number);
  }

  /** Where the page with this number stands, or would stand: among the best ones by looking at each, else by halving. */
  #find(number: number): number {
    const numbers = this.#numbers;
    let high = this.#count;
    for (const end = Math.max(high - 4, 0); high > end; high--)
      if (numbers[FIRST_PAGE + high - 1]! < number) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[FIRST_PAGE + middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insertPage(at: number, number: number): number {
    const page = this.pages.allocate();
    this.pages.numbers[page] = number;
    if (this.#count === this.#sorted.length) this.#grow();
    if (at < this.#count) {
      this.#sorted.copyWithin(at + 1, at, this.#count);
      this.#numbers.copyWithin(FIRST_PAGE + at + 1, FIRST_PAGE + at, FIRST_PAGE + this.#count);
    }
    this.#sorted[at] = page;
    this.#numbers[FIRST_PAGE + at] = number;
    this.#count++;
    return page;
  }

  #removePage(page: number): void {
    const number = this.pages.numbers[page]!;
    const at = this.#find(number);
    if (this.#sorted[at] !== page) throw new Error(`price page ${page} is not in its ladder`);
    this.#count--;
    if (at < this.#count) {
      this.#sorted.copyWithin(at, at + 1, this.#count + 1);
      this.#numbers.copyWithin(FIRST_PAGE + at, FIRST_PAGE + at + 1, FIRST_PAGE + this.#count + 1);
    }
    this.pages.release(page);
  }

  #grow(): void {
    const sorted = new Int32Array(this.#sorted.length * 2);
    sorted.set(this.#sorted);
    this.#sorted = sorted;
    const numbers = new Float64Array(FIRST_PAGE + sorted.length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
