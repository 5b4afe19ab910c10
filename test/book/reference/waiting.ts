import { OrderType, Side } from '../../../src/model/command.js';
import { CancelReason, EventKind } from '../../../src/model/event.js';
import { execute } from './matching.js';
import type { Market, Order } from './order.js';
import { follow, isMetBy } from './trading.js';
import { byId, isContinuous, stopReference, type World } from './world.js';

/** A stop arrives: it waits, or is triggered at once where it is met already. */
export function arriveStop(world: World, order: Order): void {
  startWaiting(world, order);
  triggerIfMet(world, order);
}

/** Puts a stop among those that wait; a trailing one begins with the mark or the last trade price. */
export function startWaiting(world: World, order: Order): void {
  const { market } = order;
  world.touch(market);
  const price = stopReference(market);
  if (order.type === OrderType.TrailingStop && price !== 0) follow(order, price);
  market.waiting.push(order);
}

export function triggerIfMet(world: World, order: Order): void {
  const price = stopReference(order.market);
  if (order.isLive && isContinuous(order.market) && price !== 0 && isMetBy(order, price))
    trigger(world, order);
}

/** A round of stops: whether there was one to trigger. */
export function roundOfStops(world: World, market: Market): boolean {
  const met = market.waiting.filter((order) => order.awaitsStop && isMet(market, order));
  forgetPrices(market);
  const sign = (order: Order) => (order.side === Side.Buy ? 1 : -1);
  met.sort((a, b) => a.side - b.side || sign(a) * (a.stopPrice! - b.stopPrice!) || byId(a, b));
  for (const order of met) if (order.isLive) trigger(world, order);
  return met.length > 0;
}

/** From here on prices count for the next round. */
export function forgetPrices(market: Market): void {
  market.low = Number.POSITIVE_INFINITY;
  market.high = 0;
}

function isMet(market: Market, order: Order): boolean {
  if (market.mark !== 0) return isMetBy(order, market.mark);
  if (market.isReopened && market.lastPrice !== 0 && isMetBy(order, market.lastPrice)) return true;
  if (order.type === OrderType.TrailingStop) return order.isMet;
  return isMetBy(order, order.side === Side.Buy ? market.high : market.low);
}

/** A stop becomes a market or a limit order and trades as if it had just arrived. */
function trigger(world: World, order: Order): void {
  activate(world, order);
  execute(world, order);
}

/** An order waits no more. */
export function activate(world: World, order: Order): void {
  const { market } = order;
  market.waiting = market.waiting.filter((each) => each !== order);
  order.awaitsStop = false;
  order.awaitsAuction = false;
  world.touch(market);
  world.tell(order, EventKind.Triggered);
  const other = order.link;
  if (other === undefined) return;
  order.link = undefined;
  other.link = undefined;
  world.cancel(other, CancelReason.Linked);
}
