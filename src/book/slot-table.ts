const INITIAL_PLACES = 64;

/**
 * From a 32-bit tag (a hash) to values, which say where the keys themselves stand. Open addressing, linear probing, at
 * most half full; taking out shifts back what follows, so there are no tombstones, and a table that slides along for
 * years stays as fast as a new one.
 *
 * ```
 * word 0  tag
 *      1  value (0: empty)
 * ```
 */
export class SlotTable {
  /** The places, and their number - 1. Replaced on growth, which only `add` and `reserve` bring about. */
  words = new Int32Array(INITIAL_PLACES * 2);
  mask = INITIAL_PLACES - 1;
  #count = 0;

  /** Makes room for so many entries at once, so that growing never stops the one who adds. */
  reserve(entries: number): void {
    while (entries * 2 > this.mask) this.#grow();
  }

  /** Entries in the table. */
  get count(): number {
    return this.#count;
  }

  /** The first place that holds the tag, or -1. */
  seek(tag: number): number {
    return this.#seekFrom(tag & this.mask, tag);
  }

  /** The next place after `place` that holds the tag, or -1. */
  seekAfter(place: number, tag: number): number {
    return this.#seekFrom((place + 1) & this.mask, tag);
  }

  valueAt(place: number): number {
    return this.words[(place << 1) + 1]!;
  }

  /** Adds an entry whose value is not 0. The caller has made sure that its key is not there yet. */
  add(tag: number, value: number): void {
    if (this.#count * 2 > this.mask) this.#grow();
    const table = this.words;
    const mask = this.mask;
    let place = tag & mask;
    while (table[(place << 1) + 1] !== 0) place = (place + 1) & mask;
    table[place << 1] = tag;
    table[(place << 1) + 1] = value;
    this.#count++;
  }

  /** Gives an entry another value. */
  replace(tag: number, value: number, by: number): void {
    this.words[this.#placeOf(tag, value) * 2 + 1] = by;
  }

  /** Takes an entry out. */
  remove(tag: number, value: number): void {
    const table = this.words;
    const mask = this.mask;
    let hole = this.#placeOf(tag, value);
    for (let place = (hole + 1) & mask; table[(place << 1) + 1] !== 0; place = (place + 1) & mask) {
      // An entry may move back into the hole unless its home lies behind the hole.
      const home = table[place << 1]! & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      table[hole << 1] = table[place << 1]!;
      table[(hole << 1) + 1] = table[(place << 1) + 1]!;
      hole = place;
    }
    table[(hole << 1) + 1] = 0;
    this.#count--;
  }

  #seekFrom(start: number, tag: number): number {
    const table = this.words;
    const mask = this.mask;
    for (let place = start; ; place = (place + 1) & mask) {
      if (table[(place << 1) + 1] === 0) return -1;
      if (table[place << 1] === tag) return place;
    }
  }

  /** @throws Error where the entry is not there: the table and what it points to disagree */
  #placeOf(tag: number, value: number): number {
    const table = this.words;
    const mask = this.mask;
    for (let place = tag & mask; ; place = (place + 1) & mask) {
      const found = table[(place << 1) + 1];
      if (found === value) return place;
      if (found === 0) throw new Error(`value ${value} with tag ${tag} is not in its table`);
    }
  }

  #grow(): void {
    const old = this.words;
    const places = old.length;
    this.words = new Int32Array(places * 2);
    this.mask = places - 1;
    this.#count = 0;
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.add(old[at]!, old[at + 1]!);
  }
}
