import { CommandFlag } from '../model/command.js';
import { EventFlag } from '../model/event.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_INDEX,
  EVENT_ORDER,
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
import { LIVE_TERMS, ORDER_WORDS, type OrderPool, TERMS_OUT_OF_WINDOW } from './order-pool.js';
import { numberTag, SlotTable } from './slot-table.js';

/** Largest window: two gigabytes of entries. */
export const MAX_CLIENT_ID_WINDOW = 2 ** 24;

const ANSWER_WORDS = EVENT_CELLS * CELL_WORDS;

/**
 * One remembered command, 128 bytes: its answer (event 0 without its text cells) and what else it takes to give that
 * answer again. The answer's word 4 is the index and always 0: there stands the slot of the order that the command
 * made, -1 for none. That slot is looked at, not kept up to date: the order is alive while the slot holds its id.
 */
const ENTRY_WORDS = 32;
const ENTRY_ORDER = EVENT_INDEX;
const ENTRY_CONTENT = ANSWER_WORDS;
const ENTRY_TAG = ANSWER_WORDS + 2;
/** The entry that entered the window after this one. Free: the next free entry. */
const ENTRY_NEXT = ANSWER_WORDS + 3;
/** Slot of the text, -1 where the id is a number. */
const ENTRY_TEXT = ANSWER_WORDS + 4;

const INITIAL_ENTRIES = 256;

/**
 * The client ids that the shard remembers: those of the last commands (the window) and those that made a live order.
 * An id is known by its account and its number or text. An entry goes once it is out of the window and its order, if
 * it made one, is gone.
 */
export class ClientIds {
  /** True where the command admitted last was sent before the window began: it cannot be told from a retry. */
  late = false;

  readonly #orders: OrderPool;
  readonly #texts = new ClientTexts();
  readonly #table = new SlotTable();
  #entries = new Int32Array(INITIAL_ENTRIES * ENTRY_WORDS);
  #free = -1;
  #used = 0;

