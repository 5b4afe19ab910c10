/**
 * From a 32-bit number to its slot: the order in which numbers were first seen, from 0. Nothing is ever taken out.
 * Open addressing, linear probing, at most half full.
 */
export class NumberIndex {
  /** Numbers by slot. */
  #numbers = new Int32Array(16);
  /** Slot + 1 by place, 0 where empty. */
  #table = new Int32Array(32);
  #mask = 31;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The slot of a number, or -1. */
  find(number: number): number {
    const table = this.#table;
    const numbers = this.#numbers;
    const mask = this.#mask;
    for (let place = home(number) & mask; ; place = (place + 1) & mask) {
      const slot = table[place]! - 1;
      if (slot < 0 || numbers[slot] === (number | 0)) return slot;
    }
  }

  /** Adds a number that is not there yet, and returns its slot. */
  add(number: number): number {
    const slot = this.#count;
    if (slot === this.#numbers.length) this.#grow();
    this.#numbers[slot] = number;
    this.#place(number, slot);
    this.#count = slot + 1;
    return slot;
  }

  #place(number: number, slot: number): void {
    let place = home(number) & this.#mask;
    while (this.#table[place] !== 0) place = (place + 1) & this.#mask;
    this.#table[place] = slot + 1;
  }

  #grow(): void {
    const numbers = new Int32Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    this.#table = new Int32Array(numbers.length * 2);
    this.#mask = this.#table.length - 1;
    for (let slot = 0; slot < this.#count; slot++) this.#place(numbers[slot]!, slot);
  }
}

function home(number: number): number {
  const mixed = Math.imul(number, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
