import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import { EVENT_CELLS, EVENT_TEXT_CELLS, eventHead, FILL_CELLS } from '../wire/event-record.js';
import { writeCommandText } from './answers.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import * as pool from './order-pool.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_ACCOUNT, LIVE_CLIENT_ID, LIVE_CLIENT_ID_PAIR, LIVE_CUMULATIVE, LIVE_ID_PAIR } = pool;
const { LIVE_PRICE_PAIR, LIVE_REMAINING, LIVE_TERMS, TERMS_SIDE, TERMS_TEXT } = pool;
const { ORDER_SHIFT, ORDER_FLOATS_SHIFT } = pool;

const CANCELLED = EventKind.Cancelled;
const TEXT_CELLS = EVENT_TEXT_CELLS << 16;
const FILL_HEAD = eventHead(EventKind.Fill, FILL_CELLS, 0);
const REST_HEAD = eventHead(CANCELLED, EVENT_CELLS, 0);
const REST_CODE = CancelReason.ImmediateOrCancelRest | (EventFlag.OrderDone << 16);
const ANSWER = EventFlag.Answer << 16;
const TEXT = EventFlag.TextClientId << 16;
const DONE = EventFlag.OrderDone << 16;
const MAKER = EventFlag.Maker << 16;

const TWO_32 = 4_294_967_296;

/** Trade of a fill: its number in the instrument, and its lots. */
export const TRADE_NUMBER = 0;
export const TRADE_LOTS = 1;

/**
 * The events that speak of a live order, written from its slot.
 *
 * Where words are written by number, the number is the word of the layout that `wire/event-record.ts` draws. What
 * stands as whole numbers in the slot is copied in pairs (see `EventWriter`).
 */
export class OrderEvents {
  readonly #events: EventWriter;
  readonly #orders: pool.OrderPool;
  readonly #clientIds: ClientIds;

  constructor(events: EventWriter, orders: pool.OrderPool, clientIds: ClientIds) {
    this.#events = events;
    this.#orders = orders;
    this.#clientIds = clientIds;
  }

  /**
   * Answers the command at word `at`, the one admitted last, with what becomes of the order in the slot, and keeps the
   * answer for a retry. Cancelled: all that remains is the cancelled rest. Any other kind: the size is the total.
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
  ): void {
    const events = this.#events;
    const orders = this.#orders.words;
    const { floats } = this.#orders;
    const order = slot << ORDER_SHIFT;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const side = (orders[order + LIVE_TERMS]! & TERMS_SIDE) << 24;
    const fullHead = (head | side) + (isText ? TEXT_CELLS : 0);
    const fullCode = code | (isText ? ANSWER | TEXT : ANSWER);
    const to = events.open(fullHead, fullCode, instrument, orders[order + LIVE_ACCOUNT]!);
    const clientIds = this.#clientIds;
    clientIds.keepHead(events, to);
    const out = events.words;
    const outPairs = events.pairs;
    const toPair = to >> 1;
    const { ring, ringPairs } = clientIds;
    const entry = clientIds.newestWord;
    const entryPair = entry >> 1;

    const id = floats[orderFloat + LIVE_ID_PAIR]!;
    const price = floats[orderFloat + LIVE_PRICE_PAIR]!;
    const clientIdLow = words[at + 4]!;
    const clientIdHigh = words[at + 5]!;
    outPairs[toPair + 6] = id;
    ringPairs[entryPair + 6] = id;
    out[to + 14] = clientIdLow;
    ring[entry + 14] = clientIdLow;
    out[to + 15] = clientIdHigh;
    ring[entry + 15] = clientIdHigh;
    outPairs[toPair + 8] = price;
    ringPairs[entryPair + 8] = price;

    const cumulative = floats[orderFloat + LIVE_CUMULATIVE]!;
    const rest = floats[orderFloat + LIVE_REMAINING]!;
    const isCancelled = ((head >>> 8) & 0xff) === CANCELLED;
    const size = isCancelled ? rest : rest + cumulative;
    const remaining = isCancelled ? 0 : rest;
    const sizeLow = size | 0;
    const sizeHigh = (size / TWO_32) | 0;
    const remainingLow = remaining | 0;
    const remainingHigh = (remaining / TWO_32) | 0;
    const cumulativeLow = cumulative | 0;
    const cumulativeHigh = (cumulative / TWO_32) | 0;
    out[to + 18] = sizeLow;
    ring[entry + 18] = sizeLow;
    out[to + 19] = sizeHigh;
    ring[entry + 19] = sizeHigh;
    out[to + 20] = remainingLow;
    ring[entry + 20] = remainingLow;
    out[to + 21] = remainingHigh;
    ring[entry + 21] = remainingHigh;
    out[to + 22] = cumulativeLow;
    ring[entry + 22] = cumulativeLow;
    out[to + 23] = cumulativeHigh;
    ring[entry + 23] = cumulativeHigh;
    if (isText) writeCommandText(words, at, out, to);
  }

  /**
   * Writes the two sides of a trade: the taker's, then the maker's. Both orders are as the trade leaves them.
   *
   * @param trade TRADE_NUMBER and TRADE_LOTS
   */
  fills(taker: number, maker: number, trade: Float64Array, instrument: number): void {
    this.#fill(taker, maker, maker, 0, trade, instrument);
    this.#fill(maker, taker, maker, MAKER, trade, instrument);
  }

