import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import { EVENT_CELLS, EVENT_TEXT_CELLS, eventHead, FILL_CELLS } from '../wire/event-record.js';
import { writeCommandText } from './answers.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import * as pool from './order-pool.js';
import * as wordIndex from './word-index.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CUMULATIVE, LIVE_ID } = pool;
const { LIVE_PRICE, LIVE_REMAINING, LIVE_TERMS, TERMS_SIDE, TERMS_TEXT } = pool;
const { ORDER_SHIFT, ORDER_FLOATS_SHIFT } = pool;
const { INDEX_MASK } = wordIndex;

const CANCELLED = EventKind.Cancelled;
const TEXT_CELLS = EVENT_TEXT_CELLS << 16;
const FILL_HEAD = eventHead(EventKind.Fill, FILL_CELLS, 0);
const FILL_WORDS = 32;
const REST_HEAD = eventHead(CANCELLED, EVENT_CELLS, 0);
const REST_CODE = CancelReason.ImmediateOrCancelRest | (EventFlag.OrderDone << 16);
const ANSWER = EventFlag.Answer << 16;
const TEXT = EventFlag.TextClientId << 16;
const DONE = EventFlag.OrderDone << 16;
const MAKER = EventFlag.Maker << 16;

/** The high half of a whole number is the number times this, cut off. */
const HIGH = 1 / 4_294_967_296;

/** Trade of a fill: its number in the instrument, and its lots. In an array, as floats in arguments may be allocated. */
export const TRADE_NUMBER = 0;
export const TRADE_LOTS = 1;

/**
 * The events that speak of a live order, written from its slot.
 *
 * Where words are written by number, the number is the word of the layout that `wire/event-record.ts` draws.
 */
export class OrderEvents {
  declare private readonly events: EventWriter;
  declare private readonly orders: pool.OrderPool;
  declare private readonly clientIds: ClientIds;

  constructor(events: EventWriter, orders: pool.OrderPool, clientIds: ClientIds) {
    this.events = events;
    this.orders = orders;
    this.clientIds = clientIds;
  }

  /**
   * Answers the command at word `at` with what becomes of the order in the slot, and returns the word at which the event
   * begins. Cancelled: all that remains is the cancelled rest. Any other kind: the size is the total.
   *
   * @param head word 0, for an answer without a text and without a side
   * @param code word 1, without the flags Answer and TextClientId
   */
  answer(
    words: Int32Array,
    at: number,
    head: number,
    code: number,
    isText: boolean,
    slot: number,
    instrument: number,
  ): number {
    const orders = this.orders.words;
    const { floats } = this.orders;
    const order = slot << ORDER_SHIFT;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const side = (orders[order + LIVE_TERMS]! & TERMS_SIDE) << 24;
    const fullHead = (head | side) + (isText ? TEXT_CELLS : 0);
    const fullCode = code | (isText ? ANSWER | TEXT : ANSWER);
    const to = this.events.open(fullHead, fullCode, instrument, orders[order + LIVE_ACCOUNT]!);
    const out = this.events.words;
    const cumulative = floats[orderFloat + LIVE_CUMULATIVE]!;
    const rest = floats[orderFloat + LIVE_REMAINING]!;
    const isCancelled = ((head >>> 8) & 0xff) === CANCELLED;
    const size = isCancelled ? rest : rest + cumulative;
    const remaining = isCancelled ? 0 : rest;
    out[to + 12] = orders[order + LIVE_ID]!;
    out[to + 13] = orders[order + LIVE_ID + 1]!;
    out[to + 14] = words[at + 4]!;
    out[to + 15] = words[at + 5]!;
    out[to + 16] = orders[order + LIVE_PRICE]!;
    out[to + 17] = orders[order + LIVE_PRICE + 1]!;
    out[to + 18] = size | 0;
    out[to + 19] = (size * HIGH) | 0;
    out[to + 20] = remaining | 0;
    out[to + 21] = (remaining * HIGH) | 0;
    out[to + 22] = cumulative | 0;
    out[to + 23] = (cumulative * HIGH) | 0;
    if (isText) writeCommandText(words, at, out, to);
    return to;
  }

