/**
 * Price levels in pages of 64 neighbouring prices. A page lives while one of its levels holds an order, so what a book
 * costs depends on the prices in use and not on their range. One pool serves all books of a shard.
 *
 * ```
 * level, 24 bytes
 * word  0  first order of the queue (its slot)
 *       1  last order
 *       2  number of orders
 *       3  zero
 *       4  total size in lots, float
 * ```
 *
 * A level's fields count only while its bit in the page's bitmap is set.
 */
export const PAGE_BITS = 6;
export const PAGE_LEVELS = 1 << PAGE_BITS;

export const LEVEL_WORDS = 6;
export const LEVEL_FIRST = 0;
export const LEVEL_LAST = 1;
export const LEVEL_ORDERS = 2;
export const LEVEL_FLOATS = 3;
export const LEVEL_SIZE = 2;

/** Words of a page's bitmap: prices 0 to 31 of the page, then 32 to 63. */
export const BITMAP_WORDS = 2;

const INITIAL_PAGES = 16;

/** Most pages of a shard: 400 MB, and sixteen million prices if they are neighbours. */
export const MAX_PAGES = 2 ** 18;

export class PricePages {
  /** All levels: level `n` of page `p` has number `64 p + n`. Both views of one memory; replaced when it grows. */
  declare words: Int32Array;
  declare floats: Float64Array;
  /** Two words a page. */
  declare bitmaps: Int32Array;
  /** By page: which 64 prices it holds, as its ladder counts them. Free: the next free page. */
  declare numbers: Float64Array;

  declare private readonly bound: number;
  #free = -1;
  #used = 0;
  #live = 0;

  /** @param bound most pages at a time */
  constructor(bound: number) {
    if (!Number.isInteger(bound) || bound < 1 || bound > MAX_PAGES)
      throw new RangeError(`most price pages ${bound} is not a whole number from 1 to ${MAX_PAGES}`);
    this.bound = bound;
    const pages = Math.min(bound, INITIAL_PAGES);
    const buffer = new ArrayBuffer(pages * PAGE_LEVELS * LEVEL_WORDS * 4);
    this.words = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.bitmaps = new Int32Array(pages * BITMAP_WORDS);
    this.numbers = new Float64Array(pages);
  }

  /** Pages in use. */
  get live(): number {
    return this.#live;
  }

  get isFull(): boolean {
    return this.#live >= this.bound;
  }

  /** An empty page. The caller has seen that the pool is not full, and sets the page's number. */
  allocate(): number {
    let page = this.#free;
    if (page >= 0) {
      this.#free = this.numbers[page]!;
    } else {
      page = this.#used;
      if (page >= this.bound) throw new Error(`all ${this.bound} price pages are taken`);
      if (page === this.numbers.length) this.#grow();
      this.#used = page + 1;
    }
    this.#live++;
    return page;
  }

  /** @throws Error where a level of the page is still in use */
  release(page: number): void {
    if ((this.bitmaps[page * BITMAP_WORDS]! | this.bitmaps[page * BITMAP_WORDS + 1]!) !== 0)
      throw new Error(`price page ${page} is freed with orders on it`);
    this.numbers[page] = this.#free;
    this.#free = page;
    this.#live--;
  }

  /** The highest level in use of a page, which has one. */
  highest(page: number): number {
    const upper = this.bitmaps[page * BITMAP_WORDS + 1]!;
    const offset = upper !== 0 ? 63 - Math.clz32(upper) : 31 - Math.clz32(this.bitmaps[page * BITMAP_WORDS]!);
    return page * PAGE_LEVELS + offset;
  }

  /** The next lower level in use of the same page, or -1. */
  below(level: number): number {
    const page = level >> PAGE_BITS;
    const offset = level & (PAGE_LEVELS - 1);
    const lower = this.bitmaps[page * BITMAP_WORDS]!;
    if (offset >= 32) {
      const rest = this.bitmaps[page * BITMAP_WORDS + 1]! & ((1 << (offset & 31)) - 1);
      if (rest !== 0) return page * PAGE_LEVELS + 63 - Math.clz32(rest);
      return lower === 0 ? -1 : page * PAGE_LEVELS + 31 - Math.clz32(lower);
    }
    const rest = lower & ((1 << offset) - 1);
    return rest === 0 ? -1 : page * PAGE_LEVELS + 31 - Math.clz32(rest);
  }

  #grow(): void {
    const pages = Math.min(this.numbers.length * 2, this.bound);
    const buffer = new ArrayBuffer(pages * PAGE_LEVELS * LEVEL_WORDS * 4);
    const words = new Int32Array(buffer);
    words.set(this.words);
    this.words = words;
    this.floats = new Float64Array(buffer);
    const bitmaps = new Int32Array(pages * BITMAP_WORDS);
    bitmaps.set(this.bitmaps);
    this.bitmaps = bitmaps;
    const numbers = new Float64Array(pages);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}
