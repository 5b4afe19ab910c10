import { EventFlag } from '../model/event.js';
import type { Accounts } from './accounts.js';

const INITIAL_WORDS = 16 * 1024;

/** The flag as it stands in word 1 of an event. */
const LAST_OF_COMMAND = EventFlag.LastOfCommand << 16;

/**
 * Whole event records, back to back, and the part of each that is the same for every kind: its place and its chain.
 *
 * Where words are written by number, the number is the word of the layout that `wire/event-record.ts` draws.
 */
export class EventWriter {
  /** The records. Replaced when it grows; what stands after `length` is left over from before. */
  words: Int32Array;
  /**
   * The same memory two words at a time, to copy 64-bit numbers in one go: as floats that nobody looks at. The bits of a
   * whole number from 0 to 2^53 - 1 are those of a tiny float and never of a NaN, so no machine changes them.
   */
  pairs: Float64Array;
  /** Words in use. */
  length = 0;

  readonly #accounts: Accounts;
  /** Place of the last command, as a pair and as words. */
  readonly #place = new Float64Array(1);
  readonly #placeWords = new Int32Array(this.#place.buffer);
  #timeLow = 0;
  #timeHigh = 0;
  #index = 0;
  /** Word at which the event written last begins. */
  #last = 0;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
    const buffer = new ArrayBuffer(INITIAL_WORDS * 4);
    this.words = new Int32Array(buffer);
    this.pairs = new Float64Array(buffer);
  }

  /** Place of the last command, as a pair of words. */
  get placePair(): number {
    return this.#place[0]!;
  }

  /** Forgets what was written. */
  clear(): void {
    this.length = 0;
  }

  /** From here on events belong to the command at this place. */
  beginCommand(placeLow: number, placeHigh: number, timeLow: number, timeHigh: number): void {
    this.#placeWords[0] = placeLow;
    this.#placeWords[1] = placeHigh;
    this.#timeLow = timeLow;
    this.#timeHigh = timeHigh;
    this.#index = 0;
  }

  /** Writes the time of the last command at word `at`. */
  writeTime(at: number): void {
    this.words[at] = this.#timeLow;
    this.words[at + 1] = this.#timeHigh;
  }

  /** Marks the event written last as the last one of its command. */
  endCommand(): void {
    this.words[this.#last + 1]! |= LAST_OF_COMMAND;
  }

  /**
   * Begins the next event of the command: writes words 0 to 11 and moves the account's chain on. Returns the word at
   * which the event begins; the caller writes every word from the order id to the last cell.
   *
   * @param head word 0, with the number of cells
   * @param code word 1
   */
  open(head: number, code: number, instrument: number, accountSlot: number): number {
    const at = this.claim(((head >>> 16) & 0xff) << 3);
    const { words, pairs } = this;
    const accountPairs = this.#accounts.pairs;
    const account = accountSlot << 1;
    const index = this.#index;
    const place = this.#place[0]!;
    const pair = at >> 1;
    words[at] = head;
    words[at + 1] = code;
    pairs[pair + 1] = place;
    words[at + 4] = index;
    words[at + 5] = instrument;
    pairs[pair + 3] = accountPairs[account]!;
    pairs[pair + 4] = accountPairs[account + 1]!;
    words[at + 10] = this.#timeLow;
    words[at + 11] = this.#timeHigh;
    if (accountSlot !== 0) {
      this.#accounts.words[(account << 1) + 1] = index;
      accountPairs[account + 1] = place;
    }
    this.#index = index + 1;
    return at;
  }

  /** Makes room for a record of so many words, and returns the word at which it begins. Writes nothing. */
  claim(words: number): number {
    const at = this.length;
    const end = at + words;
    if (end > this.words.length) this.#grow(end);
    this.length = end;
    this.#last = at;
    return at;
  }

  #grow(needed: number): void {
    let size = this.words.length * 2;
    while (size < needed) size *= 2;
    const buffer = new ArrayBuffer(size * 4);
    const words = new Int32Array(buffer);
    words.set(this.words.subarray(0, this.length));
    this.words = words;
    this.pairs = new Float64Array(buffer);
  }
}