  /**
   * Writes the two sides of a trade: the taker's, then the maker's. Both orders are as the trade leaves them.
   *
   * @param trade TRADE_NUMBER and TRADE_LOTS
   */
  fills(taker: number, maker: number, trade: Float64Array, instrument: number): void {
    const number = trade[TRADE_NUMBER]!;
    const lots = trade[TRADE_LOTS]!;
    const orders = this.orders.words;
    const { floats } = this.orders;
    const takerOrder = (taker << ORDER_SHIFT) & INDEX_MASK;
    const makerOrder = (maker << ORDER_SHIFT) & INDEX_MASK;
    const takerTerms = orders[takerOrder + LIVE_TERMS]!;
    const makerTerms = orders[makerOrder + LIVE_TERMS]!;
    if (((takerTerms | makerTerms) & TERMS_TEXT) !== 0) {
      this.#fill(taker, maker, maker, 0, trade, instrument);
      this.#fill(maker, taker, maker, MAKER, trade, instrument);
      return;
    }
    // Without a text both have the same length and share most words: they are written side by side.
    const events = this.events;
    const to = events.claim(2 * FILL_WORDS) & INDEX_MASK;
    const { index } = events;
    events.index = index + 2;
    events.last = to + FILL_WORDS;
    const takerRest = floats[((taker << ORDER_FLOATS_SHIFT) & INDEX_MASK) + LIVE_REMAINING]!;
    const makerRest = floats[((maker << ORDER_FLOATS_SHIFT) & INDEX_MASK) + LIVE_REMAINING]!;
    const takerDone = floats[((taker << ORDER_FLOATS_SHIFT) & INDEX_MASK) + LIVE_CUMULATIVE]!;
    const makerDone = floats[((maker << ORDER_FLOATS_SHIFT) & INDEX_MASK) + LIVE_CUMULATIVE]!;
    const makerTo = to + FILL_WORDS;
    const takerCode = takerRest === 0 ? DONE : 0;
    const makerCode = makerRest === 0 ? MAKER | DONE : MAKER;
    const takerHead = FILL_HEAD | ((takerTerms & TERMS_SIDE) << 24);
    const makerHead = FILL_HEAD | ((makerTerms & TERMS_SIDE) << 24);
    events.writeHead(to, takerHead, takerCode, instrument, orders[takerOrder + LIVE_ACCOUNT]!, index);
    events.writeHead(
      makerTo,
      makerHead,
      makerCode,
      instrument,
      orders[makerOrder + LIVE_ACCOUNT]!,
      index + 1,
    );
    const out = events.words;
    const takerLow = orders[takerOrder + LIVE_ID]!;
    const takerHigh = orders[takerOrder + LIVE_ID + 1]!;
    const makerLow = orders[makerOrder + LIVE_ID]!;
    const makerHigh = orders[makerOrder + LIVE_ID + 1]!;
    const priceLow = orders[makerOrder + LIVE_PRICE]!;
    const priceHigh = orders[makerOrder + LIVE_PRICE + 1]!;
    const lotsLow = lots | 0;
    const lotsHigh = (lots * HIGH) | 0;
    const numberLow = number | 0;
    const numberHigh = (number * HIGH) | 0;
    out[to + 12] = takerLow;
    out[to + 13] = takerHigh;
    out[to + 14] = orders[takerOrder + LIVE_CLIENT_ID]!;
    out[to + 15] = orders[takerOrder + LIVE_CLIENT_ID + 1]!;
    out[to + 16] = priceLow;
    out[to + 17] = priceHigh;
    out[to + 18] = lotsLow;
    out[to + 19] = lotsHigh;
    out[to + 20] = takerRest | 0;
    out[to + 21] = (takerRest * HIGH) | 0;
    out[to + 22] = takerDone | 0;
    out[to + 23] = (takerDone * HIGH) | 0;
    out[to + 24] = numberLow;
    out[to + 25] = numberHigh;
    out[to + 26] = makerLow;
    out[to + 27] = makerHigh;
    out[to + 28] = 0;
    out[to + 29] = 0;
    out[to + 30] = 0;
    out[to + 31] = 0;
    out[makerTo + 12] = makerLow;
    out[makerTo + 13] = makerHigh;
    out[makerTo + 14] = orders[makerOrder + LIVE_CLIENT_ID]!;
    out[makerTo + 15] = orders[makerOrder + LIVE_CLIENT_ID + 1]!;
    out[makerTo + 16] = priceLow;
    out[makerTo + 17] = priceHigh;
    out[makerTo + 18] = lotsLow;
    out[makerTo + 19] = lotsHigh;
    out[makerTo + 20] = makerRest | 0;
    out[makerTo + 21] = (makerRest * HIGH) | 0;
    out[makerTo + 22] = makerDone | 0;
    out[makerTo + 23] = (makerDone * HIGH) | 0;
    out[makerTo + 24] = numberLow;
    out[makerTo + 25] = numberHigh;
    out[makerTo + 26] = takerLow;
    out[makerTo + 27] = takerHigh;
    out[makerTo + 28] = 0;
    out[makerTo + 29] = 0;
    out[makerTo + 30] = 0;
    out[makerTo + 31] = 0;
  }

