import { EventFlag } from '../model/event.js';
import type { Accounts } from './accounts.js';
import * as accountTable from './accounts.js';
import * as wordIndex from './word-index.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { ACCOUNT_SHIFT, ACCOUNT_INDEX, ACCOUNT_NUMBER, ACCOUNT_PLACE } = accountTable;
const { INDEX_MASK } = wordIndex;

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
  declare words: Int32Array;
  /**
   * The same memory two words at a time, to copy 64-bit numbers in one go: as floats that nobody looks at. The bits of a
   * whole number from 0 to 2^53 - 1 are those of a tiny float and never of a NaN, so no machine changes them. What was
   * written as words a moment ago is not read as a pair: a processor waits for such a read until all is in its cache.
   */
  declare pairs: Float64Array;
  /** Words in use. */
  length = 0;
  /** Place and time of the last command. */
  placeLow = 0;
  placeHigh = 0;
  timeLow = 0;
  timeHigh = 0;
  /** The same as pairs: even places, odd places, time. */
  readonly stamp = new Float64Array(3);
  private readonly stampWords = new Int32Array(this.stamp.buffer);
  /** Index of the command's next event. */
  index = 0;
  /** Word at which the event written last begins. */
  last = 0;

  declare private readonly accounts: Accounts;

  constructor(accounts: Accounts) {
    this.accounts = accounts;
    const buffer = new ArrayBuffer(INITIAL_WORDS * 4);
    this.words = new Int32Array(buffer);
    this.pairs = new Float64Array(buffer);
  }

  /** Place of the last command: shard and sequence in one number. */
  get place(): number {
    return this.placeHigh * 4_294_967_296 + (this.placeLow >>> 0);
  }

  /** Forgets what was written. */
  clear(): void {
    this.length = 0;
  }

  /** From here on events belong to the command at this place. */
  beginCommand(placeLow: number, placeHigh: number, timeLow: number, timeHigh: number): void {
    this.placeLow = placeLow | 0;
    this.placeHigh = placeHigh | 0;
    this.timeLow = timeLow | 0;
    this.timeHigh = timeHigh | 0;
    this.index = 0;
    const words = this.stampWords;
    const own = (placeLow & 1) << 1;
    if (words[own] !== this.placeLow || words[own | 1] !== this.placeHigh) {
      words[own] = placeLow;
      words[own | 1] = placeHigh;
    }
    // Mostly the next command has the next place: that stands there before it is read as a pair.
    words[own ^ 2] = placeLow + 1;
    words[own ^ 3] = placeHigh;
    if (words[4] !== this.timeLow || words[5] !== this.timeHigh) {
      words[4] = timeLow;
      words[5] = timeHigh;
    }
  }

  /** Marks the event written last as the last one of its command. */
  endCommand(): void {
    this.words[this.last + 1]! |= LAST_OF_COMMAND;
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
    const index = this.index;
    this.index = index + 1;
    this.writeHead(at, head, code, instrument, accountSlot, index);
    return at;
  }

  /** Writes words 0 to 11 of the event that begins at word `event`, and moves the account's chain on. */
  writeHead(
    event: number,
    head: number,
    code: number,
    instrument: number,
    accountSlot: number,
    index: number,
  ): void {
    const at = event & INDEX_MASK;
    const { words, placeLow, placeHigh } = this;
    const accounts = this.accounts.words;
    const account = (accountSlot << ACCOUNT_SHIFT) & INDEX_MASK;
    words[at] = head;
    words[at + 1] = code;
    words[at + 2] = placeLow;
    words[at + 3] = placeHigh;
    words[at + 4] = index;
    words[at + 5] = instrument;
    words[at + 6] = accounts[account + ACCOUNT_NUMBER]!;
    words[at + 7] = accounts[account + ACCOUNT_INDEX]!;
    words[at + 8] = accounts[account + ACCOUNT_PLACE]!;
    words[at + 9] = accounts[account + ACCOUNT_PLACE + 1]!;
    words[at + 10] = this.timeLow;
    words[at + 11] = this.timeHigh;
    if (accountSlot === 0) return;
    accounts[account + ACCOUNT_INDEX] = index;
    accounts[account + ACCOUNT_PLACE] = placeLow;
    accounts[account + ACCOUNT_PLACE + 1] = placeHigh;
  }

  /** Makes room for a record of so many words, and returns the word at which it begins. Writes nothing. */
  claim(words: number): number {
    const at = this.length;
    const end = (at + words) | 0;
    if (end > this.words.length) this.grow(end);
    this.length = end;
    this.last = at;
    return at;
  }

  /** Makes room for so many words in all. */
  grow(needed: number): void {
    let size = this.words.length * 2;
    while (size < needed) size *= 2;
    const buffer = new ArrayBuffer(size * 4);
    const words = new Int32Array(buffer);
    words.set(this.words.subarray(0, this.length));
    this.words = words;
    this.pairs = new Float64Array(buffer);
  }
}
