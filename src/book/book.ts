import { Side } from '../model/command.js';
import { type Instrument, Priority } from '../model/instrument.js';
import { MAX_WHOLE } from '../model/limits.js';
import { readWhole } from '../wire/words.js';
import * as accountTable from './accounts.js';
import type { ClientIds } from './client-ids.js';
import type { EventWriter } from './event-writer.js';
import { type OrderEvents, TRADE_LOTS, TRADE_NUMBER } from './order-events.js';
import type { OrderIndex } from './order-index.js';
import * as pool from './order-pool.js';
import { PriceLadder } from './price-ladder.js';
import type { PricePages } from './price-pages.js';
import { Special, Specials } from './specials.js';
import * as wordIndex from './word-index.js';

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { ACCOUNT_ROOM, ACCOUNT_SHIFT } = accountTable;
const { LIVE_ACCOUNT, LIVE_CUMULATIVE, LIVE_ID, LIVE_PRICE, LIVE_REMAINING, LIVE_TERMS } = pool;
const { ORDER_SHIFT, ORDER_FLOATS_SHIFT, TERMS_RARE, TERMS_SIDE } = pool;
const { INDEX_MASK } = wordIndex;
const BUY = Side.Buy;
const NUMBER = TRADE_NUMBER;
const LOTS = TRADE_LOTS;
/** Price of the last trade in ticks, 0 before the first; price of the first trade of the order at hand, 0 for none. */
const LAST_PRICE = 2;
const FIRST_PRICE = 3;

/** What the plain path hands over to the general one. */
export interface PlainHooks {
  /** A resting order with rare terms has traded whole, and is in no queue any more. */
  released(book: Book, slot: number): void;
  /** Matches a new order, and what is left rests or is cancelled, in a book that needs care. */
  enter(book: Book, slot: number, mayRest: boolean): void;
  /** An order has traded from the first price to the last one, in a book where something waits for that. */
  traded(book: Book, firstTicks: number, lastTicks: number): void;
}

/** What all books of a shard share. */
export interface BookRoom {
  readonly events: EventWriter;
  readonly accounts: accountTable.Accounts;
  readonly orders: pool.OrderPool;
  readonly orderEvents: OrderEvents;
  readonly orderIndex: OrderIndex;
  readonly clientIds: ClientIds;
  readonly pages: PricePages;
  readonly hooks: PlainHooks;
  /** Ladders that are always empty: the hidden orders of books that never had one. */
  readonly noBids: PriceLadder;
  readonly noAsks: PriceLadder;
  /** Whether the order in a slot, known by its id, still waits for this stop price. */
  readonly awaitsStop: (slot: number, id: number, stopPriceTicks: number) => boolean;
}

/** One instrument: its ladders, what is special about it, and the plain matching by price, then time. */
export class Book {
  declare readonly instrument: Instrument;
  declare readonly instrumentId: number;
  /** Its place among the listings. */
  declare readonly number: number;
  declare readonly bids: PriceLadder;
  declare readonly asks: PriceLadder;
  /** Bounds of prices and of sizes, inclusive: lowest and highest price, smallest and largest size. */
  declare readonly bounds: Float64Array;
  /** Bits (`Special`) that say why orders of this book cannot take the plain path; 0 while all of them can. */
  special = 0;
  /** Bits (`Care`) that say why orders that may trade are not matched here; 0 while all of them are. */
  care = 0;
  /** Bits (`After`) that say what waits for a trade of this book; 0 while nothing does. */
  after = 0;
  declare readonly specials: Specials;

  /** Made when the first hidden order comes to rest; until then those of the room, which are always empty. */
  #hiddenBids: PriceLadder;
  #hiddenAsks: PriceLadder;
  readonly #room: BookRoom;
  declare private readonly orderEvents: OrderEvents;
  declare private readonly accounts: accountTable.Accounts;
  declare private readonly orders: pool.OrderPool;
  declare private readonly orderIndex: OrderIndex;
  declare private readonly clientIds: ClientIds;
  declare private readonly hooks: PlainHooks;
  /** Number of the last trade; lots of the trade at hand; LAST_PRICE; FIRST_PRICE. */
  readonly #trade = new Float64Array(4);

