/** Words of an entry: two keys, the order id, the slot. */
const STRIDE = 4;
const SECOND_KEY = 1;
const ID = 2;
const SLOT = 3;

const INITIAL_ENTRIES = 16;

/** What every heap begins with: most books never have a stop. */
const NO_ENTRIES = new Float64Array(0);

/**
 * Orders by a key of two numbers, the smallest first, equal ones by order id: stops by stop price, expiries by time. An entry is not
 * looked for when its order leaves: who takes entries out asks whether they still hold. When most do not, they are
 * swept out.
 */
export class OrderHeap {
  #entries = NO_ENTRIES;
  #count = 0;
  /** Entries that still hold, as their owner counts them. */
  members = 0;
  readonly #holds: (slot: number, id: number, key: number, secondKey: number) => boolean;

  /** @param holds whether an entry's order still waits for what the entry says */
  constructor(holds: (slot: number, id: number, key: number, secondKey: number) => boolean) {
    this.#holds = holds;
  }

  /** Adds an order. */
  push(slot: number, id: number, key: number, secondKey: number): void {
    if (this.#count > 64 && this.#count > 2 * this.members) this.#sweep();
    if ((this.#count + 1) * STRIDE > this.#entries.length) this.#grow();
    this.members++;
    this.#place(this.#count++, slot, id, key, secondKey);
  }

  /** Slot of the first order, -1 where there is none. */
  first(): number {
    this.#dropStale();
    return this.#count === 0 ? -1 : this.#entries[SLOT]!;
  }

  /** Keys of the first order; call only when there is one. */
  get firstKey(): number {
    return this.#entries[0]!;
  }

  get firstSecondKey(): number {
    return this.#entries[SECOND_KEY]!;
  }

  /** Takes the first order out. */
  pop(): void {
    this.members--;
    this.#removeFirst();
  }

  #dropStale(): void {
    const e = this.#entries;
    while (this.#count > 0 && !this.#holds(e[SLOT]!, e[ID]!, e[0]!, e[SECOND_KEY]!)) this.#removeFirst();
  }

  #removeFirst(): void {
    const e = this.#entries;
    const last = --this.#count;
    if (last === 0) return;
    const from = last * STRIDE;
    this.#sink(0, e[from + SLOT]!, e[from + ID]!, e[from]!, e[from + SECOND_KEY]!);
  }

  /** Puts an entry at the end, and moves it up to where it belongs. */
  #place(at: number, slot: number, id: number, key: number, secondKey: number): void {
    const e = this.#entries;
    let hole = at;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(key, secondKey, id, parent)) break;
      e.copyWithin(hole * STRIDE, parent * STRIDE, parent * STRIDE + STRIDE);
      hole = parent;
    }
    this.#write(hole, slot, id, key, secondKey);
  }

  /** Puts an entry at the hole, and moves it down to where it belongs. */
  #sink(from: number, slot: number, id: number, key: number, secondKey: number): void {
    const e = this.#entries;
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.#count) break;
      if (child + 1 < this.#count && this.#entryIsBefore(child + 1, child)) child++;
      if (this.#isBefore(key, secondKey, id, child)) break;
      e.copyWithin(hole * STRIDE, child * STRIDE, child * STRIDE + STRIDE);
      hole = child;
    }
    this.#write(hole, slot, id, key, secondKey);
  }

  #write(at: number, slot: number, id: number, key: number, secondKey: number): void {
    const e = this.#entries;
    const to = at * STRIDE;
    e[to] = key;
    e[to + SECOND_KEY] = secondKey;
    e[to + ID] = id;
    e[to + SLOT] = slot;
  }

  #isBefore(key: number, secondKey: number, id: number, entry: number): boolean {
    const e = this.#entries;
    const at = entry * STRIDE;
    if (key !== e[at]!) return key < e[at]!;
    if (secondKey !== e[at + SECOND_KEY]!) return secondKey < e[at + SECOND_KEY]!;
    return id < e[at + ID]!;
  }

  #entryIsBefore(a: number, b: number): boolean {
    const e = this.#entries;
    const at = a * STRIDE;
    return this.#isBefore(e[at]!, e[at + SECOND_KEY]!, e[at + ID]!, b);
  }

  /** Keeps the entries that hold, in a new heap. */
  #sweep(): void {
    const old = this.#entries.slice(0, this.#count * STRIDE);
    this.#count = 0;
    for (let at = 0; at < old.length; at += STRIDE)
      if (this.#holds(old[at + SLOT]!, old[at + ID]!, old[at]!, old[at + SECOND_KEY]!))
        this.#place(this.#count++, old[at + SLOT]!, old[at + ID]!, old[at]!, old[at + SECOND_KEY]!);
  }

  #grow(): void {
    const entries = new Float64Array(Math.max(this.#entries.length * 2, INITIAL_ENTRIES * STRIDE));
    entries.set(this.#entries);
    this.#entries = entries;
  }
}
