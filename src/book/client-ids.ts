import { CommandFlag } from '../model/command.js';
import { EventFlag } from '../model/event.js';
import { CELL_WORDS, EVENT_CELLS, eventCells } from '../wire/event-record.js';
import { LINE_WORDS, ORDER_TEXT_WORD, orderLines } from '../wire/order-record.js';
import { ClientTexts, TEXT_WORDS, textTag } from './client-texts.js';
import type { EventWriter } from './event-writer.js';
import { NumberBlocks } from './number-blocks.js';
import { SlotTable } from './slot-table.js';

const TEXT_FLAG = CommandFlag.TextClientId << 16;

/** Largest window: two gigabytes of entries. */
export const MAX_CLIENT_ID_WINDOW = 2 ** 24;

/**
 * One remembered command, 128 bytes: its answer (event 0 without its text cells) and what else it takes to know a retry.
 * Account and client id, the key, are those of the answer.
 *
 * Where words are written by number, the number is the word of the layout that `wire/event-record.ts` draws, or of the
 * record in `wire/order-record.ts`.
 */
const ENTRY_SHIFT = 5;
const ENTRY_WORDS = 1 << ENTRY_SHIFT;
const ANSWER_WORDS = EVENT_CELLS * CELL_WORDS;
const ENTRY_CONTENT = 24;
/** Where the id stands: a number's place in its blocks, a text's hash. */
const ENTRY_PLACE = 26;
/** Slot of the text, -1 where the id is a number. */
const ENTRY_TEXT = 27;
/** Words of the answer that are looked at. */
const ANSWER_ACCOUNT = 6;
const ANSWER_TIME = 10;

const INITIAL_ENTRIES = 256;
const INITIAL_ORDERS = 256;

/** Commands are counted in 30 bits: many times the largest window. */
const COUNTER_MASK = 2 ** 30 - 1;

/**
 * The client ids that the shard remembers: those of the last commands (the window), in a ring, and those that made an
 * order which outlives the window, kept beside the order as long as it lives. An id is known by its account and its
 * number or text.
 *
 * A name says where an entry stands: a command's counter + 1 while it is in the window, -(order slot + 1) when it is
 * kept with its order, 0 for none. The ring is written and read in sequence, and finding a live order by its client id
 * touches no entry, only two small arrays: these memories are too large to be in a cache.
 */
export class ClientIds {
  /** True where the command admitted last was sent before the window began: it cannot be told from a retry. */
  late = false;
  /** The entries of the window, as words and as pairs of words (see `EventWriter`). Replaced on growth. */
  ring: Int32Array;
  ringPairs: Float64Array;

  readonly #texts = new ClientTexts();
  /** From a numeric id, salted with its account, to a name. */
  readonly #numbers: NumberBlocks;
  /** From the hash of account and text to a name. */
  readonly #textTable = new SlotTable();
  readonly #hashSalt: number;
  /** By place in the ring: slot of the order that the command made. Left as it was where it made none. */
  #orderOfEntry = new Int32Array(INITIAL_ENTRIES);
  #ringMask = INITIAL_ENTRIES - 1;
  /** By order slot: the entry kept with the order. */
  #kept = new Int32Array(0);
  /** By order slot: name of the entry that made the order; 0 where the order is gone. */
  #entryOfOrder = new Int32Array(INITIAL_ORDERS);

  #window: number;
  /** Counter of the next command, and how many before it are in the window. */
  #next = 0;
  #windowed = 0;
  /** Time of the newest command that has left the window. */
  #droppedLow = 0;
  #droppedHigh = 0;
  /** Content of the command looked at last, and the name of the entry that had its id (0: none). */
  #contentLow = 0;
  #contentHigh = 0;
  #known = 0;

  /**
   * @param window commands to remember, from 1 to MAX_CLIENT_ID_WINDOW
   * @param hashSalt of the tables in which ids are found
   * @param start counter of the first command, for tests near the wrap
   */
  constructor(window: number, hashSalt = 0, start = 0) {
    if (!Number.isInteger(window) || window < 1 || window > MAX_CLIENT_ID_WINDOW)
      throw new RangeError(
        `client-id window ${window} is not a whole number from 1 to ${MAX_CLIENT_ID_WINDOW}`,
      );
    this.#window = window;
    this.#hashSalt = hashSalt;
    this.#numbers = new NumberBlocks(hashSalt);
    this.#next = start & COUNTER_MASK;
    this.ring = new Int32Array(INITIAL_ENTRIES * ENTRY_WORDS);
    this.ringPairs = new Float64Array(this.ring.buffer);
  }

  /** Ids remembered. */
  get count(): number {
    return this.#numbers.count + this.#textTable.count;
  }

