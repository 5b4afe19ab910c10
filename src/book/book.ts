import { Side } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import { readWhole } from '../wire/words.js';
import type { Accounts } from './accounts.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import { type OrderEvents, TRADE_LOTS, TRADE_NUMBER } from './order-events.js';
import type { OrderIndex } from './order-index.js';
import * as pool from './order-pool.js';
import { PriceLadder } from './price-ladder.js';
import type { PricePages } from './price-pages.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_CUMULATIVE, LIVE_ID, LIVE_LEVEL, LIVE_PRICE, LIVE_REMAINING, LIVE_TERMS, TERMS_SIDE } = pool;
const { ORDER_SHIFT, ORDER_FLOATS_SHIFT } = pool;
const BUY = Side.Buy;
const NUMBER = TRADE_NUMBER;
const LOTS = TRADE_LOTS;

/** What all books of a shard share. */
export interface BookRoom {
  readonly events: EventWriter;
  readonly accounts: Accounts;
  readonly orders: pool.OrderPool;
  readonly orderIndex: OrderIndex;
  readonly orderEvents: OrderEvents;
  readonly clientIds: ClientIds;
  readonly pages: PricePages;
}

/** One instrument: its two ladders, and matching by price, then time. */
export class Book {
  declare readonly instrument: Instrument;
  declare readonly instrumentId: number;
  declare readonly bids: PriceLadder;
  declare readonly asks: PriceLadder;
  /** Bounds of prices and of sizes, inclusive: lowest and highest price, smallest and largest size. */
  declare readonly bounds: Float64Array;
  /** Bits that say why orders of this book cannot take the plain path; 0 while all of them can. */
  special = 0;
  /** Bits that say what waits for a trade of this book; 0 while nothing does. */
  after = 0;

  declare private readonly orderEvents: OrderEvents;
  declare private readonly orders: pool.OrderPool;
  declare private readonly orderIndex: OrderIndex;
  declare private readonly clientIds: ClientIds;
  /** Number of the last trade; lots of the trade at hand. */
  readonly #trade = new Float64Array(2);

  constructor(instrument: Instrument, room: BookRoom) {
    this.instrument = instrument;
    this.instrumentId = instrument.id;
    const { minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots } = instrument;
    this.bounds = new Float64Array([minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots]);
    this.orderEvents = room.orderEvents;
    this.orders = room.orders;
    this.orderIndex = room.orderIndex;
    this.clientIds = room.clientIds;
    this.bids = new PriceLadder(room.orders, room.pages, 1);
    this.asks = new PriceLadder(room.orders, room.pages, -1);
  }

  ladder(side: number): PriceLadder {
    return side === BUY ? this.bids : this.asks;
  }

  takesPrice(priceTicks: number): boolean {
    return priceTicks >= this.bounds[0]! && priceTicks <= this.bounds[1]!;
  }

  takesSize(sizeLots: number): boolean {
    return sizeLots >= this.bounds[2]! && sizeLots <= this.bounds[3]!;
  }

  /**
   * True where so many more lots may rest on a side, at a price. The sum of a side stays under 2^53, and with it every
   * level's, so that no total is ever rounded.
   */
  hasRoom(side: number, priceTicks: number, moreLots: number): boolean {
    const ladder = this.ladder(side);
    return ladder.totalSizeLots + moreLots <= MAX_WHOLE && ladder.hasPageFor(priceTicks);
  }

  /** Matches the new order in the slot; what is left rests, or is cancelled where it must not rest. */
  enter(slot: number, mayRest: boolean): void {
    this.#match(slot);
    if (this.orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING] === 0) {
      this.#release(slot);
    } else if (mayRest) {
      this.rest(slot);
    } else {
      this.orderEvents.restCancelled(slot, this.instrumentId);
      this.#release(slot);
    }
  }

  /** Puts a new order into its queue. */
  rest(slot: number): void {
    this.#sideOf(slot).append(slot);
    this.orderIndex.add(slot, this.orders.words[(slot << ORDER_SHIFT) + LIVE_ID]!);
  }

  /** Makes a resting order smaller; it keeps its place in the queue. */
  shrink(slot: number, remainingLots: number): void {
    const remaining = (slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING;
    const { floats, words } = this.orders;
    this.#sideOf(slot).reduce(words[(slot << ORDER_SHIFT) + LIVE_LEVEL]!, floats[remaining]! - remainingLots);
    floats[remaining] = remainingLots;
  }

  /** Takes a resting order out of its queue; it stays alive, and `reenter` follows. */
  lift(slot: number): void {
    this.#sideOf(slot).remove(slot);
  }

  /** Matches a lifted order, and puts what is left at the back of its queue. */
  reenter(slot: number): void {
    this.#match(slot);
    if (this.orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING] === 0) this.#retire(slot);
    else this.#sideOf(slot).append(slot);
  }

  /** Takes a resting order out of the book for good. Writes no event. */
  drop(slot: number): void {
    this.#sideOf(slot).remove(slot);
    this.#retire(slot);
  }

  #sideOf(slot: number): PriceLadder {
    return this.ladder(this.orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! & TERMS_SIDE);
  }

  /** Trades the order in the slot against the other side while prices cross. The order itself stands in no queue. */
  #match(taker: number): void {
    const { words, floats } = this.orders;
    const order = taker << ORDER_SHIFT;
    const resting = (words[order + LIVE_TERMS]! & TERMS_SIDE) === BUY ? this.asks : this.bids;
    const limit = resting.rankOf(readWhole(words, order + LIVE_PRICE));
    if (resting.bestRank < limit) return;
    const takerRemaining = (taker << ORDER_FLOATS_SHIFT) + LIVE_REMAINING;
    const takerCumulative = (taker << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE;
    const trade = this.#trade;
    while (resting.bestRank >= limit) {
      const level = resting.bestLevel;
      const maker = resting.firstOrder(level);
      const makerRemaining = (maker << ORDER_FLOATS_SHIFT) + LIVE_REMAINING;
      const lots = Math.min(floats[takerRemaining]!, floats[makerRemaining]!);
      floats[takerRemaining]! -= lots;
      floats[takerCumulative]! += lots;
      floats[makerRemaining]! -= lots;
      floats[(maker << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE]! += lots;
      resting.reduce(level, lots);
      trade[NUMBER]! += 1;
      trade[LOTS] = lots;
      this.orderEvents.fills(taker, maker, trade, this.instrumentId);
      if (floats[makerRemaining] === 0) {
        resting.remove(maker);
        this.#retire(maker);
      }
      if (floats[takerRemaining] === 0) return;
    }
  }

  /** Frees the slot of an order that rested and is in no queue any more. */
  #retire(slot: number): void {
    const { words } = this.orders;
    const order = slot << ORDER_SHIFT;
    this.orderIndex.remove(slot, words[order + LIVE_ID]!, words[order + LIVE_TERMS]!);
    this.#release(slot);
  }

  /** Frees the slot of an order that is in no queue and not in the index. */
  #release(slot: number): void {
    this.clientIds.releaseOrder(slot);
    this.orders.release(slot);
  }
}
