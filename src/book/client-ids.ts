import { CommandFlag } from '../model/command.js';
import { ORDER_TEXT_WORD } from '../wire/order-record.js';
import { writeWhole } from '../wire/words.js';
import * as log from './answer-log.js';
import { ClientTexts } from './client-texts.js';
import { contentHigh, contentLow, withLines } from './command-content.js';
import type { EventWriter } from './event-writer.js';
import { NumberBlocks } from './number-blocks.js';
import { SlotTable } from './slot-table.js';
import * as wordIndex from './word-index.js';

// What stands here is compiled in; an imported binding is read from memory at each use.
const { ENTRY_CONTENT, ENTRY_FORM, ENTRY_ID, ENTRY_MORE, ENTRY_PLACE, ENTRY_TIME } = log;
const {
  COUNTER_MASK,
  FORM_ACCEPTED,
  FORM_CODE_SHIFT,
  FORM_MASK,
  FORM_RARE,
  FORM_REJECTED,
  MOST_UNITS,
  UNIT_SHIFT,
} = log;
const { INDEX_MASK } = wordIndex;
const TEXT_FLAG = CommandFlag.TextClientId << 16;

/** Largest window: one to two gigabytes of answers. */
export const MAX_CLIENT_ID_WINDOW = 2 ** 24;

/**
 * What is remembered beside a live order, 32 bytes by its slot.
 *
 * ```
 * word  0  content, place and time: words 0 to 5 of the entry, once that has left the window
 *       6  where the client id stands
 *       7  name of the entry while it is in the window, then KEPT; 0 where there is no order
 * ```
 */
export const OWNED_SHIFT = 3;
export const OWNED_ID = 6;
export const OWNED_NAME = 7;
export const KEPT = -1;

/** Word of an answer that says how many events of its command stand before it: mostly none. */
const ANSWER_INDEX = 4;

const INITIAL_ORDERS = 256;

/**
 * The client ids that the shard remembers: those of the last commands (the window), in a log of their answers, and those
 * of live orders, as long as they live. An id is known by its account and its number or text.
 *
 * The value of an id says what it stands for: -(slot + 1) of the live order that it made, or else the name of its entry
 * in the log, which is over 0. So finding a live order by its client id touches the log nowhere: a memory that is too
 * large to be in a cache.
 */
export class ClientIds {
  /** True where the command admitted last was sent before the window began: it cannot be told from a retry. */
  late = false;
  /** From a numeric id, salted with its account, to its value. */
  declare readonly numbers: NumberBlocks;
  declare readonly log: log.AnswerLog;
  /** Ids that are texts, by slot. */
  declare readonly texts: ClientTexts;
  /** What is remembered beside live orders, by slot. Replaced on growth. */
  owned = new Int32Array(INITIAL_ORDERS << OWNED_SHIFT);

  /** From the hash of account and text to a value. */
  readonly #textTable = new SlotTable();
  #window: number;
  /** Commands in the window, and ids of live orders that have left it. */
  #windowed = 0;
  #kept = 0;
  /** Time of the newest command that has left the window. */
  #droppedLow = 0;
  #droppedHigh = 0;
  /** Content of the command looked at last, where its id stands, and the value that the id had (0: none). */
  #contentLow = 0;
  #contentHigh = 0;
  #where = 0;
  #known = 0;

  /**
   * @param window commands to remember, from 1 to MAX_CLIENT_ID_WINDOW
   * @param hashSalt of the tables in which ids are found
   * @param start counter of the first entry, for tests near the wrap
   */
  constructor(window: number, hashSalt = 0, start = 0) {
    if (!Number.isInteger(window) || window < 1 || window > MAX_CLIENT_ID_WINDOW)
      throw new RangeError(
        `client-id window ${window} is not a whole number from 1 to ${MAX_CLIENT_ID_WINDOW}`,
      );
    this.#window = window;
    this.numbers = new NumberBlocks(hashSalt);
    this.log = new log.AnswerLog(start);
    this.texts = new ClientTexts(hashSalt);
  }

  /** Ids remembered. */
  get count(): number {
    return this.#windowed + this.#kept;
  }

  get window(): number {
    return this.#window;
  }

