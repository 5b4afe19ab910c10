import * as hash from './hash.js';
import { SlotTable } from './slot-table.js';
import * as wordIndex from './word-index.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { mix32 } = hash;
const { INDEX_MASK } = wordIndex;

/** Thirty-two numbers to a block: they share all bits but the last five. */
const BLOCK_BITS = 5;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;

/**
 * Head of a block, four words: what its numbers share (their bits from 5 to 31, their high half, their salt), and how
 * many of them have a value. Free: NO_BITS, which no number has, and the next free block.
 */
const HEAD_SHIFT = 2;
const HEAD_LOW = 0;
const HEAD_HIGH = 1;
const HEAD_NEXT = 1;
const HEAD_SALT = 2;
const HEAD_COUNT = 3;
const NO_BITS = -1;

const INITIAL_BLOCKS = 64;

/** Blocks that are found again without a search, one for each sequence of numbers that is being counted up. */
const NEAR_BLOCKS = 256;
const NEAR_MASK = NEAR_BLOCKS - 1;

/**
 * From 64-bit numbers, each with a salt, to values that are not 0. Numbers mostly come and go in sequence, so neighbours
 * share a block, and blocks that are made one after the other stand one after the other: a number that follows the one
 * before it costs a comparison and a store, and what is in use at a time stands in few pages of memory.
 */
export class NumberBlocks {
  /** The values, by place; 0 for none. Replaced on growth, which only `claim` and `reserve` bring about. */
  values = new Int32Array(INITIAL_BLOCKS << BLOCK_BITS);
  #heads = new Int32Array(INITIAL_BLOCKS << HEAD_SHIFT).fill(NO_BITS);
  /** From the hash of a head to its block + 1. */
  readonly #table = new SlotTable();
  /** The block claimed last, by a few bits of what its numbers share. */
  readonly #near = new Int32Array(NEAR_BLOCKS);
  #free = -1;
  #used = 0;
  declare private readonly hashSalt: number;
  /** Odd factors made of the salt: where the three parts of a number lead is known to nobody who does not know it. */
  declare private readonly lowFactor: number;
  declare private readonly highFactor: number;
  declare private readonly saltFactor: number;

  /** @param hashSalt 32 bits that decide where things stand in the hash table, and nothing else */
  constructor(hashSalt = 0) {
    this.hashSalt = hashSalt | 0;
    this.lowFactor = mix32(hashSalt ^ 0x9e3779b1) | 1;
    this.highFactor = mix32(hashSalt ^ 0x85ebca6b) | 1;
    this.saltFactor = mix32(hashSalt ^ 0xc2b2ae35) | 1;
  }

  /** The place of a number, -1 where none of its block has a value. */
  seek(low: number, high: number, salt: number): number {
    const bits = low >>> BLOCK_BITS;
    const tag = this.#tagOf(bits, high, salt);
    const { words, mask } = this.#table;
    const heads = this.#heads;
    for (let place = tag & mask; ; place = (place + 1) & mask) {
      const block = (words[(place << 1) | 1]! - 1) | 0;
      if (block < 0) return -1;
      const head = (block << HEAD_SHIFT) & INDEX_MASK;
      if (
        words[place << 1] === tag &&
        heads[head + HEAD_LOW] === bits &&
        heads[head + HEAD_HIGH] === high &&
        heads[head + HEAD_SALT] === salt
      )
        return (block << BLOCK_BITS) | (low & BLOCK_MASK);
    }
  }

  /**
   * The value of a number, 0 where it has none, or, once in billions, that of another number with the same hash: for who
   * sees from the value whose it is. It saves a visit to the head of the block.
   */
  guess(low: number, high: number, salt: number): number {
    const tag = this.#tagOf(low >>> BLOCK_BITS, high, salt);
    const { words, mask } = this.#table;
    let place = tag & mask;
    let block = words[(place << 1) | 1]!;
    while (block !== 0 && words[place << 1] !== tag) {
      place = ((place | 0) + 1) & mask;
      block = words[(place << 1) | 1]!;
    }
    return block === 0 ? 0 : this.values[((block - 1) << BLOCK_BITS) | (low & BLOCK_MASK)]!;
  }

  /** The value of a number, 0 where it has none. */
  find(low: number, high: number, salt: number): number {
    const place = this.seek(low, high, salt);
    return place < 0 ? 0 : this.values[place]!;
  }

