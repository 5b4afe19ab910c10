import { CommandFlag } from '../model/command.js';
import { EventFlag } from '../model/event.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_PREVIOUS_PLACE,
  EVENT_SESSION,
  EVENT_TIME,
  eventCells,
} from '../wire/event-record.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SEND_TIME,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TEXT_WORD,
  orderFlags,
  orderLines,
} from '../wire/order-record.js';
import { ClientTexts, TEXT_WORDS, textTag } from './client-texts.js';
import type { EventWriter } from './event-writer.js';
import {
  LIVE_ACCOUNT,
  LIVE_CLIENT_ID,
  LIVE_TERMS,
  ORDER_WORDS,
  type OrderPool,
  TERMS_TEXT,
} from './order-pool.js';
import { numberTag, SlotTable } from './slot-table.js';

/** Largest window: two gigabytes of entries. */
export const MAX_CLIENT_ID_WINDOW = 2 ** 24;

const ANSWER_WORDS = EVENT_CELLS * CELL_WORDS;

/**
 * One remembered command, 128 bytes: its answer (event 0 without its text cells) and what else it takes to know a retry.
 * Account and client id, the key, are those of the answer.
 */
const ENTRY_WORDS = 32;
const ENTRY_CONTENT = ANSWER_WORDS;
const ENTRY_TAG = ANSWER_WORDS + 2;
/** Slot of the text, -1 where the id is a number. */
const ENTRY_TEXT = ANSWER_WORDS + 3;

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

  readonly #orders: OrderPool;
  readonly #texts = new ClientTexts();
  /** From the hash of account and id to a name. */
  readonly #table = new SlotTable();
  #ring = new Int32Array(INITIAL_ENTRIES * ENTRY_WORDS);
  /** By place in the ring: slot of the order that the command made, -1 for none. Not cleared when the order goes. */
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

  /** @param window commands to remember, from 1 to MAX_CLIENT_ID_WINDOW */
  constructor(orders: OrderPool, window: number) {
    if (!Number.isInteger(window) || window < 1 || window > MAX_CLIENT_ID_WINDOW)
      throw new RangeError(
        `client-id window ${window} is not a whole number from 1 to ${MAX_CLIENT_ID_WINDOW}`,
      );
    this.#orders = orders;
    this.#window = window;
  }

  /** Ids remembered. */
  get count(): number {
    return this.#table.count;
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
   * Makes room for the whole window now, for who must not stop to grow later. What is not used yet is no memory yet:
   * the operating system gives it page by page.
   */
  reserve(): void {
    while (this.#ringMask + 1 < this.#window) this.#growRing();
    this.#table.reserve(this.#window);
  }

  /**
   * Remembers a command of sound shape and returns true; the caller gives its answer to `keep`. Where the id is known
   * already, nothing changes and the result is false: `isRetry` and `repeat` say more.
   */
  admit(words: Int32Array, at: number): boolean {
    this.#readContent(words, at);
    const isText = (orderFlags(words[at + 1]!) & CommandFlag.TextClientId) !== 0;
    const account = words[at + ORDER_ACCOUNT]!;
    const low = words[at + ORDER_CLIENT_ID]!;
    const high = words[at + ORDER_CLIENT_ID + 1]!;
    const text = at + ORDER_TEXT_WORD;
    const tag = isText ? textTag(words, text, account) : numberTag(low, high, account);
    this.#known = isText
      ? this.#findText(tag, words, text, account)
      : this.#findNumber(tag, low, high, account);
    if (this.#known !== 0) return false;

    this.late = this.#isLate(words[at + ORDER_SEND_TIME]!, words[at + ORDER_SEND_TIME + 1]!);
    if (this.#windowed === this.#window) this.#dropOldest();
    if (this.#windowed > this.#ringMask) this.#growRing();
    const place = this.#next & this.#ringMask;
    const ring = this.#ring;
    const entry = place * ENTRY_WORDS;
    ring[entry + ENTRY_CONTENT] = this.#contentLow;
    ring[entry + ENTRY_CONTENT + 1] = this.#contentHigh;
    ring[entry + ENTRY_TAG] = tag;
    ring[entry + ENTRY_TEXT] = isText ? this.#texts.add(words, text) : -1;
    this.#orderOfEntry[place] = -1;
    this.#table.add(tag, this.#next + 1);
    this.#next = (this.#next + 1) & COUNTER_MASK;
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
    words[to + EVENT_CODE]! |= EventFlag.Repeated << 16;
    words[to + EVENT_SESSION] = session;
    words[to + EVENT_PREVIOUS_PLACE] = 0;
    words[to + EVENT_PREVIOUS_PLACE + 1] = 0;
    const text = entries[entry + ENTRY_TEXT]!;
    if (text >= 0) this.writeText(text, words, to + ANSWER_WORDS);
  }

  /** Keeps the answer to the command admitted last, which begins at word `from`. */
  keep(words: Int32Array, from: number): void {
    const ring = this.#ring;
    const entry = ((this.#next - 1) & this.#ringMask) * ENTRY_WORDS;
    // Written out, as the engine compiles it to half the work of a loop, and this is done for every command.
    ring[entry] = words[from]!;
    ring[entry + 1] = words[from + 1]!;
    ring[entry + 2] = words[from + 2]!;
    ring[entry + 3] = words[from + 3]!;
    ring[entry + 4] = words[from + 4]!;
    ring[entry + 5] = words[from + 5]!;
    ring[entry + 6] = words[from + 6]!;
    ring[entry + 7] = words[from + 7]!;
    ring[entry + 8] = words[from + 8]!;
    ring[entry + 9] = words[from + 9]!;
    ring[entry + 10] = words[from + 10]!;
    ring[entry + 11] = words[from + 11]!;
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
    return this.#ring[((this.#next - 1) & this.#ringMask) * ENTRY_WORDS + ENTRY_TEXT]!;
  }

  /** The live order that an account (its slot and its number) made under a numeric client id, or -1. */
  findOrder(low: number, high: number, accountSlot: number, account: number): number {
    const tag = numberTag(low, high, account);
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const slot = this.#orderOf(this.#table.valueAt(place));
      if (slot < 0) continue;
      const orders = this.#orders.words;
      const order = slot * ORDER_WORDS;
      if (
        orders[order + LIVE_CLIENT_ID] === low &&
        orders[order + LIVE_CLIENT_ID + 1] === high &&
        orders[order + LIVE_ACCOUNT] === accountSlot &&
        (orders[order + LIVE_TERMS]! & TERMS_TEXT) === 0
      )
        return slot;
    }
    return -1;
  }

  /** The same for a text, whose words begin at `text`. */
  findOrderByText(words: Int32Array, text: number, accountSlot: number, account: number): number {
    const tag = textTag(words, text, account);
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const slot = this.#orderOf(this.#table.valueAt(place));
      if (slot < 0) continue;
      const orders = this.#orders.words;
      const order = slot * ORDER_WORDS;
      if (
        orders[order + LIVE_ACCOUNT] === accountSlot &&
        (orders[order + LIVE_TERMS]! & TERMS_TEXT) !== 0 &&
        this.#texts.holds(orders[order + LIVE_CLIENT_ID]!, words, text)
      )
        return slot;
    }
    return -1;
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
    return slot >= 0 && this.#entryOfOrder[slot] === name ? slot : -1;
  }

  /** The memory in which the entry of this name stands. */
  #memoryOf(name: number): Int32Array {
    return name < 0 ? this.#kept : this.#ring;
  }

  /** The word at which the entry of this name begins. */
  #wordOf(name: number): number {
    return (name < 0 ? -name - 1 : (name - 1) & this.#ringMask) * ENTRY_WORDS;
  }

  #findNumber(tag: number, low: number, high: number, account: number): number {
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const name = this.#table.valueAt(place);
      const entries = this.#memoryOf(name);
      const entry = this.#wordOf(name);
      // An entry with a text has client id 0 here, so it equals no number.
      if (
        entries[entry + EVENT_CLIENT_ID] === low &&
        entries[entry + EVENT_CLIENT_ID + 1] === high &&
        entries[entry + EVENT_ACCOUNT] === account
      )
        return name;
    }
    return 0;
  }

  #findText(tag: number, words: Int32Array, text: number, account: number): number {
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const name = this.#table.valueAt(place);
      const entries = this.#memoryOf(name);
      const entry = this.#wordOf(name);
      const slot = entries[entry + ENTRY_TEXT]!;
      if (slot >= 0 && entries[entry + EVENT_ACCOUNT] === account && this.#texts.holds(slot, words, text))
        return name;
    }
    return 0;
  }

  /** Moves the window on by one command: forgets it, or keeps it with its order while that lives. */
  #dropOldest(): void {
    const counter = (this.#next - this.#windowed) & COUNTER_MASK;
    const name = counter + 1;
    const entry = (counter & this.#ringMask) * ENTRY_WORDS;
    this.#windowed--;
    this.#droppedLow = this.#ring[entry + EVENT_TIME]!;
    this.#droppedHigh = this.#ring[entry + EVENT_TIME + 1]!;
    const order = this.#orderOf(name);
    if (order < 0) {
      this.#forget(name);
      return;
    }
    if (order * ENTRY_WORDS >= this.#kept.length) this.#growKept();
    for (let i = 0; i < ENTRY_WORDS; i++) this.#kept[order * ENTRY_WORDS + i] = this.#ring[entry + i]!;
    this.#entryOfOrder[order] = -(order + 1);
    this.#table.replace(this.#ring[entry + ENTRY_TAG]!, name, -(order + 1));
  }

  #forget(name: number): void {
    const entries = this.#memoryOf(name);
    const entry = this.#wordOf(name);
    this.#table.remove(entries[entry + ENTRY_TAG]!, name);
    const text = entries[entry + ENTRY_TEXT]!;
    if (text >= 0) this.#texts.release(text);
  }

  #isLate(sentLow: number, sentHigh: number): boolean {
    if ((sentLow | sentHigh) === 0) return false;
    if (sentHigh !== this.#droppedHigh) return sentHigh >>> 0 < this.#droppedHigh >>> 0;
    return sentLow >>> 0 < this.#droppedLow >>> 0;
  }

  /**
   * Hashes the command into 64 bits: all words but account and client id, which are the key, and send time, session and
   * receive time, which a retry may change. Each round is one to one, and price and size go to different halves, so a
   * change of either or of both always shows.
   */
  #readContent(words: Int32Array, at: number): void {
    let low = round(0x1b873593, words[at]!);
    let high = round(0xcc9e2d51, words[at + 1]!);
    low = round(low, words[at + ORDER_INSTRUMENT]!);
    high = round(high, words[at + ORDER_TARGET + 1]!);
    low = round(low, words[at + ORDER_TARGET]!);
    high = round(high, words[at + ORDER_PRICE + 1]!);
    low = round(low, words[at + ORDER_PRICE]!);
    high = round(high, words[at + ORDER_SIZE]!);
    low = round(low, words[at + ORDER_SIZE + 1]!);
    const end = at + orderLines(words[at]!) * LINE_WORDS;
    for (let i = at + LINE_WORDS; i < end; i += 2) {
      low = round(low, words[i]!);
      high = round(high, words[i + 1]!);
    }
    this.#contentLow = low;
    this.#contentHigh = high;
  }

  #growRing(): void {
    const ring = new Int32Array(this.#ring.length * 2);
    const orders = new Int32Array(this.#orderOfEntry.length * 2);
    const mask = orders.length - 1;
    for (let counter = this.#next - this.#windowed; counter < this.#next; counter++) {
      const from = counter & this.#ringMask;
      const to = counter & mask;
      ring.set(this.#ring.subarray(from * ENTRY_WORDS, (from + 1) * ENTRY_WORDS), to * ENTRY_WORDS);
      orders[to] = this.#orderOfEntry[from]!;
    }
    this.#ring = ring;
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

function round(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return (mixed << 13) | (mixed >>> 19);
}
