import { Side } from '../model/command.js';
import { readWhole, writeWhole } from '../wire/words.js';
import * as pool from './order-pool.js';

/*
 * Reading and writing one live order by its slot, for all code that is not the plain path: there the pool is read
 * directly.
 */

// What is destructured here is compiled in; an imported binding is read from memory at each use.
const { LIVE_ACCOUNT, LIVE_CUMULATIVE, LIVE_ID, LIVE_LEVEL, LIVE_NEXT, LIVE_PRICE, LIVE_REMAINING } = pool;
const { LIVE_SESSION, LIVE_TERMS, ORDER_FLOATS_SHIFT, ORDER_SHIFT } = pool;
const {
  TERMS_BOOK_MASK,
  TERMS_BOOK_SHIFT,
  TERMS_RARE,
  TERMS_SELF_TRADE,
  TERMS_SELF_TRADE_SHIFT,
  TERMS_SIDE,
} = pool;

type Orders = pool.OrderPool;

/** The order id; 0 where the slot is free. */
export function orderId(orders: Orders, slot: number): number {
  return readWhole(orders.words, (slot << ORDER_SHIFT) + LIVE_ID);
}

export function sideOf(orders: Orders, slot: number): number {
  return orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! & TERMS_SIDE;
}

export function opposite(side: number): number {
  return side === Side.Buy ? Side.Sell : Side.Buy;
}

/** The self-trade mode, `SelfTrade`. */
export function selfTradeMode(orders: Orders, slot: number): number {
  return (orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! & TERMS_SELF_TRADE) >>> TERMS_SELF_TRADE_SHIFT;
}

/** Number of the order's book among the listings. */
export function bookNumber(orders: Orders, slot: number): number {
  return (orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! >>> TERMS_BOOK_SHIFT) & TERMS_BOOK_MASK;
}

export function isRare(orders: Orders, slot: number): boolean {
  return (orders.words[(slot << ORDER_SHIFT) + LIVE_TERMS]! & TERMS_RARE) !== 0;
}

export function accountSlot(orders: Orders, slot: number): number {
  return orders.words[(slot << ORDER_SHIFT) + LIVE_ACCOUNT]!;
}

/** The session over which it came, as the gateway numbers them. */
export function sessionOf(orders: Orders, slot: number): number {
  return orders.words[(slot << ORDER_SHIFT) + LIVE_SESSION]!;
}

/** Price in ticks: a limit, a protection or a peg's present price; 0 where a market order has no protection. */
export function priceOf(orders: Orders, slot: number): number {
  return readWhole(orders.words, (slot << ORDER_SHIFT) + LIVE_PRICE);
}

export function setPrice(orders: Orders, slot: number, priceTicks: number): void {
  writeWhole(orders.words, (slot << ORDER_SHIFT) + LIVE_PRICE, priceTicks);
}

/** Remaining size in lots; of a resting iceberg what it shows of it. */
export function remainingOf(orders: Orders, slot: number): number {
  return orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING]!;
}

export function setRemaining(orders: Orders, slot: number, lots: number): void {
  orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_REMAINING] = lots;
}

/** What has traded, in lots. */
export function cumulativeOf(orders: Orders, slot: number): number {
  return orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE]!;
}

export function addCumulative(orders: Orders, slot: number, lots: number): void {
  orders.floats[(slot << ORDER_FLOATS_SHIFT) + LIVE_CUMULATIVE]! += lots;
}

/** The level it rests on in its ladder; -1 where it rests nowhere. */
export function levelOf(orders: Orders, slot: number): number {
  return orders.words[(slot << ORDER_SHIFT) + LIVE_LEVEL]!;
}

/** The order behind it in its queue, -1 for none. */
export function nextOf(orders: Orders, slot: number): number {
  return orders.words[(slot << ORDER_SHIFT) + LIVE_NEXT]!;
}
