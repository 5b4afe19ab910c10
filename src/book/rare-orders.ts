import { OrderType, TimeInForce } from '../model/command.js';
import { Standing } from '../model/event.js';
import type { OrderPool } from './order-pool.js';
import * as pool from './order-pool.js';

const { LIVE_TERMS, ORDER_SHIFT, TERMS_RARE } = pool;

/**
 * What an order has that a plain limit order has not. The objects are used again and again; their fields are numbers, and
 * 0 or -1 where a term is not there.
 */
export class RareTerms {
  type: number = OrderType.Limit;
  timeInForce: number = TimeInForce.GoodTillCancel;
  /** `CommandFlag`, those that are terms. */
  flags = 0;
  standing: number = Standing.Active;
  pegReference = 0;
  trailUnit = 0;
  /** Iceberg: most lots that are shown at a time; 0: all. */
  displayLots = 0;
  /** Trades at least so much on entry, or not at all. */
  minimumLots = 0;
  /** Iceberg, while it rests: lots that are not shown. */
  reserveLots = 0;
  /** The price that meets a stop, in ticks; 0: a trailing stop that has seen no price yet. */
  stopPriceTicks = 0;
  /** Trailing stop: the stop price last told in an event. */
  toldStopTicks = 0;
  /** A stop that is met, and is to be triggered in the next round. */
  isMet = false;
  /** Distance of a trailing stop in its unit; offset of a peg in ticks. */
  offset = 0;
  /** Peg: no price beyond this, 0: none. */
  capTicks = 0;
  /** Good till date: ns since the epoch, in two halves. */
  expiryLow = 0;
  expiryHigh = 0;
  /** One cancels the other: slot of the other, -1: none. */
  link = -1;
  /** Bracket: prices of the exits, 0: none. */
  takeProfitTicks = 0;
  stopLossTicks = 0;
  /** Quoted by a mass quote. */
  isQuote = false;
  /** Top order of its price (pro-rata with a top order). */
  isTop = false;
  /** Its Accepted event tells its terms: it was more than a plain limit order, GTC or IOC, when it came. */
  isTold = false;
  /** The price that its Accepted event told. */
  acceptedTicks = 0;
  /** Its text client id is a copy of its own, and not that of a remembered command. */
  hasOwnText = false;

  reset(): void {
    this.type = OrderType.Limit;
    this.timeInForce = TimeInForce.GoodTillCancel;
    this.flags = 0;
    this.standing = Standing.Active;
    this.pegReference = 0;
    this.trailUnit = 0;
    this.displayLots = 0;
    this.minimumLots = 0;
    this.reserveLots = 0;
    this.stopPriceTicks = 0;
    this.toldStopTicks = 0;
    this.isMet = false;
    this.offset = 0;
    this.capTicks = 0;
    this.expiryLow = 0;
    this.expiryHigh = 0;
    this.link = -1;
    this.takeProfitTicks = 0;
    this.stopLossTicks = 0;
    this.isQuote = false;
    this.isTop = false;
    this.isTold = false;
    this.acceptedTicks = 0;
    this.hasOwnText = false;
  }

  /** The stop price field as the order gave it: stop price, distance or offset. */
  get givenStopTicks(): number {
    return this.type === OrderType.TrailingStop || this.type === OrderType.Pegged
      ? this.offset
      : this.stopPriceTicks;
  }
}

/** The rare terms of live orders, by slot. An order that has some has the Rare bit in its terms. */
export class RareOrders {
  /** Number of live orders with rare terms. */
  count = 0;
  readonly #orders: OrderPool;
  /** By order slot, while its Rare bit is set. */
  readonly #terms: (RareTerms | undefined)[] = [];
  readonly #spare: RareTerms[] = [];

  constructor(orders: OrderPool) {
    this.#orders = orders;
  }

  /** The rare terms of the order in the slot, undefined for a plain one. */
  of(slot: number): RareTerms | undefined {
    return (this.#orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! & TERMS_RARE) === 0
      ? undefined
      : this.#terms[slot];
  }

  /** The rare terms of the order in the slot, which gets some where it has none. */
  attach(slot: number): RareTerms {
    const terms = this.of(slot);
    if (terms !== undefined) return terms;
    const fresh = this.#spare.pop() ?? new RareTerms();
    fresh.reset();
    while (this.#terms.length <= slot) this.#terms.push(undefined);
    this.#terms[slot] = fresh;
    this.#orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! |= TERMS_RARE;
    this.count++;
    return fresh;
  }

  /** Takes the rare terms off an order that is about to be freed. */
  detach(slot: number): void {
    const terms = this.of(slot);
    if (terms === undefined) return;
    this.#spare.push(terms);
    this.#terms[slot] = undefined;
    this.#orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! &= ~TERMS_RARE;
    this.count--;
  }
}