  /** Writes that all that remains of the immediate-or-cancel order in the slot is cancelled. */
  restCancelled(slot: number, instrument: number): void {
    const { floats } = this.#orders;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const rest = floats[orderFloat + LIVE_REMAINING]!;
    const to = this.#open(REST_HEAD, REST_CODE, slot, instrument);
    const { words, pairs } = this.#events;
    const cumulative = floats[orderFloat + LIVE_CUMULATIVE]!;
    pairs[(to >> 1) + 8] = floats[orderFloat + LIVE_PRICE_PAIR]!;
    words[to + 18] = rest | 0;
    words[to + 19] = (rest / TWO_32) | 0;
    pairs[(to >> 1) + 10] = 0;
    words[to + 22] = cumulative | 0;
    words[to + 23] = (cumulative / TWO_32) | 0;
    this.#writeText(slot, to + 24);
  }

  #fill(
    slot: number,
    counter: number,
    maker: number,
    role: number,
    trade: Float64Array,
    instrument: number,
  ): void {
    const { floats } = this.#orders;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const remaining = floats[orderFloat + LIVE_REMAINING]!;
    const to = this.#open(FILL_HEAD, remaining === 0 ? role | DONE : role, slot, instrument);
    const { words, pairs } = this.#events;
    const number = trade[TRADE_NUMBER]!;
    const lots = trade[TRADE_LOTS]!;
    const cumulative = floats[orderFloat + LIVE_CUMULATIVE]!;
    pairs[(to >> 1) + 8] = floats[(maker << ORDER_FLOATS_SHIFT) + LIVE_PRICE_PAIR]!;
    words[to + 18] = lots | 0;
    words[to + 19] = (lots / TWO_32) | 0;
    words[to + 20] = remaining | 0;
    words[to + 21] = (remaining / TWO_32) | 0;
    words[to + 22] = cumulative | 0;
    words[to + 23] = (cumulative / TWO_32) | 0;
    words[to + 24] = number | 0;
    words[to + 25] = (number / TWO_32) | 0;
    pairs[(to >> 1) + 13] = floats[(counter << ORDER_FLOATS_SHIFT) + LIVE_ID_PAIR]!;
    pairs[(to >> 1) + 14] = 0;
    pairs[(to >> 1) + 15] = 0;
    this.#writeText(slot, to + 32);
  }

  /** Begins an event that carries the order's own ids: writes words 0 to 15. */
  #open(head: number, code: number, slot: number, instrument: number): number {
    const orders = this.#orders.words;
    const { floats } = this.#orders;
    const order = slot << ORDER_SHIFT;
    const orderFloat = slot << ORDER_FLOATS_SHIFT;
    const terms = orders[order + LIVE_TERMS]!;
    const isText = (terms & TERMS_TEXT) !== 0;
    const fullHead = head | ((terms & TERMS_SIDE) << 24);
    const to = isText
      ? this.#events.open(fullHead + TEXT_CELLS, code | TEXT, instrument, orders[order + LIVE_ACCOUNT]!)
      : this.#events.open(fullHead, code, instrument, orders[order + LIVE_ACCOUNT]!);
    const { pairs } = this.#events;
    pairs[(to >> 1) + 6] = floats[orderFloat + LIVE_ID_PAIR]!;
    pairs[(to >> 1) + 7] = isText ? 0 : floats[orderFloat + LIVE_CLIENT_ID_PAIR]!;
    return to;
  }

  /** Writes the order's text client id, if it has one, at word `to`. */
  #writeText(slot: number, to: number): void {
    const orders = this.#orders.words;
    const order = slot << ORDER_SHIFT;
    if ((orders[order + LIVE_TERMS]! & TERMS_TEXT) !== 0)
      this.#clientIds.writeText(orders[order + LIVE_CLIENT_ID]!, this.#events.words, to);
  }
}
