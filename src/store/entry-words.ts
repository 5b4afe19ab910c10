/** An entry is closed before it passes so many words: 64 KiB. */
const ENTRY_WORDS = 1 << 14;
const FIRST_WORDS = 1 << 16;

/** Words that grow, cut into entries of a stream. Its memory is used again after `clear`. */
export class EntryWords {
  words: Int32Array<ArrayBuffer> = new Int32Array(FIRST_WORDS);
  length = 0;
  /** Words at which entries end, and the last sequence in each. */
  readonly #ends: number[] = [];
  readonly #sequences: number[] = [];

  get entries(): number {
    return this.#ends.length;
  }

  /**
   * Makes room for so many words of commands in a row, up to a sequence, and returns the word at which they begin. What
   * belongs together is in one entry, however large.
   */
  add(count: number, lastSequence: number): number {
    const at = this.length;
    const last = this.#ends.length - 1;
    const begin = last > 0 ? this.#ends[last - 1]! : 0;
    if (last < 0 || at + count - begin > ENTRY_WORDS) {
      this.#ends.push(at + count);
      this.#sequences.push(lastSequence);
    } else {
      this.#ends[last] = at + count;
      this.#sequences[last] = lastSequence;
    }
    this.length = at + count;
    if (this.length > this.words.length) {
      const larger = new Int32Array(Math.max(this.length, this.words.length * 2));
      larger.set(this.words.subarray(0, at));
      this.words = larger;
    }
    return at;
  }

  /** Appends each entry's last sequence and its bytes, not copied. */
  appendTo(list: (string | number | Buffer)[]): void {
    let from = 0;
    for (let i = 0; i < this.#ends.length; i++) {
      const end = this.#ends[i]!;
      list.push(this.#sequences[i]!, Buffer.from(this.words.buffer, from * 4, (end - from) * 4));
      from = end;
    }
  }

  clear(): void {
    this.length = 0;
    this.#ends.length = 0;
    this.#sequences.length = 0;
  }
}
