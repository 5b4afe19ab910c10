import { Side } from '../model/command.js';
import { CancelReason, EventFlag, EventKind } from '../model/event.js';
import type { Instrument } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_ORDER,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_TEXT_CELLS,
  EVENT_TRADE,
  eventCode,
  eventHead,
  FILL_CELLS,
} from '../wire/event-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import type { Accounts } from './accounts.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import type { OrderIndex } from './order-index.js';
import {
  LIVE_ACCOUNT,
  LIVE_CLIENT_ID,
  LIVE_CUMULATIVE,
  LIVE_ID,
  LIVE_LEVEL,
  LIVE_PRICE,
  LIVE_REMAINING,
  LIVE_TERMS,
  ORDER_FLOATS,
  ORDER_WORDS,
  type OrderPool,
  TERMS_SIDE,
  TERMS_TEXT,
} from './order-pool.js';
import { PriceLadder } from './price-ladder.js';
import type { PricePages } from './price-pages.js';

/** What all books of a shard share. */
export interface BookRoom {
  readonly events: EventWriter;
  readonly accounts: Accounts;
  readonly orders: OrderPool;
  readonly orderIndex: OrderIndex;
  readonly clientIds: ClientIds;
  readonly pages: PricePages;
}

const TWO_32 = 4_294_967_296;

/** The two numbers of a fill that are not in an order, in floats so that nothing is allocated. */
const TRADE_NUMBER = 0;
const TRADE_LOTS = 1;

/** One instrument: its two ladders, and matching by price, then time. */
export class Book {
  readonly instrument: Instrument;
  readonly instrumentId: number;
  readonly bids: PriceLadder;
  readonly asks: PriceLadder;

  readonly #events: EventWriter;
  readonly #orders: OrderPool;
  readonly #orderIndex: OrderIndex;
  readonly #clientIds: ClientIds;
  /** Bounds of prices and sizes, inclusive. */
  readonly #bounds: Float64Array;
  /** Number of the last trade; lots of the trade at hand. */
  readonly #trade = new Float64Array(2);

  constructor(instrument: Instrument, room: BookRoom) {
    this.instrument = instrument;
    this.instrumentId = instrument.id;
    const { minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots } = instrument;
    this.#bounds = new Float64Array([minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots]);
    this.#events = room.events;
    this.#orders = room.orders;
    this.#orderIndex = room.orderIndex;
    this.#clientIds = room.clientIds;
    this.bids = new PriceLadder(room.orders, room.pages, 1);
    this.asks = new PriceLadder(room.orders, room.pages, -1);
  }

  ladder(side: number): PriceLadder {
    return side === Side.Buy ? this.bids : this.asks;
  }

  takesPrice(priceTicks: number): boolean {
    return priceTicks >= this.#bounds[0]! && priceTicks <= this.#bounds[1]!;
  }

  takesSize(sizeLots: number): boolean {
    return sizeLots >= this.#bounds[2]! && sizeLots <= this.#bounds[3]!;
  }

  /**
   * True where so many more lots may rest on a side. The sum of a side stays under 2^53, and with it every level's, so
   * that no total is ever rounded.
   */
  hasRoom(side: number, moreLots: number): boolean {
    return this.ladder(side).totalSizeLots + moreLots <= MAX_WHOLE;
  }

  /** Matches the new order in the slot; what is left rests, or is cancelled where it must not rest. */
  enter(slot: number, mayRest: boolean): void {
    this.#match(slot);
    if (this.#orders.floats[slot * ORDER_FLOATS + LIVE_REMAINING] === 0) {
      this.#release(slot);
    } else if (mayRest) {
      this.#rest(slot);
      this.#orderIndex.add(slot);
    } else {
      this.#writeRestCancelled(slot);
      this.#release(slot);
    }
  }