  constructor(instrument: Instrument, number: number, room: BookRoom) {
    this.instrument = instrument;
    this.instrumentId = instrument.id;
    this.number = number;
    const { minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots } = instrument;
    this.bounds = new Float64Array([minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots]);
    this.orderEvents = room.orderEvents;
    this.accounts = room.accounts;
    this.orders = room.orders;
    this.orderIndex = room.orderIndex;
    this.clientIds = room.clientIds;
    this.hooks = room.hooks;
    this.bids = new PriceLadder(room.orders, room.pages, 1);
    this.asks = new PriceLadder(room.orders, room.pages, -1);
    this.#hiddenBids = room.noBids;
    this.#hiddenAsks = room.noAsks;
    this.#room = room;
    this.specials = new Specials(room.awaitsStop);
    this.refresh();
  }

  /** The displayed orders of a side. */
  ladder(side: number): PriceLadder {
    return side === BUY ? this.bids : this.asks;
  }

  /** The hidden orders of a side. */
  hiddenLadder(side: number): PriceLadder {
    return side === BUY ? this.#hiddenBids : this.#hiddenAsks;
  }

  /** The hidden orders of a side, of which there is to be one more. */
  openHiddenLadder(side: number): PriceLadder {
    const { orders, pages, noBids, noAsks } = this.#room;
    if (side === BUY && this.#hiddenBids === noBids) this.#hiddenBids = new PriceLadder(orders, pages, 1);
    if (side !== BUY && this.#hiddenAsks === noAsks) this.#hiddenAsks = new PriceLadder(orders, pages, -1);
    return this.hiddenLadder(side);
  }

  takesPrice(priceTicks: number): boolean {
    return priceTicks >= this.bounds[0]! && priceTicks <= this.bounds[1]!;
  }

  takesSize(sizeLots: number): boolean {
    return sizeLots >= this.bounds[2]! && sizeLots <= this.bounds[3]!;
  }

  /** Trades so far. */
  get trades(): number {
    return this.#trade[NUMBER]!;
  }

  /** Price of the last trade in ticks, 0 before the first. */
  get lastPriceTicks(): number {
    return this.#trade[LAST_PRICE]!;
  }

  /** What the collar is around and auctions lean to: set by the operator, or the last trade's; 0 for none. */
  get referenceTicks(): number {
    return this.specials.referenceTicks !== 0 ? this.specials.referenceTicks : this.lastPriceTicks;
  }

  /** Numbers the next trade, at this price. */
  nextTrade(priceTicks: number): number {
    this.#trade[LAST_PRICE] = priceTicks;
    this.#trade[NUMBER]! += 1;
    return this.#trade[NUMBER]!;
  }

  /** Sets what a snapshot has kept. */
  restoreTrades(trades: number, lastPriceTicks: number): void {
    this.#trade[NUMBER] = trades;
    this.#trade[LAST_PRICE] = lastPriceTicks;
  }

  /** Says anew what is special, after something of that has changed. */
  refresh(): void {
    const { priority, minNotional, maxNotional, collarTicks } = this.instrument;
    const hasRules = priority !== Priority.PriceTime || minNotional + maxNotional + collarTicks !== 0;
    this.special = this.specials.special | (hasRules ? Special.Rules : 0);
    this.care = this.specials.care;
    this.after = this.specials.after;
  }

  /** True where so many more lots may be displayed on a side, at a price. */
  hasRoom(side: number, priceTicks: number, moreLots: number): boolean {
    return this.ladderHasRoom(this.ladder(side), priceTicks, moreLots);
  }

  /**
   * True where so many more lots may rest in a ladder, at a price. Its sum stays under 2^53, and with it every level's, so
   * that no total is ever rounded.
   */
  ladderHasRoom(ladder: PriceLadder, priceTicks: number, moreLots: number): boolean {
    return ladder.totalSizeLots + moreLots <= MAX_WHOLE && ladder.hasPageFor(priceTicks);
  }

  /** Matches the new order in the slot; what is left rests, or is cancelled where it must not rest. */
  enter(slot: number, mayRest: boolean): void {
    if (this.care !== 0) {
      this.hooks.enter(this, slot, mayRest);
      return;
    }
    this.#match(slot);
    if (this.orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING] === 0) {
      this.#release(slot);
    } else if (mayRest) {
      this.rest(slot);
    } else {
      this.orderEvents.restCancelled(slot, this.instrumentId);
      this.#release(slot);
    }
    const trade = this.#trade;
    if (this.after !== 0 && trade[FIRST_PRICE] !== 0)
      this.hooks.traded(this, trade[FIRST_PRICE]!, trade[LAST_PRICE]!);
  }

  /**
   * In a book that needs care: whether a new order of this side and price, which trades with no displayed one, trades with
   * no hidden one either and moves no peg.
   */
  isQuietAt(side: number, priceTicks: number): boolean {
    const hidden = this.hiddenLadder(side === BUY ? Side.Sell : BUY);
    if (hidden.bestRank >= hidden.rankOf(priceTicks)) return false;
    const { pegs, arePegsStale, followedBidTicks, followedAskTicks } = this.specials;
    if (pegs.length === 0) return true;
    if (arePegsStale) return false;
    return side === BUY
      ? followedBidTicks !== 0 && priceTicks <= followedBidTicks
      : followedAskTicks !== 0 && priceTicks >= followedAskTicks;
  }

  /** Whether a peg may follow the displayed order of this side and price: when it leaves, the pegs are looked at. */
  isFollowedAt(side: number, priceTicks: number): boolean {
    const { pegs, arePegsStale, followedBidTicks, followedAskTicks } = this.specials;
    if (pegs.length === 0) return false;
    if (arePegsStale) return true;
    return side === BUY ? priceTicks >= followedBidTicks : priceTicks <= followedAskTicks;
  }

  /** Puts a new order into its queue. */
  rest(slot: number): void {
    const words = this.orders.words;
    const order = slot << ORDER_SHIFT;
    this.ladder(words[order + LIVE_TERMS]! & TERMS_SIDE).append(slot);
    this.orderIndex.add(slot, words[order + LIVE_ID]!);
  }

  /** Trades the order in the slot against the other side while prices cross. The order itself stands in no queue. */
  #match(taker: number): void {
    const { words, floats } = this.orders;
    const order = taker << ORDER_SHIFT;
    const resting = (words[order + LIVE_TERMS]! & TERMS_SIDE) === BUY ? this.asks : this.bids;
    const limit = resting.rankOf(readWhole(words, order + LIVE_PRICE));
    const trade = this.#trade;
    let rank = resting.bestRank;
    trade[FIRST_PRICE] = 0;
    if (rank < limit) return;
    trade[FIRST_PRICE] = Math.abs(rank);
    const takerRemaining = (taker << ORDER_FLOATS_SHIFT) + LIVE_REMAINING;
    const takerCumulative = (taker << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE;
    while (rank >= limit) {
      trade[LAST_PRICE] = Math.abs(rank);
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
      if (floats[takerRemaining] === 0) break;
      rank = resting.bestRank;
    }
  }

  /** Frees the slot of an order that rested and is in no queue any more. */
  #retire(slot: number): void {
    const words = this.orders.words;
    const order = slot << ORDER_SHIFT;
    if ((words[order + LIVE_TERMS]! & TERMS_RARE) !== 0) this.hooks.released(this, slot);
    this.orderIndex.remove(slot, words[order + LIVE_ID]!, words[order + LIVE_TERMS]!);
    this.#release(slot);
  }

  /** Frees the slot of an order that is in no queue and not in the index. */
  #release(slot: number): void {
    const account = this.orders.words[((slot << ORDER_SHIFT) & INDEX_MASK) + LIVE_ACCOUNT]!;
    this.accounts.words[((account << ACCOUNT_SHIFT) & INDEX_MASK) + ACCOUNT_ROOM]! += 1;
    this.clientIds.releaseOrder(slot);
    this.orders.release(slot);
  }
}