  #window: number;
  #windowed = 0;
  #oldest = -1;
  #newest = -1;
  /** Time of the newest command that has left the window. */
  #droppedLow = 0;
  #droppedHigh = 0;
  /** Content of the command admitted last. */
  #contentLow = 0;
  #contentHigh = 0;

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
   * Remembers a command, of sound shape, and returns its entry; the caller gives the answer to `keep`. Where the id is
   * known already, nothing changes and the result is `~entry`, below 0.
   */
  admit(words: Int32Array, at: number): number {
    this.#readContent(words, at);
    const isText = (orderFlags(words[at + 1]!) & CommandFlag.TextClientId) !== 0;
    const account = words[at + ORDER_ACCOUNT]!;
    const low = words[at + ORDER_CLIENT_ID]!;
    const high = words[at + ORDER_CLIENT_ID + 1]!;
    const tag = isText ? textTag(words, at + ORDER_TEXT_WORD, account) : numberTag(low, high, account);
    const known = isText
      ? this.#seekText(tag, words, at + ORDER_TEXT_WORD, account)
      : this.#seekNumber(tag, low, high, account);
    if (known >= 0) return ~known;

    this.late = this.#isLate(words[at + ORDER_SEND_TIME]!, words[at + ORDER_SEND_TIME + 1]!);
    const entry = this.#allocate();
    const to = entry * ENTRY_WORDS;
    this.#entries[to + ENTRY_ORDER] = -1;
    this.#entries[to + ENTRY_CONTENT] = this.#contentLow;
    this.#entries[to + ENTRY_CONTENT + 1] = this.#contentHigh;
    this.#entries[to + ENTRY_TAG] = tag;
    this.#entries[to + ENTRY_TEXT] = isText ? this.#texts.add(words, at + ORDER_TEXT_WORD) : -1;
    this.#table.add(tag, entry);
    if (this.#windowed === 0) this.#oldest = entry;
    else this.#entries[this.#newest * ENTRY_WORDS + ENTRY_NEXT] = entry;
    this.#newest = entry;
    if (++this.#windowed > this.#window) this.#dropOldest();
    return entry;
  }

  /** True where the command admitted last has the same content as the one that the entry remembers. */
  isSame(entry: number): boolean {
    const at = entry * ENTRY_WORDS;
    return (
      this.#entries[at + ENTRY_CONTENT] === this.#contentLow &&
      this.#entries[at + ENTRY_CONTENT + 1] === this.#contentHigh
    );
  }

  /** Keeps the answer that begins at word `from`, and the order that the command made (-1: none). */
  keep(entry: number, words: Int32Array, from: number, order: number): void {
    const entries = this.#entries;
    const at = entry * ENTRY_WORDS;
    for (let i = 0; i < ANSWER_WORDS; i++) entries[at + i] = words[from + i]!;
    entries[at + ENTRY_ORDER] = order;
  }

  /** Writes the answer of an entry once more, for the session that asks again. */
  repeat(entry: number, session: number, events: EventWriter): void {
    const entries = this.#entries;
    const at = entry * ENTRY_WORDS;
    const to = events.claim(eventCells(entries[at]!) * CELL_WORDS);
    const words = events.words;
    for (let i = 0; i < ANSWER_WORDS; i++) words[to + i] = entries[at + i]!;
    words[to + EVENT_CODE]! |= EventFlag.Repeated << 16;
    words[to + EVENT_INDEX] = 0;
    words[to + EVENT_SESSION] = session;
    words[to + EVENT_PREVIOUS_PLACE] = 0;
    words[to + EVENT_PREVIOUS_PLACE + 1] = 0;
    const text = entries[at + ENTRY_TEXT]!;
    if (text >= 0) this.writeText(text, words, to + ANSWER_WORDS);
  }

  /** The live order that an account made under a numeric client id, or -1. */
  orderOfNumber(low: number, high: number, account: number): number {
    if ((low | high) === 0) return -1;
    return this.#orderOf(this.#seekNumber(numberTag(low, high, account), low, high, account));
  }

  /** The live order that an account made under the text whose words begin at `text`, or -1. */
  orderOfText(words: Int32Array, text: number, account: number): number {
    return this.#orderOf(this.#seekText(textTag(words, text, account), words, text, account));
  }

  /** Slot of the text of an entry, -1 where its id is a number. */
  textOf(entry: number): number {
    return this.#entries[entry * ENTRY_WORDS + ENTRY_TEXT]!;
  }

  /** Writes the two cells of a text at word `to`. */
  writeText(text: number, words: Int32Array, to: number): void {
    const from = text * TEXT_WORDS;
    for (let i = 0; i < TEXT_WORDS; i++) words[to + i] = this.#texts.words[from + i]!;
    for (let i = TEXT_WORDS; i < 2 * CELL_WORDS; i++) words[to + i] = 0;
  }

  /** Forgets an entry that is out of the window and whose order is gone. */
  forget(entry: number): void {
    const at = entry * ENTRY_WORDS;
    this.#table.remove(this.#entries[at + ENTRY_TAG]!, entry);
    const text = this.#entries[at + ENTRY_TEXT]!;
    if (text >= 0) this.#texts.release(text);
    this.#entries[at + ENTRY_NEXT] = this.#free;
    this.#free = entry;
  }

  #dropOldest(): void {
    const entry = this.#oldest;
    const at = entry * ENTRY_WORDS;
    this.#oldest = this.#entries[at + ENTRY_NEXT]!;
    this.#windowed--;
    this.#droppedLow = this.#entries[at + EVENT_TIME]!;
    this.#droppedHigh = this.#entries[at + EVENT_TIME + 1]!;
    const order = this.#orderOf(entry);
    if (order >= 0) this.#orders.words[order * ORDER_WORDS + LIVE_TERMS]! |= TERMS_OUT_OF_WINDOW;
    else this.forget(entry);
  }

  #orderOf(entry: number): number {
    if (entry < 0) return -1;
    const at = entry * ENTRY_WORDS;
    const order = this.#entries[at + ENTRY_ORDER]!;
    if (order < 0) return -1;
    return this.#orders.holds(order, this.#entries[at + EVENT_ORDER]!, this.#entries[at + EVENT_ORDER + 1]!)
      ? order
      : -1;
  }

  #seekNumber(tag: number, low: number, high: number, account: number): number {
    const entries = this.#entries;
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const entry = this.#table.slotAt(place);
      const at = entry * ENTRY_WORDS;
      // An entry with a text has client id 0 here, so it equals no number.
      if (
        entries[at + EVENT_CLIENT_ID] === low &&
        entries[at + EVENT_CLIENT_ID + 1] === high &&
        entries[at + EVENT_ACCOUNT] === account
      )
        return entry;
    }
    return -1;
  }

  #seekText(tag: number, words: Int32Array, text: number, account: number): number {
    for (let place = this.#table.seek(tag); place >= 0; place = this.#table.seekAfter(place, tag)) {
      const entry = this.#table.slotAt(place);
      const slot = this.#entries[entry * ENTRY_WORDS + ENTRY_TEXT]!;
      if (
        slot >= 0 &&
        this.#entries[entry * ENTRY_WORDS + EVENT_ACCOUNT] === account &&
        this.#texts.holds(slot, words, text)
      )
        return entry;
    }
    return -1;
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

  #allocate(): number {
    const entry = this.#free;
    if (entry >= 0) {
      this.#free = this.#entries[entry * ENTRY_WORDS + ENTRY_NEXT]!;
      return entry;
    }
    if (this.#used * ENTRY_WORDS === this.#entries.length) {
      const entries = new Int32Array(this.#entries.length * 2);
      entries.set(this.#entries);
      this.#entries = entries;
    }
    return this.#used++;
  }
}

function round(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return (mixed << 13) | (mixed >>> 19);
}
