import { mix32 } from './hash.js';
import { SlotTable } from './slot-table.js';

/** Sixteen numbers to a block: they share all bits but the last four. */
const BLOCK_BITS = 4;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;

/**
 * Head of a block, four words: what its numbers share (their bits from 4 to 31, their high half, their salt), and how
 * many of them have a value. Free: the next free block.
 */
const HEAD_SHIFT = 2;
const HEAD_LOW = 0;
const HEAD_HIGH = 1;
const HEAD_SALT = 2;
const HEAD_COUNT = 3;

const INITIAL_BLOCKS = 64;

/**
 * From 64-bit numbers, each with a salt, to values that are not 0. Numbers mostly come and go in sequence, so neighbours
 * share a block, and blocks that are made one after the other stand one after the other: a number that follows the one
 * before it costs a comparison and a store, and what is in use at a time stands in few pages of memory.
 */
export class NumberBlocks {
  #values = new Int32Array(INITIAL_BLOCKS << BLOCK_BITS);
  #heads = new Int32Array(INITIAL_BLOCKS << HEAD_SHIFT);
  /** From the hash of a head to its block + 1. */
  readonly #table = new SlotTable();
  #free = -1;
  #used = 0;
  #count = 0;
  /** The block that was added to last. */
  #last = 0;
  readonly #hashSalt: number;

  /** @param hashSalt 32 bits that decide where things stand in the hash table, and nothing else */
  constructor(hashSalt = 0) {
    this.#hashSalt = hashSalt;
  }

  /** Numbers that have a value. */
  get count(): number {
    return this.#count;
  }

  /** The value of a number, 0 where it has none. */
  find(low: number, high: number, salt: number): number {
    const block = this.#seek(low, high, salt);
    return block < 0 ? 0 : this.#values[(block << BLOCK_BITS) + (low & BLOCK_MASK)]!;
  }

  /** Gives a value to a number and returns its place; where it has a value already, nothing changes: `~place`, below 0. */
  add(low: number, high: number, salt: number, value: number): number {
    let block = this.#last;
    const heads = this.#heads;
    const head = block << HEAD_SHIFT;
    if (
      heads[head + HEAD_LOW] !== low >>> BLOCK_BITS ||
      heads[head + HEAD_HIGH] !== high ||
      heads[head + HEAD_SALT] !== salt ||
      heads[head + HEAD_COUNT] === 0
    ) {
      block = this.#seek(low, high, salt);
      if (block < 0) block = this.#insert(low, high, salt);
      this.#last = block;
    }
    const place = (block << BLOCK_BITS) + (low & BLOCK_MASK);
    if (this.#values[place] !== 0) return ~place;
    this.#values[place] = value;
    this.#heads[(block << HEAD_SHIFT) + HEAD_COUNT]!++;
    this.#count++;
    return place;
  }

  valueAt(place: number): number {
    return this.#values[place]!;
  }

  /** Gives another value to the number at a place. */
  replaceAt(place: number, value: number): void {
    this.#values[place] = value;
  }

  /**
   * Takes out the number at a place, which has the value.
   *
   * @throws Error where it has another one: the caller and the blocks disagree
   */
  removeAt(place: number, value: number): void {
    if (this.#values[place] !== value)
      throw new Error(`place ${place} holds ${this.#values[place]}, not ${value}`);
    this.#values[place] = 0;
    this.#count--;
    const block = place >> BLOCK_BITS;
    const head = block << HEAD_SHIFT;
    const rest = this.#heads[head + HEAD_COUNT]! - 1;
    this.#heads[head + HEAD_COUNT] = rest;
    if (rest === 0) this.#remove(block);
  }

  #isOf(block: number, low: number, high: number, salt: number): boolean {
    const heads = this.#heads;
    const head = block << HEAD_SHIFT;
    return (
      heads[head + HEAD_LOW] === low >>> BLOCK_BITS &&
      heads[head + HEAD_HIGH] === high &&
      heads[head + HEAD_SALT] === salt &&
      heads[head + HEAD_COUNT] !== 0
    );
  }

  #seek(low: number, high: number, salt: number): number {
    const tag = this.#tagOf(low >>> BLOCK_BITS, high, salt);
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const block = this.#table.valueAt(place) - 1;
      if (this.#isOf(block, low, high, salt)) return block;
    }
    return -1;
  }

  #insert(low: number, high: number, salt: number): number {
    let block = this.#free;
    if (block >= 0) this.#free = this.#heads[block << HEAD_SHIFT]!;
    else {
      block = this.#used++;
      if (block << HEAD_SHIFT === this.#heads.length) this.#grow();
    }
    const head = block << HEAD_SHIFT;
    this.#heads[head + HEAD_LOW] = low >>> BLOCK_BITS;
    this.#heads[head + HEAD_HIGH] = high;
    this.#heads[head + HEAD_SALT] = salt;
    this.#heads[head + HEAD_COUNT] = 0;
    this.#table.add(this.#tagOf(low >>> BLOCK_BITS, high, salt), block + 1);
    return block;
  }

  #remove(block: number): void {
    const head = block << HEAD_SHIFT;
    const heads = this.#heads;
    this.#table.remove(
      this.#tagOf(heads[head + HEAD_LOW]!, heads[head + HEAD_HIGH]!, heads[head + HEAD_SALT]!),
      block + 1,
    );
    heads[head + HEAD_LOW] = this.#free;
    this.#free = block;
  }

  /** The hash of what the numbers of a block share. */
  #tagOf(low: number, high: number, salt: number): number {
    return mix32(mix32(mix32(low ^ this.#hashSalt) ^ high) ^ salt);
  }

  /** Makes room for so many numbers in sequence, so that growing never stops the one who adds. */
  reserve(numbers: number): void {
    const blocks = (numbers >> BLOCK_BITS) + 1;
    while (this.#heads.length < blocks << HEAD_SHIFT) this.#grow();
    this.#table.reserve(blocks);
  }

  #grow(): void {
    const values = new Int32Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
    const heads = new Int32Array(this.#heads.length * 2);
    heads.set(this.#heads);
    this.#heads = heads;
  }
}
