import { EventFlag } from '../model/event.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CODE,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_PLACE,
  EVENT_PREVIOUS_INDEX,
  EVENT_PREVIOUS_PLACE,
  EVENT_TIME,
  eventCells,
} from '../wire/event-record.js';
import {
  ACCOUNT_LAST_INDEX,
  ACCOUNT_LAST_PLACE,
  ACCOUNT_NUMBER,
  ACCOUNT_WORDS,
  type Accounts,
  NO_ACCOUNT,
} from './accounts.js';

const INITIAL_WORDS = 16 * 1024;

/** What a command's events have in common besides their place: flag bits as they stand in word 1 of an event. */
const LAST_OF_COMMAND = EventFlag.LastOfCommand << 16;

/** Whole event records, back to back, and the part of each that is the same for every kind: its place and its chain. */
export class EventWriter {
  /** The records. Replaced when it grows; what stands after `length` is left over from before. */
  words = new Int32Array(INITIAL_WORDS);
  /** Words in use. */
  length = 0;

  /** Place of the last command, in two halves. */
  placeLow = 0;
  placeHigh = 0;

  readonly #accounts: Accounts;
  #timeLow = 0;
  #timeHigh = 0;
  #index = 0;
  /** Word at which the event written last begins. */
  #last = 0;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /** Forgets what was written. */
  clear(): void {
    this.length = 0;
  }

  /** From here on events belong to the command at this place. */
  beginCommand(placeLow: number, placeHigh: number, timeLow: number, timeHigh: number): void {
    this.placeLow = placeLow;
    this.placeHigh = placeHigh;
    this.#timeLow = timeLow;
    this.#timeHigh = timeHigh;
    this.#index = 0;
  }

  /** Marks the event written last as the last one of its command. */
  endCommand(): void {
    this.words[this.#last + EVENT_CODE]! |= LAST_OF_COMMAND;
  }

  /**
   * Begins the next event of the command: writes words 0 to 11 and moves the account's chain on. Returns the word at
   * which the event begins; the caller writes every word from the order id to the last cell.
   *
   * @param head word 0, with the number of cells
   * @param code word 1
   */
  open(head: number, code: number, instrument: number, accountSlot: number): number {
    const at = this.claim(eventCells(head) * CELL_WORDS);
    const words = this.words;
    const index = this.#index;
    const placeLow = this.placeLow;
    const placeHigh = this.placeHigh;
    const accounts = this.#accounts.words;
    const account = accountSlot * ACCOUNT_WORDS;
    words[at] = head;
    words[at + EVENT_CODE] = code;
    words[at + EVENT_PLACE] = placeLow;
    words[at + EVENT_PLACE + 1] = placeHigh;
    words[at + EVENT_INDEX] = index;
    words[at + EVENT_INSTRUMENT] = instrument;
    words[at + EVENT_ACCOUNT] = accounts[account + ACCOUNT_NUMBER]!;
    words[at + EVENT_PREVIOUS_INDEX] = accounts[account + ACCOUNT_LAST_INDEX]!;
    words[at + EVENT_PREVIOUS_PLACE] = accounts[account + ACCOUNT_LAST_PLACE]!;
    words[at + EVENT_PREVIOUS_PLACE + 1] = accounts[account + ACCOUNT_LAST_PLACE + 1]!;
    words[at + EVENT_TIME] = this.#timeLow;
    words[at + EVENT_TIME + 1] = this.#timeHigh;
    if (accountSlot !== NO_ACCOUNT) {
      accounts[account + ACCOUNT_LAST_INDEX] = index;
      accounts[account + ACCOUNT_LAST_PLACE] = placeLow;
      accounts[account + ACCOUNT_LAST_PLACE + 1] = placeHigh;
    }
    this.#index = index + 1;
    return at;
  }

  /** Makes room for a record of so many words, and returns the word at which it begins. Writes nothing. */
  claim(words: number): number {
    const at = this.length;
    if (at + words > this.words.length) this.#grow(at + words);
    this.length = at + words;
    this.#last = at;
    return at;
  }

  #grow(needed: number): void {
    let size = this.words.length * 2;
    while (size < needed) size *= 2;
    const words = new Int32Array(size);
    words.set(this.words.subarray(0, this.length));
    this.words = words;
  }
}
