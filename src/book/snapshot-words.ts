import { readWhole, writeWhole } from '../wire/words.js';

const INITIAL_WORDS = 1024;

/** Words that are written one after the other, in memory that grows. */
export class SnapshotWriter {
  /** Replaced on growth, which only `claim` brings about. */
  words: Int32Array;
  /** Words written. */
  length = 0;

  /** @param words how many there will be, about */
  constructor(words = INITIAL_WORDS) {
    this.words = new Int32Array(Math.max(words, INITIAL_WORDS));
  }

  /** Room for so many words, all zero. Returns the first one. */
  claim(words: number): number {
    const at = this.length;
    this.length = at + words;
    if (this.length > this.words.length) {
      const larger = new Int32Array(Math.max(this.words.length * 2, this.length));
      larger.set(this.words);
      this.words = larger;
    }
    return at;
  }

  word(value: number): void {
    const at = this.claim(1);
    this.words[at] = value;
  }

  /** A whole number of 64 bits, signed. */
  whole(value: number): void {
    const at = this.claim(2);
    writeWhole(this.words, at, value);
  }

  /** Two words as they stand elsewhere. */
  pair(low: number, high: number): void {
    const at = this.claim(2);
    this.words[at] = low;
    this.words[at + 1] = high;
  }

  /** What was written, in bytes of its own. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.words.slice(0, this.length).buffer);
  }
}

/** Words that are read one after the other, and never past their end. */
export class SnapshotReader {
  readonly words: Int32Array;
  /** The word that is read next. */
  at: number;

  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.at = at;
  }

  /** Passes over so many words. Returns the first one. @throws RangeError where there are fewer */
  take(words: number): number {
    const at = this.at;
    if (at + words > this.words.length)
      throw new RangeError(`the snapshot is damaged: ${words} words are missing at word ${at}`);
    this.at = at + words;
    return at;
  }

  word(): number {
    return this.words[this.take(1)]!;
  }

  /** A whole number of 64 bits, signed. */
  whole(): number {
    return readWhole(this.words, this.take(2));
  }
}
