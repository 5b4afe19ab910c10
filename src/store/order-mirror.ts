import { NumberBlocks } from '../book/number-blocks.js';
import { OrderType } from '../model/command.js';
import { CancelReason, EventFlag, EventKind, Repricing } from '../model/event.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_CUMULATIVE,
  EVENT_DISPLAY_SIZE,
  EVENT_EXPIRY,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_STOP_PRICE,
  EVENT_TERMS,
  EVENT_TERMS_MORE,
  EVENT_TIME,
  eventBaseCells,
  eventCodeOf,
  eventFlags,
  eventKind,
  eventSide,
} from '../wire/event-record.js';
import { orderFlags, orderTimeInForce, orderType } from '../wire/order-record.js';
import { readByte, readText } from '../wire/text.js';
import { readWhole, writeBig } from '../wire/words.js';
import { OrderStatus } from './order-status.js';
import { StoreDamaged } from './sink.js';

/** Cells of 64 bits that an order takes: whole numbers as floats, times as two halves. */
const CELLS = 24;

export const ORDER_ID = 0;
export const ORDER_INSTRUMENT = 1;
export const ORDER_ACCOUNT = 2;
/** 0 where it is a text or there is none. */
export const ORDER_CLIENT_ID = 3;
export const ORDER_SIDE = 4;
export const ORDER_TYPE = 5;
export const ORDER_TIME_IN_FORCE = 6;
export const ORDER_FLAGS = 7;
export const ORDER_STATUS = 8;
export const ORDER_PRICE = 9;
export const ORDER_SIZE = 10;
export const ORDER_REMAINING = 11;
export const ORDER_CUMULATIVE = 12;
export const ORDER_NOTIONAL = 13;
export const ORDER_DISPLAY_SIZE = 14;
export const ORDER_STOP_PRICE = 15;
/** Peg reference and trail unit, 256 times the latter. */
export const ORDER_PEG = 16;
export const ORDER_REASON = 17;
export const ORDER_LAST_PLACE = 18;
export const ORDER_LAST_INDEX = 19;
/** How it stands to the batch that is gathered: see below. */
const ORDER_MARK = 20;
/** Whether it has a text client id. */
export const ORDER_HAS_TEXT = 21;
/** Trailing stop: the distance, in its unit. Pegged: the offset in ticks. */
export const ORDER_DISTANCE = 22;

/** Times in ns since the epoch, 0 for none: pairs of words behind the cells, by their number. */
export const TIME_EXPIRES = 0;
export const TIME_ACCEPTED = 1;
export const TIME_TRIGGERED = 2;
export const TIME_FIRST_FILL = 3;
export const TIME_LAST_FILL = 4;
export const TIME_CHANGED = 5;
const TIME_WORDS = 12;

/** In the store as it is. */
const UNTOUCHED = 0;
/** Came with this batch: the store does not have it. */
const FRESH = 1;
/** The store has an older state of it. */
const CHANGED = 2;

const FIRST_SLOTS = 1024;

/** Kinds of events that change an order, and are its mirror's. */
export const CHANGES_ORDER: ReadonlySet<number> = new Set([
  EventKind.Accepted,
  EventKind.Fill,
  EventKind.Cancelled,
  EventKind.Amended,
  EventKind.Triggered,
  EventKind.Refreshed,
  EventKind.Repriced,
  EventKind.Decremented,
]);

/** What becomes of an order that a batch has touched. */
export interface TouchedOrders {
  /** An order whose older state stands in the store among the open ones. */
  replaced(orderId: number, account: number): void;
  /** An order that stays open, by its slot. */
  open(slot: number): void;
  /** An order that is done. */
  done(slot: number): void;
}

/**
 * The open orders of a shard as their rows have them, kept up by events alone. It is what lets all that happened to an order
 * within a batch become one row, and what lets a row be written whole without asking the store.
 */
export class OrderMirror {
  cells = new Float64Array(FIRST_SLOTS * CELLS);
  times = new Int32Array(FIRST_SLOTS * TIME_WORDS);
  readonly #texts = new Map<number, string>();
  /** Slot + 1 by order id. */
  readonly #index = new NumberBlocks();
  readonly #free: number[] = [];
  #used = 0;
  /** Slots that the batch has touched, in the order of their first touch. */
  readonly #touched: number[] = [];

  /** Open orders, and those that were done since the last `settle`. */
  get count(): number {
    return this.#used - this.#free.length;
  }

  /** The first cell of an order's slot. */
  cellOf(slot: number): number {
    return slot * CELLS;
  }

  /** The word of a time of an order's slot; the high half follows. */
  timeOf(slot: number, time: number): number {
    return slot * TIME_WORDS + time * 2;
  }

  setTimeNs(slot: number, time: number, timeNs: bigint): void {
    writeBig(this.times, this.timeOf(slot, time), timeNs);
  }

