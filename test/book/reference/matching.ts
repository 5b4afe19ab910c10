import { CommandFlag, OrderType, SelfTrade, Side, TimeInForce } from '../../../src/model/command.js';
import { CancelReason } from '../../../src/model/event.js';
import { Priority } from '../../../src/model/instrument.js';
import { tradeable } from './fill-count.js';
import type { Order } from './order.js';
import { opposite, rest } from './queue.js';
import { preventSelfTrade, trade } from './trading.js';
import { isContinuous, referencePrice, type World } from './world.js';

/** An order that may trade: it does, where its instrument is continuous, and then rests or is cancelled. */
export function execute(world: World, order: Order): void {
  world.touch(order.market);
  if (isContinuous(order.market)) match(world, order, limitOf(order));
  if (!order.isLive) return;
  if (mayRest(order)) rest(order);
  else world.cancel(order, reasonOfRest(order));
}

/** The same for a new order, which may want all at once or a minimum. */
export function executeNew(world: World, order: Order): void {
  if (wantsAll(order) || order.minimumSize > 0) {
    const lots = tradeable(world, order, limitOf(order));
    if (wantsAll(order) && lots < order.remaining) world.cancel(order, CancelReason.FillOrKill);
    else if (lots < order.minimumSize) world.cancel(order, CancelReason.MinimumSize);
    if (!order.isLive) return;
  }
  execute(world, order);
}

/** The worst price at which an order trades now; a market order without protection has the collar's end, or none. */
export function limitOf(order: Order): number {
  const isBuy = order.side === Side.Buy;
  if (order.price !== 0) return order.price;
  const reference = referencePrice(order.market);
  const { collarTicks } = order.market.instrument;
  if (collarTicks === 0 || reference === 0) return isBuy ? Number.POSITIVE_INFINITY : 0;
  return isBuy ? reference + collarTicks : reference - collarTicks;
}

function mayRest(order: Order): boolean {
  const { type, timeInForce } = order;
  if (type !== OrderType.Limit) return type === OrderType.StopLimit || type === OrderType.Pegged;
  return timeInForce !== TimeInForce.ImmediateOrCancel && timeInForce !== TimeInForce.FillOrKill;
}

function wantsAll(order: Order): boolean {
  return order.timeInForce === TimeInForce.FillOrKill || (order.flags & CommandFlag.AllOrNone) !== 0;
}

function reasonOfRest(order: Order): number {
  if (wantsAll(order)) return CancelReason.FillOrKill;
  return order.type === OrderType.Limit ? CancelReason.ImmediateOrCancelRest : CancelReason.MarketRest;
}

function match(world: World, taker: Order, limit: number): void {
  const makers = opposite(taker);
  const isShared = taker.market.instrument.priority !== Priority.PriceTime;
  while (taker.isLive && makers.length > 0) {
    const first = makers[0]!;
    if (taker.side === Side.Buy ? first.price > limit : first.price < limit) return;
    if (isShared && !first.hidden) shareTurn(world, taker);
    else if (isPrevented(world, taker, first)) preventSelfTrade(world, taker, first);
    else tradeWith(world, taker, first, first.slice);
  }
}

function isPrevented(world: World, taker: Order, maker: Order): boolean {
  return taker.selfTrade !== SelfTrade.Allowed && world.isOwn(taker, maker);
}

function tradeWith(world: World, taker: Order, maker: Order, lots: number): void {
  trade(world, taker, maker, maker.price, Math.min(taker.remaining, lots));
}

/** One turn at a price of an instrument with pro-rata. Where something is left of both sides, there is another one. */
function shareTurn(world: World, taker: Order): void {
  const makers = opposite(taker);
  const { price } = makers[0]!;
  const displayed = makers.filter((each) => each.price === price && !each.hidden);
  const own = displayed.find((each) => isPrevented(world, taker, each));
  if (own !== undefined) {
    preventSelfTrade(world, taker, own);
    return;
  }
  const top = displayed.find((each) => each.isTop);
  if (top !== undefined && taker.market.instrument.priority === Priority.ProRataTopOrder) {
    tradeWith(world, taker, top, top.slice);
    return;
  }
  const shares = sharesOf(taker.remaining, displayed);
  displayed.forEach((maker, i) => {
    // A link may have taken it away, or the taker.
    if (taker.isLive && maker.isResting && shares[i]! > 0) tradeWith(world, taker, maker, shares[i]!);
  });
}

/** What each displayed order trades of so many lots. */
function sharesOf(lots: number, displayed: readonly Order[]): number[] {
  const total = displayed.reduce((sum, each) => sum + each.slice, 0);
  if (lots >= total) return displayed.map((each) => each.slice);
  const shares = displayed.map((each) => Number((BigInt(lots) * BigInt(each.slice)) / BigInt(total)));
  let left = lots - shares.reduce((sum, share) => sum + share, 0);
  return displayed.map((each, i) => {
    const more = Math.min(left, each.slice - shares[i]!);
    left -= more;
    return shares[i]! + more;
  });
}