  /** Sets the window. A smaller one forgets at once. */
  resize(window: number): void {
    this.#window = window;
    for (; this.#windowed > window; this.#windowed--) this.#dropOldest();
  }

  /**
   * Makes room for a whole window of ids in sequence now, for who must not stop to grow later. What is not used yet is no
   * memory yet: the operating system gives it page by page.
   */
  reserve(): void {
    this.log.reserve(2 * this.#window);
    this.numbers.reserve(this.#window);
  }

  /**
   * Remembers a command of sound shape and returns true; the caller gives its answer to `keep`. Where the id is known
   * already, nothing changes and the result is false: `isRetry` and `knownEntry` say more.
   */
  admit(words: Int32Array, at: number): boolean {
    this.#readContent(words, at);
    const isText = (words[at + 1]! & TEXT_FLAG) !== 0;
    const account = words[at + 3]!;
    const text = at + ORDER_TEXT_WORD;
    const hash = isText ? this.texts.tagOf(words, text, account) : 0;
    const place = isText ? -1 : this.numbers.claim(words[at + 4]!, words[at + 5]!, account);
    this.#known = isText ? this.#findText(hash, words, text, account) : this.numbers.values[place]!;
    if (this.#known !== 0) return false;

    this.late = this.isLate(words[at + 12]!, words[at + 13]!);
    const name = this.log.nextName;
    if (isText) {
      this.#where = ~this.texts.add(words, text, account, hash);
      this.#textTable.add(hash, name);
    } else {
      this.#where = place;
      this.numbers.fill(place, name);
    }
    // Only now, lest the block that the id was given is freed with its last other number.
    const entry = this.makeRoom();
    this.log.words[entry + ENTRY_ID] = this.#where;
    return true;
  }

  /**
   * Makes room for one more command in the window: the oldest one leaves it where it is full. Returns the word of the log
   * at which its entry begins.
   */
  makeRoom(): number {
    if (this.#windowed === this.#window) this.#dropOldest();
    else this.#windowed = (this.#windowed + 1) | 0;
    const answers = this.log;
    if (((answers.next - answers.oldest) & COUNTER_MASK) + MOST_UNITS > answers.mask) answers.grow();
    return (answers.next & answers.mask) << UNIT_SHIFT;
  }

  /** Whether the command that was not admitted has the same content as the one that has its id. */
  get isRetry(): boolean {
    const entries = this.knownWords;
    const entry = this.knownWord;
    return (
      entries[entry + ENTRY_CONTENT] === this.#contentLow &&
      entries[entry + ENTRY_CONTENT + 1] === this.#contentHigh
    );
  }

  /** The entry of the command that has the id of the one that was not admitted: its memory, and the word where it begins. */
  get knownWords(): Int32Array {
    return this.#isKept(this.#known) ? this.owned : this.log.words;
  }

  get knownWord(): number {
    const slot = -this.#known - 1;
    if (slot < 0) return this.log.wordOf(this.#known);
    const owned = slot << OWNED_SHIFT;
    return this.#isKept(this.#known) ? owned : this.log.wordOf(this.owned[owned + OWNED_NAME]!);
  }

  /** The form of that entry. */
  get knownForm(): number {
    return this.#isKept(this.#known) ? FORM_ACCEPTED : this.log.words[this.knownWord + ENTRY_FORM]!;
  }

  /** Keeps the answer to the command admitted last, an event that begins at word `from`. */
  keep(events: EventWriter, from: number): void {
    this.#pushEntry(events, this.log.writeAny(events, from), log.FORM_ANY);
  }

  /** Keeps that the command admitted last was rejected for a reason, by an answer that begins at word `from`. */
  keepReject(events: EventWriter, from: number, code: number): void {
    if (events.words[from + ANSWER_INDEX] !== 0) this.keep(events, from);
    else this.#pushEntry(events, FORM_REJECTED | (code << FORM_CODE_SHIFT), 1);
  }

  /** Keeps that the command admitted last made the order in the slot, by an answer that begins at word `from`. */
  keepOrder(events: EventWriter, from: number, slot: number): void {
    const name = this.log.nextName;
    if (events.words[from + ANSWER_INDEX] === 0) this.#pushEntry(events, FORM_ACCEPTED, 1);
    else this.keep(events, from);
    this.own(slot, this.#where, name);
  }

  /** The same for an order with rare terms, whose answer told a price that the command may not name. */
  keepRareOrder(events: EventWriter, from: number, slot: number, priceTicks: number): void {
    const name = this.log.nextName;
    const entry = this.log.nextWord + ENTRY_MORE;
    writeWhole(this.log.words, entry, priceTicks);
    this.log.words[entry + 2] = events.words[from + ANSWER_INDEX]!;
    this.#pushEntry(events, FORM_RARE, 2);
    this.own(slot, this.#where, name);
  }

  /** Says that the order in the slot was made by a command that made others too: it has no id of its own. */
  keepNoOrder(slot: number): void {
    const owned = slot << OWNED_SHIFT;
    if (owned >= this.owned.length) this.growOwned(slot);
    this.owned[owned + OWNED_NAME] = 0;
  }

  /** The slot of the live order whose id has left the window, and was that of the command not admitted; -1: none. */
  get knownKeptOrder(): number {
    return this.#isKept(this.#known) ? -this.#known - 1 : -1;
  }

  /** Says that the numeric id at a place, or the text at `~slot`, is that of the order in the slot. */
  own(slot: number, where: number, name: number): void {
    const owned = slot << OWNED_SHIFT;
    if (owned >= this.owned.length) this.growOwned(slot);
    this.owned[owned + ENTRY_ID] = where;
    this.owned[owned + OWNED_NAME] = name;
    if (where >= 0) this.numbers.values[where] = -(slot + 1);
    else this.#textTable.replace(this.texts.hashOf(~where), name, -(slot + 1));
  }

  /** Says that the order in the slot is gone: its id goes with it, if only the order held it. */
  releaseOrder(slot: number): void {
    const owned = (slot << OWNED_SHIFT) & INDEX_MASK;
    const name = this.owned[owned + OWNED_NAME]!;
    const where = this.owned[owned + ENTRY_ID]!;
    this.owned[owned + OWNED_NAME] = 0;
    if (name > 0) {
      if (where >= 0) this.numbers.values[where] = name;
      else this.#textTable.replace(this.texts.hashOf(~where), -(slot + 1), name);
    } else if (name === KEPT) {
      this.#kept--;
      this.#forget(where, -(slot + 1));
    }
  }

  /** Slot of the text of the command admitted last, -1 where its id is a number. */
  get newestText(): number {
    return this.#where < 0 ? ~this.#where : -1;
  }

  /** The live order that an account made under a numeric client id, or -1. */
  findOrder(low: number, high: number, account: number): number {
    const value = this.numbers.find(low, high, account);
    return value < 0 ? -value - 1 : -1;
  }

  /** The live order that an account made under the text whose words begin at `text`, or -1. */
  findOrderByText(words: Int32Array, text: number, account: number): number {
    const value = this.#findText(this.texts.tagOf(words, text, account), words, text, account);
    return value < 0 ? -value - 1 : -1;
  }

  /** Commands in the window: the entries of the log. */
  get windowed(): number {
    return this.#windowed;
  }

  /** Writes the time of the newest command that has left the window, in two halves at word `to`. */
  writeDropped(words: Int32Array, to: number): void {
    words[to] = this.#droppedLow;
    words[to + 1] = this.#droppedHigh;
  }

  restoreDropped(low: number, high: number): void {
    this.#droppedLow = low;
    this.#droppedHigh = high;
  }

  /** Ends the entry for which `makeRoom` made room, of the order in the slot where that is not -1. */
  restoreEntry(where: number, slot: number): void {
    const { nextName: name, nextWord } = this.log;
    this.#restoreId(where, name);
    this.log.push(this.log.words[nextWord + ENTRY_FORM]! & FORM_MASK);
    if (slot >= 0) this.own(slot, where, name);
  }

  /** Remembers an id that has left the window beside its order; the caller sets content, place and time in `owned`. */
  restoreKept(slot: number, where: number): void {
    this.#restoreId(where, -(slot + 1));
    this.owned[(slot << OWNED_SHIFT) + OWNED_ID] = where;
    this.owned[(slot << OWNED_SHIFT) + OWNED_NAME] = KEPT;
    this.#kept++;
  }

  #restoreId(where: number, value: number): void {
    if (where >= 0) this.numbers.fill(where, value);
    else this.#textTable.add(this.texts.hashOf(~where), value);
  }

  /** True where a command that was sent at this time cannot be told from a retry of one that is forgotten. */
  isLate(sentLow: number, sentHigh: number): boolean {
    if ((sentLow | sentHigh) === 0) return false;
    if (sentHigh !== this.#droppedHigh) return sentHigh >>> 0 < this.#droppedHigh >>> 0;
    // Equal is late too: the forgotten command itself may have been sent within the nanosecond of its frame.
    return sentLow >>> 0 <= this.#droppedLow >>> 0;
  }

  /** True where the value is that of a live order whose entry has left the window. */
  #isKept(value: number): boolean {
    return value < 0 && this.owned[((-value - 1) << OWNED_SHIFT) + OWNED_NAME] === KEPT;
  }

  /** Writes what all entries have of the command admitted last, and ends its entry. */
  #pushEntry(events: EventWriter, form: number, units: number): void {
    const { words } = this.log;
    const entry = this.log.nextWord;
    words[entry + ENTRY_CONTENT] = this.#contentLow;
    words[entry + ENTRY_CONTENT + 1] = this.#contentHigh;
    words[entry + ENTRY_PLACE] = events.placeLow;
    words[entry + ENTRY_PLACE + 1] = events.placeHigh;
    words[entry + ENTRY_TIME] = events.timeLow;
    words[entry + ENTRY_TIME + 1] = events.timeHigh;
    words[entry + ENTRY_FORM] = form;
    this.log.push(units);
  }

  #findText(tag: number, words: Int32Array, text: number, account: number): number {
    const table = this.#textTable;
    for (let place = table.seek(tag); place >= 0; place = table.seekAfter(place, tag)) {
      const value = table.valueAt(place);
      const where =
        value < 0
          ? this.owned[((-value - 1) << OWNED_SHIFT) + ENTRY_ID]!
          : this.log.words[this.log.wordOf(value) + ENTRY_ID]!;
      if (where < 0 && this.texts.holds(~where, words, text, account)) return value;
    }
    return 0;
  }

  /** Takes the oldest command out of the window: forgets it, or keeps it with its order while that lives. */
  #dropOldest(): void {
    const answers = this.log;
    const { words, oldest } = answers;
    const entry = ((oldest & answers.mask) << UNIT_SHIFT) & INDEX_MASK;
    const where = words[entry + ENTRY_ID]!;
    this.#droppedLow = words[entry + ENTRY_TIME]!;
    this.#droppedHigh = words[entry + ENTRY_TIME + 1]!;
    if (where < 0) {
      this.#dropText(~where, entry);
    } else {
      const value = this.numbers.values[where]!;
      if (value < 0) this.#keepEntry(~value, entry);
      else this.numbers.clear(where);
    }
    answers.oldest = ((oldest | 0) + (words[entry + ENTRY_FORM]! & FORM_MASK)) & COUNTER_MASK;
  }

  /** Drops the oldest entry, whose id is the text in the slot. */
  #dropText(text: number, entry: number): void {
    const name = this.log.oldest + 1;
    const hash = this.texts.hashOf(text);
    const table = this.#textTable;
    for (let place = table.seek(hash); place >= 0; place = table.seekAfter(place, hash)) {
      const value = table.valueAt(place);
      if (value === name) {
        this.#forget(~text, name);
        return;
      }
      const slot = -value - 1;
      if (slot >= 0 && this.owned[(slot << OWNED_SHIFT) + OWNED_NAME] === name) {
        this.#keepEntry(slot, entry);
        return;
      }
    }
    throw new Error(`the text in slot ${text} is not in its table`);
  }

  /** Copies an entry that leaves the window to its live order. */
  #keepEntry(slot: number, entry: number): void {
    const { words } = this.log;
    const owned = this.owned;
    const to = slot << OWNED_SHIFT;
    for (let i = 0; i < ENTRY_ID; i++) owned[to + i] = words[entry + i]!;
    owned[to + OWNED_NAME] = KEPT;
    this.#kept++;
  }

  #forget(where: number, value: number): void {
    if (where >= 0) {
      this.numbers.clear(where);
    } else {
      this.#textTable.remove(this.texts.hashOf(~where), value);
      this.texts.release(~where);
    }
  }

  #readContent(words: Int32Array, at: number): void {
    const low = contentLow(words, at);
    const high = contentHigh(words, at);
    this.#contentLow = withLines(low, words, at, 0);
    this.#contentHigh = withLines(high, words, at, 1);
  }

  /** Makes room for what is remembered beside the order in the slot. */
  growOwned(slot: number): void {
    const owned = new Int32Array(Math.max(this.owned.length * 2, (slot + 1) << OWNED_SHIFT));
    owned.set(this.owned);
    this.owned = owned;
  }
}
