import { OrderType, SelfTrade, Side, TrailUnit } from '../../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../../src/model/event.js';
import type { Market, Order } from './order.js';
import { refresh } from './queue.js';
import { isContinuous, type World } from './world.js';

/** One trade, with all that it brings about at once. */
export function trade(world: World, taker: Order, maker: Order, price: number, lots: number): void {
  const { market } = maker;
  world.touch(market);
  market.trades++;
  const links = [taker.link, maker.link];
  const pair = [taker, maker];
  for (const order of pair) {
    order.remaining -= lots;
    order.cumulative += lots;
    if (order.isResting) order.slice -= lots;
  }
  fill(world, taker, maker, 0, price, lots);
  fill(world, maker, taker, EventFlag.Maker, price, lots);
  for (const order of pair) if (order.remaining === 0) world.leave(order);
  tradedAt(market, price);
  for (const order of pair)
    if (order.isResting && order.slice === 0) {
      refresh(order);
      world.tell(order, EventKind.Refreshed, { size: order.slice });
    }
  // Where the two are each other's halves, the taker goes on.
  for (const other of links) if (other?.isLive && other !== taker) world.cancel(other, CancelReason.Linked);
}

function fill(world: World, order: Order, counter: Order, role: number, price: number, lots: number): void {
  world.tell(order, EventKind.Fill, {
    flags: role | (order.remaining === 0 ? EventFlag.OrderDone : 0),
    price,
    size: lots,
    trade: order.market.trades,
    counterOrder: counter.id,
  });
}

/** What a trade's price does to the stops, where there is no mark. */
function tradedAt(market: Market, price: number): void {
  market.lastPrice = price;
  if (market.mark !== 0) return;
  market.low = Math.min(market.low, price);
  market.high = Math.max(market.high, price);
  for (const order of market.waiting) trail(order, price);
}

/** A trailing stop sees a price: it is met, or follows. Outside continuous, what meets it leaves it as it is. */
export function trail(order: Order, price: number): void {
  if (price === 0 || !order.awaitsStop || order.type !== OrderType.TrailingStop || order.isMet) return;
  if (isMetBy(order, price)) order.isMet = isContinuous(order.market);
  else follow(order, price);
}

/** Whether a price meets the stop price of an order. */
export function isMetBy(order: Order, price: number): boolean {
  if (order.stopPrice === undefined) return false;
  return order.side === Side.Buy ? price >= order.stopPrice : price <= order.stopPrice;
}

/** Moves the stop price of a trailing stop nearer to the market, where this price says so. */
export function follow(order: Order, price: number): void {
  const distance = distanceAt(order, price);
  if (order.side === Side.Buy) {
    const stop = price + distance;
    if (order.stopPrice === undefined || stop < order.stopPrice) order.stopPrice = stop;
  } else {
    const stop = Math.max(1, price - distance);
    if (order.stopPrice === undefined || stop > order.stopPrice) order.stopPrice = stop;
  }
}

function distanceAt(order: Order, price: number): number {
  if (order.trailUnit === TrailUnit.Ticks) return order.stopField;
  const part = Number((BigInt(price) * BigInt(order.stopField)) / 10_000n);
  return Math.max(1, part);
}

/** The taker meets an order of its own account or group, and its mode is not that they trade. */
export function preventSelfTrade(world: World, taker: Order, maker: Order): void {
  const mode = taker.selfTrade;
  if (mode === SelfTrade.DecrementBoth) {
    const lots = Math.min(taker.remaining, maker.remaining);
    for (const order of [taker, maker]) {
      order.remaining -= lots;
      if (order.isResting) order.slice = Math.min(order.slice, order.remaining);
    }
    for (const order of [taker, maker])
      world.tell(order, EventKind.Decremented, {
        size: lots,
        flags: order.remaining === 0 ? EventFlag.OrderDone : 0,
      });
    for (const order of [taker, maker]) if (order.remaining === 0) world.leave(order);
    world.touch(maker.market);
    return;
  }
  if (mode === SelfTrade.CancelMaker || mode === SelfTrade.CancelBoth)
    world.cancel(maker, CancelReason.SelfTrade);
  if (mode === SelfTrade.CancelTaker || mode === SelfTrade.CancelBoth)
    world.cancel(taker, CancelReason.SelfTrade);
}
