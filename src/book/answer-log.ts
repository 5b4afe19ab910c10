import type { EventWriter } from './event-writer.js';

/**
 * What is remembered of the answers to the last commands: just what a retry, which repeats the command word by word, does
 * not bring along itself. One entry after the other, of one to three units of 32 bytes, in a ring.
 *
 * ```
 * word  0  content of the command, 64 bits of hash
 *       2  place of the command
 *       4  time, ns since the epoch, u64
 *       6  where the client id stands: its place in its blocks, or ~slot of its text
 *       7  form (bits 0, 1) · cancelled: side (bits 2, 3), number of the book (from bit 8)
 *          · rejected: reject code (from bit 8)
 * cancelled
 *       8  order id
 *      10  price in ticks, i64
 *      12  cancelled size in lots, float
 *      14  cumulative size in lots, float
 * new order with rare terms accepted (bits 2 and 3 of the form are 0)
 *       8  price in ticks that it got, i64; index of the answer; the rest is left over
 * any
 *       8  words 0, 1, 5 and 4 of the answer
 *      12  order id
 *      14  words 16 to 23 of the answer; the rest is left over
 * ```
 */
export const UNIT_SHIFT = 3;
export const ENTRY_CONTENT = 0;
export const ENTRY_PLACE = 2;
export const ENTRY_TIME = 4;
export const ENTRY_PLACE_PAIR = 1;
export const ENTRY_TIME_PAIR = 2;
export const ENTRY_ID = 6;
export const ENTRY_FORM = 7;
export const ENTRY_MORE = 8;

/** The form of an entry is the number of its units. */
export const FORM_MASK = 0b11;
/** A new order was accepted: all else is in the command. */
export const FORM_ACCEPTED = 1;
/** The same with a reject code: the command was rejected. */
export const FORM_REJECTED = 1;
/** An order was cancelled because that was asked for. */
export const FORM_CANCELLED = 2;
/** A new order with rare terms was accepted: two units, and side 0 tells it from a cancelled one. */
export const FORM_RARE = 2;
/** Any answer. */
export const FORM_ANY = 3;
export const FORM_SIDE_SHIFT = 2;
export const FORM_BOOK_SHIFT = 8;
export const FORM_CODE_SHIFT = 8;

/** Units of the longest entry. */
export const MOST_UNITS = 3;
const UNIT_WORDS = 1 << UNIT_SHIFT;

/** Units are counted in 30 bits: many times as many as there can be. */
export const COUNTER_MASK = 2 ** 30 - 1;

const INITIAL_UNITS = 256;

export class AnswerLog {
  /**
   * The ring, and behind it room for the end of an entry that begins in its last unit; as words and as pairs of words
   * (see `EventWriter`). Replaced on growth.
   */
  words = new Int32Array((INITIAL_UNITS + MOST_UNITS) * UNIT_WORDS);
  pairs = new Float64Array(this.words.buffer);
  /** Units of the ring - 1. */
  mask = INITIAL_UNITS - 1;
  /** Counter of the first unit of the next entry, and of the oldest. */
  declare next: number;
  declare oldest: number;

  /** @param start counter of the first unit, for tests near the wrap */
  constructor(start = 0) {
    this.next = start & COUNTER_MASK;
    this.oldest = this.next;
  }

  /** The name of the next entry: a number over 0 by which it is found. */
  get nextName(): number {
    return this.next + 1;
  }

  /** The word at which the next entry begins; there is room for the longest. */
  get nextWord(): number {
    return (this.next & this.mask) << UNIT_SHIFT;
  }

  /** The word at which the entry of a name begins. */
  wordOf(name: number): number {
    return ((name - 1) & this.mask) << UNIT_SHIFT;
  }

  /** Ends the next entry, which has so many units. */
  push(units: number): void {
    this.next = (this.next + units) & COUNTER_MASK;
  }

  /** Writes the part of an entry that holds any answer, one that begins at word `from`. Returns its form. */
  writeAny(events: EventWriter, from: number): number {
    const { words } = this;
    const entry = this.nextWord;
    const answer = events.words;
    words[entry + ENTRY_MORE] = answer[from]!;
    words[entry + ENTRY_MORE + 1] = answer[from + 1]!;
    words[entry + ENTRY_MORE + 2] = answer[from + 5]!;
    words[entry + ENTRY_MORE + 3] = answer[from + 4]!;
    words[entry + 12] = answer[from + 12]!;
    words[entry + 13] = answer[from + 13]!;
    for (let i = 0; i < 8; i++) words[entry + 14 + i] = answer[from + 16 + i]!;
    return FORM_ANY;
  }

  /** Makes room for so many units at once. */
  reserve(units: number): void {
    while (this.mask + 1 < units) this.grow();
  }

  /** Doubles the ring. */
  grow(): void {
    const units = (this.mask + 1) * 2;
    const words = new Int32Array((units + MOST_UNITS) * UNIT_WORDS);
    const mask = units - 1;
    // Entry by entry: the end of one may stand behind the ring.
    for (let counter = this.oldest; counter !== this.next; ) {
      const from = (counter & this.mask) << UNIT_SHIFT;
      const to = (counter & mask) << UNIT_SHIFT;
      const entryUnits = this.words[from + ENTRY_FORM]! & FORM_MASK;
      for (let i = 0; i < entryUnits * UNIT_WORDS; i++) words[to + i] = this.words[from + i]!;
      counter = (counter + entryUnits) & COUNTER_MASK;
    }
    this.words = words;
    this.pairs = new Float64Array(words.buffer);
    this.mask = mask;
  }
}
