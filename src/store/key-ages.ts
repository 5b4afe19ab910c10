interface Age<Key> {
  readonly key: Key;
  writtenMs: number;
  older: Age<Key> | undefined;
  newer: Age<Key> | undefined;
}

/** Keys with the time at which each was written last, in the order of that. */
export class KeyAges<Key> {
  readonly #ages = new Map<Key, Age<Key>>();
  #oldest: Age<Key> | undefined;
  #newest: Age<Key> | undefined;

  get size(): number {
    return this.#ages.size;
  }

  has(key: Key): boolean {
    return this.#ages.has(key);
  }

  /** The key that was written longest ago, if that was not after `ms`. */
  oldestUntil(ms: number): Key | undefined {
    const oldest = this.#oldest;
    return oldest === undefined || oldest.writtenMs > ms ? undefined : oldest.key;
  }

  /** Says that the key is written now: no other one was written later. */
  write(key: Key, nowMs: number): void {
    const found = this.#ages.get(key);
    if (found === undefined) {
      const age = { key, writtenMs: nowMs, older: undefined, newer: undefined };
      this.#ages.set(key, age);
      this.#append(age);
      return;
    }
    found.writtenMs = nowMs;
    if (found === this.#newest) return;
    this.#unlink(found);
    this.#append(found);
  }

  /** Returns whether it was there. */
  delete(key: Key): boolean {
    const found = this.#ages.get(key);
    if (found === undefined) return false;
    this.#ages.delete(key);
    this.#unlink(found);
    return true;
  }

  #append(age: Age<Key>): void {
    age.older = this.#newest;
    age.newer = undefined;
    if (this.#newest === undefined) this.#oldest = age;
    else this.#newest.newer = age;
    this.#newest = age;
  }

  #unlink(age: Age<Key>): void {
    if (age.older === undefined) this.#oldest = age.newer;
    else age.older.newer = age.newer;
    if (age.newer === undefined) this.#newest = age.older;
    else age.newer.older = age.older;
  }
}