  /** Writes that all that remains of the immediate-or-cancel order in the slot is cancelled. */
  restCancelled(slot: number, instrument: number): void {
    const to = this.#open(REST_HEAD, REST_CODE, slot, instrument);
    const out = this.events.words;
    this.#writeSizes(slot, slot, out, to, this.orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING]!);
    out[to + 20] = 0;
    out[to + 21] = 0;
    this.#writeText(slot, to + 24);
  }

  /** Writes one side of a trade. */
  #fill(
    slot: number,
    counter: number,
    maker: number,
    role: number,
    trade: Float64Array,
    instrument: number,
  ): void {
    const orders = this.orders.words;
    const number = trade[TRADE_NUMBER]!;
    const remaining = this.orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING]!;
    const to = this.#open(FILL_HEAD, remaining === 0 ? role | DONE : role, slot, instrument);
    const out = this.events.words;
    this.#writeSizes(slot, maker, out, to, trade[TRADE_LOTS]!);
    out[to + 24] = number | 0;
    out[to + 25] = (number * HIGH) | 0;
    out[to + 26] = orders[(counter << ORDER_SHIFT) + LIVE_ID]!;
    out[to + 27] = orders[(counter << ORDER_SHIFT) + LIVE_ID + 1]!;
    out.fill(0, to + 28, to + FILL_WORDS);
    this.#writeText(slot, to + FILL_WORDS);
  }

  /** Writes words 16 to 23: the price of one order, a size, and what of another one remains and has traded. */
  #writeSizes(slot: number, priced: number, out: Int32Array, to: number, size: number): void {
    const { words, floats } = this.orders;
    const remaining = floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING]!;
    const cumulative = floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE]!;
    out[to + 16] = words[(priced << ORDER_SHIFT) + LIVE_PRICE]!;
    out[to + 17] = words[(priced << ORDER_SHIFT) + LIVE_PRICE + 1]!;
    out[to + 18] = size | 0;
    out[to + 19] = (size * HIGH) | 0;
    out[to + 20] = remaining | 0;
    out[to + 21] = (remaining * HIGH) | 0;
    out[to + 22] = cumulative | 0;
    out[to + 23] = (cumulative * HIGH) | 0;
  }

  /** Begins an event that carries the order's own ids: writes words 0 to 15. */
  #open(head: number, code: number, slot: number, instrument: number): number {
    const orders = this.orders.words;
    const order = slot << ORDER_SHIFT;
    const terms = orders[order + LIVE_TERMS]!;
    const isText = (terms & TERMS_TEXT) !== 0;
    const fullHead = (head | ((terms & TERMS_SIDE) << 24)) + (isText ? TEXT_CELLS : 0);
    const account = orders[order + LIVE_ACCOUNT]!;
    const to = this.events.open(fullHead, isText ? code | TEXT : code, instrument, account);
    const out = this.events.words;
    out[to + 12] = orders[order + LIVE_ID]!;
    out[to + 13] = orders[order + LIVE_ID + 1]!;
    out[to + 14] = isText ? 0 : orders[order + LIVE_CLIENT_ID]!;
    out[to + 15] = isText ? 0 : orders[order + LIVE_CLIENT_ID + 1]!;
    return to;
  }

  /** Writes the order's text client id, if it has one, at word `to`. */
  #writeText(slot: number, to: number): void {
    const orders = this.orders.words;
    const order = slot << ORDER_SHIFT;
    if ((orders[order + LIVE_TERMS]! & TERMS_TEXT) !== 0)
      this.clientIds.texts.writeCells(orders[order + LIVE_CLIENT_ID]!, this.events.words, to);
  }
}