  /** The place of a number, made where it has none. Where its value is 0, the caller gives it one with `fill` at once. */
  claim(low: number, high: number, salt: number): number {
    const bits = low >>> BLOCK_BITS;
    const near = (bits ^ Math.imul(salt, 0x9d)) & NEAR_MASK;
    const block = this.#near[near]!;
    const heads = this.#heads;
    const head = (block << HEAD_SHIFT) & INDEX_MASK;
    if (
      heads[head + HEAD_LOW] === bits &&
      heads[head + HEAD_HIGH] === high &&
      heads[head + HEAD_SALT] === salt
    )
      return (block << BLOCK_BITS) | (low & BLOCK_MASK);
    return this.#claimFar(low, high, salt, near);
  }

  /** Gives a value to the number at a place, which has none. */
  fill(place: number, value: number): void {
    this.values[place] = value;
    const count = (((place >> BLOCK_BITS) << HEAD_SHIFT) & INDEX_MASK) + HEAD_COUNT;
    this.#heads[count] = this.#heads[count]! + 1;
  }

  /** Takes out the number at a place, which has a value. */
  clear(place: number): void {
    this.values[place] = 0;
    const block = place >> BLOCK_BITS;
    const heads = this.#heads;
    const count = ((block << HEAD_SHIFT) & INDEX_MASK) + HEAD_COUNT;
    const rest = (heads[count]! - 1) | 0;
    heads[count] = rest;
    if (rest <= 0) this.#remove(block);
  }

  /** Writes the number at a place, which has a value, in two halves at word `to`, and returns its salt. */
  read(place: number, words: Int32Array, to: number): number {
    const head = (place >> BLOCK_BITS) << HEAD_SHIFT;
    words[to] = (this.#heads[head + HEAD_LOW]! << BLOCK_BITS) | (place & BLOCK_MASK);
    words[to + 1] = this.#heads[head + HEAD_HIGH]!;
    return this.#heads[head + HEAD_SALT]!;
  }

  /** Makes room for so many numbers in sequence, so that growing never stops the one who adds. */
  reserve(numbers: number): void {
    const blocks = (numbers >> BLOCK_BITS) + 1;
    while (this.#heads.length < blocks << HEAD_SHIFT) this.#grow();
    this.#table.reserve(blocks);
  }

  #claimFar(low: number, high: number, salt: number, near: number): number {
    const found = this.seek(low, high, salt);
    const place = found >= 0 ? found : (this.#insert(low, high, salt) << BLOCK_BITS) + (low & BLOCK_MASK);
    this.#near[near] = place >> BLOCK_BITS;
    return place;
  }

  #insert(low: number, high: number, salt: number): number {
    let block = this.#free;
    if (block >= 0) this.#free = this.#heads[(block << HEAD_SHIFT) + HEAD_NEXT]!;
    else {
      block = this.#used++;
      if (block << HEAD_SHIFT === this.#heads.length) this.#grow();
    }
    const head = (block << HEAD_SHIFT) & INDEX_MASK;
    const heads = this.#heads;
    heads[head + HEAD_LOW] = low >>> BLOCK_BITS;
    heads[head + HEAD_HIGH] = high;
    heads[head + HEAD_SALT] = salt;
    heads[head + HEAD_COUNT] = 0;
    this.#table.add(this.#tagOf(low >>> BLOCK_BITS, high, salt), block + 1);
    return block;
  }

  /** @throws Error where the block is free already: a number was taken out that was not there */
  #remove(block: number): void {
    const head = (block << HEAD_SHIFT) & INDEX_MASK;
    const heads = this.#heads;
    if (heads[head + HEAD_LOW] === NO_BITS) throw new Error(`block ${block} of numbers is freed twice`);
    this.#table.remove(
      this.#tagOf(heads[head + HEAD_LOW]!, heads[head + HEAD_HIGH]!, heads[head + HEAD_SALT]!),
      block + 1,
    );
    heads[head + HEAD_LOW] = NO_BITS;
    heads[head + HEAD_NEXT] = this.#free;
    this.#free = block;
  }

  /** The hash of what the numbers of a block share. */
  #tagOf(bits: number, high: number, salt: number): number {
    const sum = Math.imul(bits, this.lowFactor) + Math.imul(high, this.highFactor);
    return mix32((sum + Math.imul(salt, this.saltFactor)) ^ this.hashSalt);
  }

  #grow(): void {
    const values = new Int32Array(this.values.length * 2);
    values.set(this.values);
    this.values = values;
    const heads = new Int32Array(this.#heads.length * 2).fill(NO_BITS, this.#heads.length);
    heads.set(this.#heads);
    this.#heads = heads;
  }
}