  textOf(slot: number): string | undefined {
    return this.#texts.get(slot);
  }

  slotOf(orderId: number): number {
    return this.#index.find(orderId | 0, Math.floor(orderId / 4_294_967_296), 0) - 1;
  }

  /** Takes up an order that the store has: the caller fills in its cells and times. */
  load(orderId: number, clientText: string | undefined): number {
    const slot = this.#claim(orderId);
    this.cells[slot * CELLS + ORDER_MARK] = UNTOUCHED;
    if (clientText !== undefined) this.#setText(slot, clientText);
    return slot;
  }

  /**
   * Takes in an event of an order.
   *
   * @param timeInForce of the command, for an Accepted whose record does not say it
   * @throws StoreDamaged where the order is unknown
   */
  take(words: Int32Array, at: number, timeInForce: number): void {
    const kind = eventKind(words[at]!);
    const orderId = readWhole(words, at + EVENT_ORDER);
    const slot =
      kind === EventKind.Accepted ? this.#accept(words, at, orderId, timeInForce) : this.slotOf(orderId);
    if (slot < 0)
      throw new StoreDamaged(`an event is about the order ${orderId}, which is not among the open ones`);
    const { cells, times } = this;
    const cell = slot * CELLS;
    if (cells[cell + ORDER_MARK] === UNTOUCHED) {
      cells[cell + ORDER_MARK] = CHANGED;
      this.#touched.push(slot);
    }
    cells[cell + ORDER_REMAINING] = readWhole(words, at + EVENT_REMAINING);
    cells[cell + ORDER_CUMULATIVE] = readWhole(words, at + EVENT_CUMULATIVE);
    cells[cell + ORDER_LAST_PLACE] = readWhole(words, at + EVENT_PLACE);
    cells[cell + ORDER_LAST_INDEX] = words[at + EVENT_INDEX]!;
    const low = words[at + EVENT_TIME]!;
    const high = words[at + EVENT_TIME + 1]!;
    this.#setTime(slot, TIME_CHANGED, low, high);
    switch (kind) {
      case EventKind.Fill: {
        const price = readWhole(words, at + EVENT_PRICE);
        cells[cell + ORDER_NOTIONAL]! += price * readWhole(words, at + EVENT_SIZE);
        const first = slot * TIME_WORDS + TIME_FIRST_FILL * 2;
        if ((times[first]! | times[first + 1]!) === 0) this.#setTime(slot, TIME_FIRST_FILL, low, high);
        this.#setTime(slot, TIME_LAST_FILL, low, high);
        break;
      }
      case EventKind.Amended:
        cells[cell + ORDER_PRICE] = readWhole(words, at + EVENT_PRICE);
        cells[cell + ORDER_SIZE] = readWhole(words, at + EVENT_SIZE);
        break;
      case EventKind.Triggered:
        cells[cell + ORDER_STATUS] = OrderStatus.Active;
        this.#setTime(slot, TIME_TRIGGERED, low, high);
        break;
      case EventKind.Repriced:
        if (eventCodeOf(words[at + EVENT_CODE]!) === Repricing.Peg)
          cells[cell + ORDER_PRICE] = readWhole(words, at + EVENT_PRICE);
        else {
          cells[cell + ORDER_STOP_PRICE] = readWhole(words, at + EVENT_PRICE);
        }
        break;
      case EventKind.Decremented:
        cells[cell + ORDER_SIZE] = cells[cell + ORDER_REMAINING]! + cells[cell + ORDER_CUMULATIVE]!;
        break;
    }
    const flags = eventFlags(words[at + EVENT_CODE]!);
    if ((flags & EventFlag.OrderDone) === 0) return;
    cells[cell + ORDER_STATUS] = kind === EventKind.Fill ? OrderStatus.Filled : OrderStatus.Cancelled;
    if (kind === EventKind.Cancelled) cells[cell + ORDER_REASON] = eventCodeOf(words[at + EVENT_CODE]!);
    else if (kind === EventKind.Decremented) cells[cell + ORDER_REASON] = CancelReason.SelfTrade;
  }

  /** Tells what became of the orders that were touched since the last call; those that are done are forgotten. */
  settle(touched: TouchedOrders): void {
    const { cells } = this;
    for (const slot of this.#touched) {
      const cell = slot * CELLS;
      const isDone = cells[cell + ORDER_STATUS]! >= OrderStatus.Filled;
      if (cells[cell + ORDER_MARK] === CHANGED)
        touched.replaced(cells[cell + ORDER_ID]!, cells[cell + ORDER_ACCOUNT]!);
      if (isDone) {
        touched.done(slot);
        this.#forget(slot);
      } else {
        touched.open(slot);
        cells[cell + ORDER_MARK] = UNTOUCHED;
      }
    }
    this.#touched.length = 0;
  }