  get window(): number {
    return this.#window;
  }

  /** Sets the window. A smaller one forgets at once. */
  resize(window: number): void {
    this.#window = window;
    while (this.#windowed > window) this.#dropOldest();
  }

  /**
   * Makes room for a whole window of ids in sequence now, for who must not stop to grow later. What is not used yet is no
   * memory yet: the operating system gives it page by page.
   */
  reserve(): void {
    while (this.#ringMask + 1 < this.#window) this.#growRing();
    this.#numbers.reserve(this.#window);
  }

  /**
   * Remembers a command of sound shape and returns true; the caller gives its answer to `keep`. Where the id is known
   * already, nothing changes and the result is false: `isRetry` and `repeat` say more.
   */
  admit(words: Int32Array, at: number): boolean {
    this.#readContent(words, at);
    const isText = (words[at + 1]! & TEXT_FLAG) !== 0;
    const account = words[at + 3]!;
    const low = words[at + 4]!;
    const high = words[at + 5]!;
    const counter = this.#next;
    const name = counter + 1;
    const where = isText
      ? this.#addText(words, at + ORDER_TEXT_WORD, account, name)
      : this.#addNumber(low, high, account, name);
    if (this.#known !== 0) return false;

    this.late = this.#isLate(words[at + 12]!, words[at + 13]!);
    if (this.#windowed === this.#window) this.#dropOldest();
    if (this.#windowed > this.#ringMask) this.#growRing();
    const { ring } = this;
    const entry = (counter & this.#ringMask) << ENTRY_SHIFT;
    ring[entry + ENTRY_CONTENT] = this.#contentLow;
    ring[entry + ENTRY_CONTENT + 1] = this.#contentHigh;
    ring[entry + ENTRY_PLACE] = where;
    ring[entry + ENTRY_TEXT] = isText ? this.#texts.add(words, at + ORDER_TEXT_WORD) : -1;
    this.#next = name & COUNTER_MASK;
    this.#windowed++;
    return true;
  }

  /** Whether the command that was not admitted has the same content as the one that has its id. */
  get isRetry(): boolean {
    const entries = this.#memoryOf(this.#known);
    const entry = this.#wordOf(this.#known);
    return (
      entries[entry + ENTRY_CONTENT] === this.#contentLow &&
      entries[entry + ENTRY_CONTENT + 1] === this.#contentHigh
    );
  }

  /** Writes the first answer to the command that was not admitted once more, for the session that asks again. */
  repeat(session: number, events: EventWriter): void {
    const entries = this.#memoryOf(this.#known);
    const entry = this.#wordOf(this.#known);
    const to = events.claim(eventCells(entries[entry]!) * CELL_WORDS);
    const words = events.words;
    for (let i = 0; i < ANSWER_WORDS; i++) words[to + i] = entries[entry + i]!;
    words[to + 1]! |= EventFlag.Repeated << 16;
    words[to + 7] = session;
    words[to + 8] = 0;
    words[to + 9] = 0;
    const text = entries[entry + ENTRY_TEXT]!;
    if (text >= 0) this.writeText(text, words, to + ANSWER_WORDS);
  }

  /** The word of `ring` at which the entry of the command admitted last begins. */
  get newestWord(): number {
    return ((this.#next - 1) & this.#ringMask) << ENTRY_SHIFT;
  }

  /** Keeps words 0 to 11 of the answer to the command admitted last, which begins at word `from`. */
  keepHead(events: EventWriter, from: number): void {
    const { words, pairs } = events;
    const { ring, ringPairs } = this;
    const entry = this.newestWord;
    const pair = entry >> 1;
    const fromPair = from >> 1;
    ring[entry] = words[from]!;
    ring[entry + 1] = words[from + 1]!;
    ringPairs[pair + 1] = pairs[fromPair + 1]!;
    ring[entry + 5] = words[from + 5]!;
    ringPairs[pair + 3] = pairs[fromPair + 3]!;
    ringPairs[pair + 4] = pairs[fromPair + 4]!;
    ring[entry + 10] = words[from + 10]!;
    ring[entry + 11] = words[from + 11]!;
  }

  /** Keeps the answer to the command admitted last, which begins at word `from`. */
  keep(events: EventWriter, from: number): void {
    this.keepHead(events, from);
    const { words } = events;
    const { ring } = this;
    const entry = this.newestWord;
    ring[entry + 12] = words[from + 12]!;
    ring[entry + 13] = words[from + 13]!;
    ring[entry + 14] = words[from + 14]!;
    ring[entry + 15] = words[from + 15]!;
    ring[entry + 16] = words[from + 16]!;
    ring[entry + 17] = words[from + 17]!;
    ring[entry + 18] = words[from + 18]!;
    ring[entry + 19] = words[from + 19]!;
    ring[entry + 20] = words[from + 20]!;
    ring[entry + 21] = words[from + 21]!;
    ring[entry + 22] = words[from + 22]!;
    ring[entry + 23] = words[from + 23]!;
  }

  /** Says that the command admitted last made the order in the slot. */
  keepOrder(order: number): void {
    if (order >= this.#entryOfOrder.length) this.#growOrders(order);
    const counter = (this.#next - 1) & COUNTER_MASK;
    this.#orderOfEntry[counter & this.#ringMask] = order;
    this.#entryOfOrder[order] = counter + 1;
  }

  /** Says that the order in the slot is gone: its id goes with it, if only the order held it. */
  releaseOrder(order: number): void {
    const name = this.#entryOfOrder[order]!;
    this.#entryOfOrder[order] = 0;
    if (name < 0) this.#forget(name);
  }

  /** Slot of the text of the command admitted last, -1 where its id is a number. */
  get newestText(): number {
    return this.ring[this.newestWord + ENTRY_TEXT]!;
  }

  /** The live order that an account made under a numeric client id, or -1. */
  findOrder(low: number, high: number, account: number): number {
    const name = this.#numbers.find(low, high, account);
    return name === 0 ? -1 : this.#orderOf(name);
  }

  /** The live order that an account made under the text whose words begin at `text`, or -1. */
  findOrderByText(words: Int32Array, text: number, account: number): number {
    const name = this.#findText(textTag(words, text, account, this.#hashSalt), words, text, account);
    return name === 0 ? -1 : this.#orderOf(name);
  }

  /** Writes the two cells of a text at word `to`. */
  writeText(text: number, words: Int32Array, to: number): void {
    const from = text * TEXT_WORDS;
    for (let i = 0; i < TEXT_WORDS; i++) words[to + i] = this.#texts.words[from + i]!;
    for (let i = TEXT_WORDS; i < 2 * CELL_WORDS; i++) words[to + i] = 0;
  }

  /** The slot of the live order that the entry of this name made, or -1. */
  #orderOf(name: number): number {
    if (name < 0) return -name - 1;
    const slot = this.#orderOfEntry[(name - 1) & this.#ringMask]!;
    return this.#entryOfOrder[slot] === name ? slot : -1;
  }

  /** The memory in which the entry of this name stands. */
  #memoryOf(name: number): Int32Array {
    return name < 0 ? this.#kept : this.ring;
  }

  /** The word at which the entry of this name begins. */
  #wordOf(name: number): number {
    return (name < 0 ? -name - 1 : (name - 1) & this.#ringMask) << ENTRY_SHIFT;
  }

  /** Gives a name to a numeric id that has none, and returns its place; says in `#known` if it has one. */
  #addNumber(low: number, high: number, account: number, name: number): number {
    const place = this.#numbers.add(low, high, account, name);
    this.#known = place < 0 ? this.#numbers.valueAt(~place) : 0;
    return place;
  }

  /** The same for a text, whose words begin at `text`; returns its hash. */
  #addText(words: Int32Array, text: number, account: number, name: number): number {
    const hash = textTag(words, text, account, this.#hashSalt);
    this.#known = this.#findText(hash, words, text, account);
    if (this.#known === 0) this.#textTable.add(hash, name);
    return hash;
  }

  #findText(tag: number, words: Int32Array, text: number, account: number): number {
    for (let place = this.#textTable.seek(tag); place >= 0; place = this.#textTable.seekAfter(place, tag)) {
      const name = this.#textTable.valueAt(place);
      const entries = this.#memoryOf(name);
      const entry = this.#wordOf(name);
      const slot = entries[entry + ENTRY_TEXT]!;
      if (slot >= 0 && entries[entry + ANSWER_ACCOUNT] === account && this.#texts.holds(slot, words, text))
        return name;
    }
    return 0;
  }

  /** Moves the window on by one command: forgets it, or keeps it with its order while that lives. */
  #dropOldest(): void {
    const counter = (this.#next - this.#windowed) & COUNTER_MASK;
    const name = counter + 1;
    const entry = (counter & this.#ringMask) << ENTRY_SHIFT;
    this.#windowed--;
    this.#droppedLow = this.ring[entry + ANSWER_TIME]!;
    this.#droppedHigh = this.ring[entry + ANSWER_TIME + 1]!;
    const order = this.#orderOf(name);
    if (order < 0) {
      this.#forget(name);
      return;
    }
    if (order * ENTRY_WORDS >= this.#kept.length) this.#growKept();
    copyEntry(this.ring, entry, this.#kept, order << ENTRY_SHIFT);
    const keptName = -(order + 1);
    this.#entryOfOrder[order] = keptName;
    const place = this.ring[entry + ENTRY_PLACE]!;
    if (this.ring[entry + ENTRY_TEXT]! < 0) this.#numbers.replaceAt(place, keptName);
    else this.#textTable.replace(place, name, keptName);
  }

  #forget(name: number): void {
    const entries = this.#memoryOf(name);
    const entry = this.#wordOf(name);
    const place = entries[entry + ENTRY_PLACE]!;
    const text = entries[entry + ENTRY_TEXT]!;
    if (text < 0) {
      this.#numbers.removeAt(place, name);
    } else {
      this.#textTable.remove(place, name);
      this.#texts.release(text);
    }
  }

  #isLate(sentLow: number, sentHigh: number): boolean {
    if ((sentLow | sentHigh) === 0) return false;
    if (sentHigh !== this.#droppedHigh) return sentHigh >>> 0 < this.#droppedHigh >>> 0;
    // Equal is late too: the forgotten command itself may have been sent within the nanosecond of its frame.
    return sentLow >>> 0 <= this.#droppedLow >>> 0;
  }

  /**
   * Hashes the command into 64 bits: all words but account and client id, which are the key, and send time, session and
   * receive time, which a retry may change. Odd factors are one to one, and price and size go to different halves, so a
   * change of either or of both always shows.
   */
  #readContent(words: Int32Array, at: number): void {
    const head = words[at]!;
    let low = Math.imul(head, 0x9e3779b1);
    let high = Math.imul(words[at + 1]!, 0x85ebca6b);
    low = (low + Math.imul(words[at + 2]!, 0xc2b2ae35)) | 0;
    high = (high + Math.imul(words[at + 7]!, 0x27d4eb2f)) | 0;
    low = (low + Math.imul(words[at + 6]!, 0x165667b1)) | 0;
    high = (high + Math.imul(words[at + 9]!, 0x2c1b3c6d)) | 0;
    low = (low + Math.imul(words[at + 8]!, 0x297a2d39)) | 0;
    high = (high + Math.imul(words[at + 10]!, 0x1b56c4e9)) | 0;
    low = (low + Math.imul(words[at + 11]!, 0x1b873593)) | 0;
    if (orderLines(head) > 1) {
      const end = at + orderLines(head) * LINE_WORDS;
      for (let i = at + LINE_WORDS; i < end; i += 2) {
        low = Math.imul(low ^ words[i]!, 0x85ebca6b);
        low = (low << 13) | (low >>> 19);
        high = Math.imul(high ^ words[i + 1]!, 0xc2b2ae35);
        high = (high << 17) | (high >>> 15);
      }
    }
    this.#contentLow = low;
    this.#contentHigh = high;
  }

  #growRing(): void {
    const places = this.#ringMask + 1;
    const ring = new Int32Array(this.ring.length * 2);
    const orders = new Int32Array(places * 2);
    const mask = orders.length - 1;
    const oldest = (this.#next - this.#windowed) & COUNTER_MASK;
    // What stands up to the end of the old ring, and what stands from its start, are each in one piece in the new one.
    const untilEnd = Math.min(this.#windowed, places - (oldest & this.#ringMask));
    for (const [counter, count] of [
      [oldest, untilEnd],
      [oldest + untilEnd, this.#windowed - untilEnd],
    ] as const) {
      const from = counter & this.#ringMask;
      const to = counter & mask;
      ring.set(this.ring.subarray(from << ENTRY_SHIFT, (from + count) << ENTRY_SHIFT), to << ENTRY_SHIFT);
      orders.set(this.#orderOfEntry.subarray(from, from + count), to);
    }
    this.ring = ring;
    this.ringPairs = new Float64Array(ring.buffer);
    this.#orderOfEntry = orders;
    this.#ringMask = mask;
  }

  #growOrders(order: number): void {
    const entries = new Int32Array(Math.max(this.#entryOfOrder.length * 2, order + 1));
    entries.set(this.#entryOfOrder);
    this.#entryOfOrder = entries;
  }

  #growKept(): void {
    const kept = new Int32Array(this.#entryOfOrder.length * ENTRY_WORDS);
    kept.set(this.#kept);
    this.#kept = kept;
  }
}

/** Copies one entry, four words at a time: this is done for every order that outlives the window. */
function copyEntry(from: Int32Array, fromWord: number, to: Int32Array, toWord: number): void {
  for (let i = 0; i < ENTRY_WORDS; i += 4) {
    to[toWord + i] = from[fromWord + i]!;
    to[toWord + i + 1] = from[fromWord + i + 1]!;
    to[toWord + i + 2] = from[fromWord + i + 2]!;
    to[toWord + i + 3] = from[fromWord + i + 3]!;
  }
}