  /** Makes a resting order smaller; it keeps its place in the queue. */
  shrink(slot: number, remainingLots: number): void {
    const remaining = slot * ORDER_FLOATS + LIVE_REMAINING;
    const { floats, words } = this.#orders;
    this.#sideOf(slot).reduce(words[slot * ORDER_WORDS + LIVE_LEVEL]!, floats[remaining]! - remainingLots);
    floats[remaining] = remainingLots;
  }

  /** Takes a resting order out of its queue; it stays alive, and `reenter` follows. */
  lift(slot: number): void {
    this.#sideOf(slot).remove(slot);
  }

  /** Matches a lifted order, and puts what is left at the back of its queue. */
  reenter(slot: number): void {
    this.#match(slot);
    if (this.#orders.floats[slot * ORDER_FLOATS + LIVE_REMAINING] === 0) this.#retire(slot);
    else this.#rest(slot);
  }

  /** Takes a resting order out of the book for good. Writes no event. */
  drop(slot: number): void {
    this.#sideOf(slot).remove(slot);
    this.#retire(slot);
  }

  #sideOf(slot: number): PriceLadder {
    return this.ladder(this.#orders.words[slot * ORDER_WORDS + LIVE_TERMS]! & TERMS_SIDE);
  }

  #rest(slot: number): void {
    this.#sideOf(slot).append(slot);
  }