  /** How many orders `settle` will tell of. */
  get touchedCount(): number {
    return this.#touched.length;
  }

  #accept(words: Int32Array, at: number, orderId: number, timeInForce: number): number {
    const slot = this.#claim(orderId);
    const { cells } = this;
    const cell = slot * CELLS;
    const flags = eventFlags(words[at + EVENT_CODE]!);
    cells[cell + ORDER_MARK] = FRESH;
    this.#touched.push(slot);
    cells[cell + ORDER_INSTRUMENT] = words[at + EVENT_INSTRUMENT]!;
    cells[cell + ORDER_ACCOUNT] = words[at + EVENT_ACCOUNT]!;
    cells[cell + ORDER_SIDE] = eventSide(words[at]!);
    cells[cell + ORDER_PRICE] = readWhole(words, at + EVENT_PRICE);
    cells[cell + ORDER_SIZE] = readWhole(words, at + EVENT_SIZE);
    cells[cell + ORDER_STATUS] = OrderStatus.Active;
    if ((flags & EventFlag.TextClientId) === 0)
      cells[cell + ORDER_CLIENT_ID] = readWhole(words, at + EVENT_CLIENT_ID);
    else {
      const text = at + eventBaseCells(words[at]!, words[at + 1]!) * CELL_WORDS;
      this.#setText(slot, readText(words, text * 4 + 4, readByte(words, text * 4)));
    }
    this.#setTime(slot, TIME_ACCEPTED, words[at + EVENT_TIME]!, words[at + EVENT_TIME + 1]!);
    if ((flags & EventFlag.Terms) === 0) {
      cells[cell + ORDER_TYPE] = OrderType.Limit;
      cells[cell + ORDER_TIME_IN_FORCE] = timeInForce;
    } else this.#setTerms(slot, words, at);
    return slot;
  }

  #setTerms(slot: number, words: Int32Array, at: number): void {
    const { cells } = this;
    const cell = slot * CELLS;
    const terms = words[at + EVENT_TERMS]!;
    const more = words[at + EVENT_TERMS_MORE]!;
    cells[cell + ORDER_TYPE] = orderType(terms);
    cells[cell + ORDER_TIME_IN_FORCE] = orderTimeInForce(terms);
    cells[cell + ORDER_FLAGS] = orderFlags(terms);
    cells[cell + ORDER_DISPLAY_SIZE] = readWhole(words, at + EVENT_DISPLAY_SIZE);
    // One field of the record is the one or the other.
    const isDistance = orderType(terms) === OrderType.TrailingStop || orderType(terms) === OrderType.Pegged;
    cells[cell + (isDistance ? ORDER_DISTANCE : ORDER_STOP_PRICE)] = readWhole(words, at + EVENT_STOP_PRICE);
    cells[cell + ORDER_PEG] = more & 0xffff;
    cells[cell + ORDER_STATUS] = OrderStatus.Active + ((more >>> 16) & 0xff);
    this.#setTime(slot, TIME_EXPIRES, words[at + EVENT_EXPIRY]!, words[at + EVENT_EXPIRY + 1]!);
  }

  #setTime(slot: number, time: number, low: number, high: number): void {
    const word = slot * TIME_WORDS + time * 2;
    this.times[word] = low;
    this.times[word + 1] = high;
  }

  #setText(slot: number, text: string): void {
    this.cells[slot * CELLS + ORDER_HAS_TEXT] = 1;
    this.#texts.set(slot, text);
  }

  #claim(orderId: number): number {
    const slot = this.#free.pop() ?? this.#used++;
    if ((slot + 1) * CELLS > this.cells.length) this.#grow();
    this.cells.fill(0, slot * CELLS, (slot + 1) * CELLS);
    this.times.fill(0, slot * TIME_WORDS, (slot + 1) * TIME_WORDS);
    this.cells[slot * CELLS + ORDER_ID] = orderId;
    const place = this.#index.claim(orderId | 0, Math.floor(orderId / 4_294_967_296), 0);
    this.#index.fill(place, slot + 1);
    return slot;
  }

  #forget(slot: number): void {
    const orderId = this.cells[slot * CELLS + ORDER_ID]!;
    this.#index.clear(this.#index.seek(orderId | 0, Math.floor(orderId / 4_294_967_296), 0));
    if (this.cells[slot * CELLS + ORDER_HAS_TEXT] === 1) this.#texts.delete(slot);
    this.#free.push(slot);
  }

  #grow(): void {
    const cells = new Float64Array(this.cells.length * 2);
    cells.set(this.cells);
    this.cells = cells;
    const times = new Int32Array(this.times.length * 2);
    times.set(this.times);
    this.times = times;
  }
}
