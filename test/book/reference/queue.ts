import { Side } from '../../../src/model/command.js';
import type { Market, Order } from './order.js';

/** The two sides of a book are arrays by priority: price, then displayed before hidden, then time. */

export function sideOf(market: Market, side: number): Order[] {
  return side === Side.Buy ? market.bids : market.asks;
}

export function opposite(order: Order): Order[] {
  return order.side === Side.Buy ? order.market.asks : order.market.bids;
}

/** Whether a price is better than another for a side. */
export function isBetter(side: number, price: number, than: number): boolean {
  return side === Side.Buy ? price > than : price < than;
}

/** Puts an order to rest at the back of its price; an iceberg shows a slice. */
export function rest(order: Order): void {
  const { side, price } = order;
  const orders = sideOf(order.market, side);
  const best = orders.find((each) => !each.hidden);
  order.isTop = !order.hidden && (best === undefined || isBetter(side, price, best.price));
  order.isResting = true;
  showSlice(order);
  insert(order);
}

/** Shows the next slice at the back of the queue. */
export function refresh(order: Order): void {
  take(order);
  order.isResting = true;
  showSlice(order);
  insert(order);
}

/** Takes a resting order out of its queue. */
export function take(order: Order): void {
  const orders = sideOf(order.market, order.side);
  orders.splice(orders.indexOf(order), 1);
  order.isResting = false;
  order.isTop = false;
}

/** An order has less than before, and keeps its place: a slice gets less only after its reserve. */
export function shrink(order: Order): void {
  if (order.isResting) order.slice = Math.min(order.slice, order.remaining);
}

function showSlice(order: Order): void {
  order.slice = order.displaySize === 0 ? order.remaining : Math.min(order.displaySize, order.remaining);
}

function insert(order: Order): void {
  const { side, price, hidden } = order;
  const orders = sideOf(order.market, side);
  const at = orders.findIndex(
    (each) => isBetter(side, price, each.price) || (each.price === price && each.hidden && !hidden),
  );
  orders.splice(at < 0 ? orders.length : at, 0, order);
}