  /** Trades the order in the slot against the other side while prices cross. The order itself stands in no queue. */
  #match(taker: number): void {
    const { words, floats } = this.#orders;
    const order = taker * ORDER_WORDS;
    const resting = (words[order + LIVE_TERMS]! & TERMS_SIDE) === Side.Buy ? this.asks : this.bids;
    const limit = resting.rankOf(readWhole(words, order + LIVE_PRICE));
    if (resting.bestRank < limit) return;
    const takerRemaining = taker * ORDER_FLOATS + LIVE_REMAINING;
    const takerCumulative = taker * ORDER_FLOATS + LIVE_CUMULATIVE;
    const trade = this.#trade;
    while (resting.bestRank >= limit) {
      const level = resting.bestLevel;
      const maker = resting.firstOrder(level);
      const makerRemaining = maker * ORDER_FLOATS + LIVE_REMAINING;
      const lots = Math.min(floats[takerRemaining]!, floats[makerRemaining]!);
      floats[takerRemaining]! -= lots;
      floats[takerCumulative]! += lots;
      floats[makerRemaining]! -= lots;
      floats[maker * ORDER_FLOATS + LIVE_CUMULATIVE]! += lots;
      resting.reduce(level, lots);
      trade[TRADE_NUMBER]! += 1;
      trade[TRADE_LOTS] = lots;
      this.#writeFill(taker, maker, maker, 0);
      this.#writeFill(maker, taker, maker, EventFlag.Maker);
      if (floats[makerRemaining] === 0) {
        resting.remove(maker);
        this.#retire(maker);
      }
      if (floats[takerRemaining] === 0) return;
    }
  }

  /** Writes one order's side of a trade. */
  #writeFill(slot: number, counter: number, maker: number, flags: number): void {
    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    const remaining = floats[slot * ORDER_FLOATS + LIVE_REMAINING]!;
    const cumulative = floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE]!;
    const lots = this.#trade[TRADE_LOTS]!;
    const trade = this.#trade[TRADE_NUMBER]!;
    const doneFlag = remaining === 0 ? EventFlag.OrderDone : 0;
    const at = this.#openOfOrder(EventKind.Fill, FILL_CELLS, slot, 0, flags | doneFlag);
    const words = this.#events.words;
    words[at + EVENT_PRICE] = orders[maker * ORDER_WORDS + LIVE_PRICE]!;
    words[at + EVENT_PRICE + 1] = orders[maker * ORDER_WORDS + LIVE_PRICE + 1]!;
    words[at + EVENT_SIZE] = lots | 0;
    words[at + EVENT_SIZE + 1] = (lots / TWO_32) | 0;
    words[at + EVENT_REMAINING] = remaining | 0;
    words[at + EVENT_REMAINING + 1] = (remaining / TWO_32) | 0;
    words[at + EVENT_CUMULATIVE] = cumulative | 0;
    words[at + EVENT_CUMULATIVE + 1] = (cumulative / TWO_32) | 0;
    words[at + EVENT_TRADE] = trade | 0;
    words[at + EVENT_TRADE + 1] = (trade / TWO_32) | 0;
    words[at + EVENT_COUNTER_ORDER] = orders[counter * ORDER_WORDS + LIVE_ID]!;
    words[at + EVENT_COUNTER_ORDER + 1] = orders[counter * ORDER_WORDS + LIVE_ID + 1]!;
    words[at + 28] = 0;
    words[at + 29] = 0;
    words[at + 30] = 0;
    words[at + 31] = 0;
    if ((orders[order + LIVE_TERMS]! & TERMS_TEXT) !== 0)
      this.#clientIds.writeText(orders[order + LIVE_CLIENT_ID]!, words, at + FILL_CELLS * CELL_WORDS);
  }

  /** Writes that the rest of an immediate-or-cancel order is cancelled. */
  #writeRestCancelled(slot: number): void {
    const { words: orders, floats } = this.#orders;
    const order = slot * ORDER_WORDS;
    const reason = CancelReason.ImmediateOrCancelRest;
    const at = this.#openOfOrder(EventKind.Cancelled, EVENT_CELLS, slot, reason, EventFlag.OrderDone);
    const words = this.#events.words;
    words[at + EVENT_PRICE] = orders[order + LIVE_PRICE]!;
    words[at + EVENT_PRICE + 1] = orders[order + LIVE_PRICE + 1]!;
    writeWhole(words, at + EVENT_SIZE, floats[slot * ORDER_FLOATS + LIVE_REMAINING]!);
    writeWhole(words, at + EVENT_REMAINING, 0);
    writeWhole(words, at + EVENT_CUMULATIVE, floats[slot * ORDER_FLOATS + LIVE_CUMULATIVE]!);
    if ((orders[order + LIVE_TERMS]! & TERMS_TEXT) !== 0)
      this.#clientIds.writeText(orders[order + LIVE_CLIENT_ID]!, words, at + EVENT_CELLS * CELL_WORDS);
  }

  /** Begins an event that carries the order's own ids: writes words 0 to 15. The caller writes a text, if there is one. */
  #openOfOrder(kind: number, cells: number, slot: number, code: number, flags: number): number {
    const orders = this.#orders.words;
    const order = slot * ORDER_WORDS;
    const terms = orders[order + LIVE_TERMS]!;
    const isText = (terms & TERMS_TEXT) !== 0;
    const head = eventHead(kind, isText ? cells + EVENT_TEXT_CELLS : cells, terms & TERMS_SIDE);
    const textFlag = isText ? EventFlag.TextClientId : 0;
    const at = this.#events.open(
      head,
      eventCode(code, flags | textFlag),
      this.instrumentId,
      orders[order + LIVE_ACCOUNT]!,
    );
    const words = this.#events.words;
    words[at + EVENT_ORDER] = orders[order + LIVE_ID]!;
    words[at + EVENT_ORDER + 1] = orders[order + LIVE_ID + 1]!;
    words[at + EVENT_CLIENT_ID] = isText ? 0 : orders[order + LIVE_CLIENT_ID]!;
    words[at + EVENT_CLIENT_ID + 1] = orders[order + LIVE_CLIENT_ID + 1]!;
    return at;
  }

  /** Frees the slot of an order that rested and is in no queue any more. */
  #retire(slot: number): void {
    this.#orderIndex.remove(slot);
    this.#release(slot);
  }

  /** Frees the slot of an order that is in no queue and not in the index. */
  #release(slot: number): void {
    this.#clientIds.releaseOrder(slot);
    this.#orders.release(slot);
  }
}
