import { mix32 } from './hash.js';

/**
 * From a 32-bit number to its slot: the order in which numbers were first seen, from 0. Nothing is ever taken out.
 * Open addressing, linear probing, at most half full.
 */
export class NumberIndex {
  /** Two words a place: number, slot + 1 (0: empty). */
  #table = new Int32Array(32 * 2);
  #mask = 31;
  #count = 0;
  declare private readonly hashSalt: number;

  /** @param hashSalt 32 bits that decide where things stand in the table, and nothing else */
  constructor(hashSalt = 0) {
    this.hashSalt = hashSalt;
  }

  get count(): number {
    return this.#count;
  }

  /** The slot of a number, or -1. */
  find(number: number): number {
    const table = this.#table;
    const mask = this.#mask;
    for (let at = (mix32(number ^ this.hashSalt) & mask) << 1; ; at = (at + 2) & ((mask << 1) | 1)) {
      const slot = table[at + 1]! - 1;
      if (slot < 0 || table[at] === (number | 0)) return slot;
    }
  }

  /** Adds a number that is not there yet, and returns its slot. */
  add(number: number): number {
    const slot = this.#count;
    if (slot * 2 > this.#mask) this.#grow();
    this.#place(number, slot);
    this.#count = slot + 1;
    return slot;
  }

  #place(number: number, slot: number): void {
    let place = mix32(number ^ this.hashSalt) & this.#mask;
    while (this.#table[place * 2 + 1] !== 0) place = (place + 1) & this.#mask;
    this.#table[place * 2] = number;
    this.#table[place * 2 + 1] = slot + 1;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2);
    this.#mask = old.length - 1;
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#place(old[at]!, old[at + 1]! - 1);
  }
}
